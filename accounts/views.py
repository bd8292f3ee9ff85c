"""Signing in, and the pages of one's account and credits."""

from allauth.account.views import logout
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.google.views import oauth2_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import demo
from accounts.durations import YEAR_S
from accounts.gate import posted_from
from accounts.picture import may_be_fetched, picture_of
from accounts.ways import ways_in

# Says that somebody signed out here, until static/js/offline/leaving.js has forgotten them. A
# session that only runs out leaves no such sign: what was kept is there when they are back.
SIGNED_OUT = "signed_out"


@require_safe
def sign_in(request):
    """The one page to sign in on; ``next`` leads back to where the person was going."""
    after = _next_url(request.GET.get("next", ""), request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(after)
    return render(request, "accounts/sign_in.html", {"next": after, **ways_in(request)})


def google_sign_in(request):
    """Leave for Google to sign in, and for nothing else.

    allauth would also tie another Google account to a session, which, once stolen, would then be
    a way in for ever.
    """
    asked = {sent.get("process", AuthProcess.LOGIN) for sent in (request.GET, request.POST)}
    if asked != {AuthProcess.LOGIN}:
        raise BadRequest("Google is asked for signing in only.")
    return oauth2_login(request)


@require_POST
def demo_sign_in(request):
    """Sign in as the demo account of a local run."""
    if not demo.offered(request):
        raise PermissionDenied
    login(request, demo.demo_user(), backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(_next_url(request.POST.get("next", ""), request))


def sign_out(request):
    """Sign out by a form, and have the browser forget what it keeps of this person."""
    response = logout(request)
    if request.method == "POST":
        response.set_cookie(
            SIGNED_OUT, "1", max_age=YEAR_S, secure=request.is_secure(), samesite="Lax"
        )
    return response


@login_required
@require_safe
def account(request):
    """Who one is here, and what one can decide about it."""
    context = {
        "has_picture": may_be_fetched(request.user.picture),
        "support_email": settings.SUPPORT_EMAIL,
    }
    return render(request, "accounts/account.html", context)


@login_required
@require_safe
def picture(request):
    """The person's own picture."""
    found = picture_of(request.user)
    if not found:
        raise Http404
    content, kind = found
    headers = {"Cache-Control": "private, max-age=86400"}
    return HttpResponse(content, content_type=kind, headers=headers)


@posted_from("account")
def sign_out_everywhere(request):
    """End every session of this person but the one that asks."""
    request.user.end_all_sessions()
    update_session_auth_hash(request, request.user)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("account")


@login_required
@require_safe
def credits(request):
    """Balance, every movement, and how to get more."""
    entries = Paginator(request.user.ledger_entries.all(), 50)
    context = {
        "entries": entries.get_page(request.GET.get("page")),
        "support_email": settings.SUPPORT_EMAIL,
        "demo": request.user.email == demo.DEMO_EMAIL,
    }
    return render(request, "accounts/credits.html", context)


@require_safe
def address_taken(request):
    """Google vouched for a person whose e-mail address belongs to another account here."""
    return render(request, "accounts/address_taken.html", status=409)


@require_safe
def address_unconfirmed(request):
    """Google knows the person, but has not seen that the e-mail address is theirs."""
    return render(request, "accounts/address_unconfirmed.html", status=403)


def _next_url(url: str, request) -> str:
    """``url`` when it stays on this host, else the studio."""
    if url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return url
    return reverse("studio")
