"""What every page shows about the person who is signed in."""

from django.utils.functional import SimpleLazyObject

from accounts import ledger


def credits(request):
    """``balance``: asked of the database only by a page that shows it."""
    # A request that is refused for its host has not got as far as a user.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"balance": SimpleLazyObject(lambda: ledger.balance(user))}
