"""Whose a session is."""

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare


def is_signed_in(request, user) -> bool:
    """Whether the session of ``request`` is that of ``user``, without fetching them once more.

    False as well for a session that Django would have to look at more closely, as after a change
    of the secret key: ask for ``request.user`` then.
    """
    session = request.session
    return (
        user.is_active
        and session.get(SESSION_KEY) == str(user.pk)
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )


def remove_sessions(user) -> int:
    """Delete every session of this person, with what it knows of them; how many there were."""
    theirs = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    return Session.objects.filter(pk__in=theirs).delete()[0]
