"""Whom a command is about."""

from django.core.management.base import CommandError

from accounts.models import User


def user_at(email: str) -> User:
    """The person with this address.

    Raises
    ------
    CommandError
        There is none.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"There is no user with the address {email}.")
    return user
