"""What happens when a person comes back from Google."""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import redirect

from accounts import ledger

PROFILE = ("name", "picture")


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Keeps name and picture, and makes user and welcome credit in one step."""

    def get_app(self, request, provider, client_id=None):
        """The Google application; without one the page does not exist."""
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist:
            raise Http404 from None

    def populate_user(self, request, sociallogin, data):
        """Fill a new user from what Google said, and keep nothing else of it."""
        user = super().populate_user(request, sociallogin, data)
        said = sociallogin.account.extra_data
        sociallogin.account.extra_data = {name: said.get(name) or "" for name in PROFILE}
        _take_profile(user, sociallogin)
        return user

    def pre_social_login(self, request, sociallogin):
        """Let in by signing in alone, and for the first time by a confirmed address alone.

        Without one, anybody could take the place of the address's owner before they come. A name
        or a picture that changed at Google is followed.
        """
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise PermissionDenied
        confirmed = any(address.verified for address in sociallogin.email_addresses)
        if not sociallogin.is_existing and not confirmed:
            raise ImmediateHttpResponse(redirect("address_unconfirmed"))
        if sociallogin.is_existing and _take_profile(sociallogin.user, sociallogin):
            sociallogin.user.save(update_fields=["name", "picture"])

    def save_user(self, request, sociallogin, form=None):
        """Store a first sign-in whole, or join the one that was a moment faster."""
        try:
            with transaction.atomic():
                user = super().save_user(request, sociallogin, form)
                ledger.give_signup_credit(user)
                return user
        except IntegrityError:
            sociallogin.user.pk = None
            sociallogin.lookup()
            if sociallogin.is_existing:
                return sociallogin.user
        raise ImmediateHttpResponse(redirect("socialaccount_signup"))


def _take_profile(user, sociallogin) -> bool:
    """Copy name and picture to ``user``; whether anything changed."""
    said = sociallogin.account.extra_data
    picture = said["picture"]
    profile = {
        "name": said["name"][:200],
        "picture": picture if picture.startswith("https://") and len(picture) <= 500 else "",
    }
    changed = any(getattr(user, field) != value for field, value in profile.items())
    for field, value in profile.items():
        setattr(user, field, value)
    return changed
