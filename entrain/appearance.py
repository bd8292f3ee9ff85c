"""Light or dark, as a browser chose it, so that no page flashes in the other; and the way back."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "theme"
COOKIE_AGE_S = 365 * 24 * 3600
THEMES = ("light", "dark")


def theme(request):
    """Context of every page: ``theme``, empty for the one of the system."""
    chosen = request.COOKIES.get(COOKIE)
    return {"theme": chosen if chosen in THEMES else ""}


def here(request):
    """Context of every page: ``here``, where a choice in its foot leads back to, if not to where
    it was made.

    An answer to a sent form has no address of its own, so its view names one, or it is the start.
    """
    return {"here": "" if request.method == "GET" else "/"}


@require_POST
def choose_theme(request):
    """Remember a theme and go back to the page; anything that is none is the system's."""
    back = request.POST.get("next") or request.headers.get("Referer", "")
    stays = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(back if stays else reverse("home"))
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(
            COOKIE, chosen, max_age=COOKIE_AGE_S, secure=request.is_secure(), samesite="Lax"
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
