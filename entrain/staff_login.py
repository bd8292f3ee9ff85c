"""The admin's own sign-in by password, which allauth's limits do not reach, and its way out."""

import logging
from unicodedata import normalize

from allauth.core import ratelimit
from django.contrib import admin
from django.shortcuts import redirect
from redis.exceptions import RedisError

from entrain.errors import come_again

logger = logging.getLogger(__name__)


def staff_login(request):
    """Sign in to the admin; too many attempts from one place or at one address have to wait."""
    # As the form itself reads it: each spelling of an address would have attempts of its own.
    address = normalize("NFKC", request.POST.get("username", "")).strip().lower()
    try:
        too_many = ratelimit.consume_or_429(request, action="staff_login", key=address)
    except (RedisError, OSError) as error:
        # Uncounted, passwords could be guessed without end; staff can wait for the cache.
        logger.warning("attempts at the admin cannot be counted, so there are none: %r", error)
        return come_again(request)
    return too_many or admin.site.login(request)


def staff_logout(request):
    """Sign out where everybody does, so that the browser forgets a member of staff as well."""
    return redirect("account_logout", preserve_request=True)
