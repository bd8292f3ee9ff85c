"""What makes the site an app: its manifest, its service worker, and the page without a network."""

import hashlib
import json

from django.http import JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

PAGE = "offline.html"
# All that this page needs, under names that change with the content.
SHELL = (
    "css/base.css",
    "css/offline.css",
    "fonts/figtree-latin.woff2",
    "img/favicon.svg",
    "img/icons.svg",
    "img/shapes.svg",
    "img/icon-192.png",
    "js/offline/kept.js",
    "js/offline/leaving.js",
    "js/offline/page.js",
    "js/offline/words.js",
)


@require_safe
@cache_control(max_age=3600)
def manifest(request):
    """How the installed app is called, looks and starts."""
    icons = [("img/icon-192.png", 192, "any"), ("img/icon-512.png", 512, "any")]
    icons.append(("img/icon-maskable-512.png", 512, "maskable"))
    content = {
        "id": "/",
        "name": "Entrain",
        "short_name": "Entrain",
        "description": _("Your own words, spoken over a quiet beat."),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#0a0f20",
        "theme_color": "#0a0f20",
        "icons": [
            {"src": static(name), "sizes": f"{side}x{side}", "type": "image/png", "purpose": use}
            for name, side, use in icons
        ],
        "shortcuts": [
            {"name": _("Make a track"), "url": reverse("studio")},
            {"name": _("My tracks"), "url": reverse("jobs")},
            {"name": _("On this device"), "url": reverse("offline")},
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def service_worker(request):
    """The script that answers in the place of the network; from here its scope is the site."""
    shell = [static(name) for name in SHELL]
    source = get_template(PAGE).template.source + get_template("sw.js").template.source
    # A browser that changes its language is to keep the page anew, in that one.
    content = json.dumps([shell, source, get_language()])
    version = hashlib.sha256(content.encode()).hexdigest()[:12]
    settings = {"version": version, "page": reverse("offline"), "shell": shell}
    context = {"settings": json.dumps(settings)}
    return render(request, "sw.js", context, content_type="text/javascript")


@require_safe
@cache_control(no_cache=True)
def offline(request):
    """The tracks kept on this device. The same for everybody, since browsers keep this page."""
    return render(request, PAGE)
