"""The admin's own sign-in by password, which allauth's limits do not reach."""

from allauth.core import ratelimit
from django.contrib import admin


def staff_login(request):
    """Sign in to the admin; too many attempts from one place or at one address have to wait."""
    address = request.POST.get("username", "").strip().lower()
    too_many = ratelimit.consume_or_429(request, action="staff_login", key=address)
    return too_many or admin.site.login(request)
