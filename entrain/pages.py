"""What pages know about the site, and what machines look for at addresses of their own choosing."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

ROBOTS = """\
User-agent: *
Disallow: /admin/
"""


def site(request):
    """Context of every page: ``site_url``, under which the world finds it."""
    return {"site_url": settings.SITE_URL}


@require_safe
def robots(request):
    """A person's own pages lead to the sign-in; shared links say themselves not to be listed.

    Were they forbidden here, messengers could not show their picture.
    """
    return HttpResponse(ROBOTS, content_type="text/plain")


@require_safe
def favicon(request):
    """The icon, for those who do not read the page for its address."""
    return redirect(static("img/favicon.ico"))
