"""What every page knows about the person who looks at it."""

from django.utils.functional import SimpleLazyObject

from accounts import ledger

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


def credits(request):
    """``balance``: asked of the database only by a page that shows it."""
    # A request that is refused for its host has not got as far as a user.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"balance": SimpleLazyObject(lambda: ledger.balance(user))}


def theme(request):
    """``theme``: the one this browser chose, empty for the system's."""
    chosen = request.COOKIES.get(THEME_COOKIE)
    return {"theme": chosen if chosen in THEMES else ""}
