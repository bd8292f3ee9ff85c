"""How one can sign in here."""

from django.conf import settings

from accounts import demo


def ways_in(request) -> dict[str, bool]:
    """Which ways there are: ``google``, and on a local run ``demo``."""
    return {"google": bool(settings.GOOGLE_CLIENT_ID), "demo": demo.offered(request)}
