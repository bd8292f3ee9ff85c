"""A browser is told to forget a person when they sign out, and not when their session runs out."""

from django.contrib.sessions.models import Session
from django.test import Client

SIGN = "signed_out"


def test_who_signs_out_is_forgotten(client):
    assert client.post("/accounts/logout/").status_code == 302
    assert client.cookies[SIGN]["max-age"] > 24 * 3600
    assert not client.cookies[SIGN]["httponly"], "a script takes it away"


def test_staff_who_sign_out_of_the_admin_are_forgotten_too(client):
    assert client.post("/admin/logout/", follow=True).status_code == 200
    assert client.get("/accounts/").status_code == 302
    assert SIGN in client.cookies


def test_who_only_follows_a_link_is_not(client, db):
    for browser in (client, Client()):
        for path in ("/accounts/logout/", "/admin/logout/"):
            browser.get(path, follow=True)
        assert SIGN not in browser.cookies


def test_whose_session_ran_out_is_not(client):
    Session.objects.all().delete()
    assert client.get("/accounts/", follow=True).status_code == 200
    assert SIGN not in client.cookies
