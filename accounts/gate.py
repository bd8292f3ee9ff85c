"""Who may use a view that a button of some page posts to."""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from django.views.decorators.http import require_POST


def posted_from(page: str):
    """Let only a person who is signed in post to a view.

    Whoever is not any more is led to sign in, and from there to the page where the button is: the
    view itself does not open by a link.

    Parameters
    ----------
    page : name of the page's address, which takes what the view takes.
    """

    def decorated(view):
        @wraps(view)
        def signed_in(request, **which):
            if request.user.is_authenticated:
                return require_POST(view)(request, **which)
            return redirect_to_login(reverse(page, kwargs=which))

        return signed_in

    return decorated
