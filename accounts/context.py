"""What every page shows about the person who is signed in."""

from django.utils.functional import SimpleLazyObject

from accounts import ledger


def credits(request):
    """``balance``: asked of the database only by a page that shows it."""
    if not request.user.is_authenticated:
        return {}
    return {"balance": SimpleLazyObject(lambda: ledger.balance(request.user))}
