"""Signing in, and the page of one's credits."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts import demo
from accounts.context import THEME_COOKIE, THEMES

YEAR_S = 365 * 24 * 3600


@require_GET
def sign_in(request):
    """The one page to sign in on; ``next`` leads back to where the person was going."""
    after = _next_url(request.GET.get("next", ""), request)
    if request.user.is_authenticated:
        return redirect(after)
    context = {
        "next": after,
        "google": bool(settings.GOOGLE_CLIENT_ID),
        "demo": demo.offered(request),
    }
    return render(request, "accounts/sign_in.html", context)


@require_POST
def demo_sign_in(request):
    """Sign in as the demo account of a local run."""
    if not demo.offered(request):
        raise PermissionDenied
    login(request, demo.demo_user(), backend="django.contrib.auth.backends.ModelBackend")
    return redirect(_next_url(request.POST.get("next", ""), request))


@login_required
@require_GET
def credits(request):
    """Balance, every movement, and how to get more."""
    entries = Paginator(request.user.ledger_entries.all(), 50)
    context = {
        "entries": entries.get_page(request.GET.get("page")),
        "support_email": settings.SUPPORT_EMAIL,
        "demo": request.user.email == demo.DEMO_EMAIL,
    }
    return render(request, "accounts/credits.html", context)


@require_GET
def address_taken(request):
    """Google vouched for a person whose e-mail address belongs to another account here."""
    return render(request, "accounts/address_taken.html", status=409)


@require_POST
def choose_theme(request):
    """Remember, in this browser, the light or the dark theme; anything else is the system's."""
    response = redirect(_next_url(request.POST.get("next", ""), request, default="home"))
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE, theme, max_age=YEAR_S, secure=request.is_secure(), samesite="Lax"
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def _next_url(url: str, request, default: str = "studio") -> str:
    """``url`` when it stays on this host, else the page named ``default``."""
    if url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return url
    return reverse(default)
