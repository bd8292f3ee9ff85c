"""The account that a local run offers when there is no Google to sign in with."""

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import ledger

DEMO_EMAIL = "demo@entrain.local"
FORWARDING_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def offered(request) -> bool:
    """Whether this request may sign in as the demo account: local run, this machine, no proxy.

    A request that a proxy passed on comes from loopback too, so its headers are looked at.
    """
    if not settings.DEMO_ACCOUNT or any(name in request.META for name in FORWARDING_HEADERS):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def demo_user():
    """The demo account, with its free credit."""
    with transaction.atomic():
        user, _ = get_user_model().objects.get_or_create(
            email=DEMO_EMAIL, defaults={"name": "Demo", "password": make_password(None)}
        )
        ledger.give_signup_credit(user)
    return user
