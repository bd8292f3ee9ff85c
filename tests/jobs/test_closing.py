"""A closed account: its tracks and whose it was are gone, and the ledger proves all the same."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import ledger
from accounts.models import User
from jobs import lifecycle
from jobs.models import Discard, Job

PICTURE = "https://lh3.googleusercontent.com/a/ada"


def close(email="ada@example.com") -> str:
    out = StringIO()
    call_command("close_account", email, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def known(user):
    """``user``, as Google and the admin know them too."""
    user.picture = PICTURE
    user.save()
    SocialAccount.objects.create(user=user, provider="google", uid="1", extra_data={"name": "Ada"})
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    LogEntry.objects.log_actions(user.pk, User.objects.filter(pk=user.pk), CHANGE)
    return user


def test_every_track_is_gone_and_what_was_not_finished_is_given_back(user, stored, spec, balance):
    ledger.adjust(user, 1, reason="a gift")
    lifecycle.submit_job(user, spec, key="another")
    assert "2 tracks" in close()
    assert not Job.objects.exists()
    assert Discard.objects.filter(job_id=stored.pk).exists()
    assert balance() == 1


def test_nothing_says_any_more_whose_it_was(known):
    close()
    known.refresh_from_db()
    assert (known.name, known.picture) == ("", "")
    assert known.email.endswith(".invalid"), "an address that nobody can have"
    assert not SocialAccount.objects.exists()
    assert not EmailAddress.objects.exists()
    assert "ada" not in LogEntry.objects.get().object_repr


def test_nobody_gets_in_any_more(client, user, other):
    of_another = Client()
    of_another.force_login(other)
    close()
    user.refresh_from_db()
    assert not user.is_active
    assert not user.has_usable_password()
    assert client.get("/jobs/").status_code == 302
    assert Session.objects.count() == 1
    assert of_another.get("/jobs/").status_code == 200


def test_nobody_may_do_anything_any_more(user):
    User.objects.update(is_staff=True, is_superuser=True)
    user.groups.create(name="helpers")
    user.user_permissions.add(Permission.objects.first())
    close()
    user.refresh_from_db()
    assert not user.is_staff
    assert not user.is_superuser
    assert not user.groups.exists()
    assert not user.user_permissions.exists()


def test_the_ledger_stays_and_proves_itself(user, completed):
    close()
    assert [entry.kind for entry in user.ledger_entries.all()] == ["charge", "signup"]
    call_command("verify_ledger", stdout=StringIO())


def test_others_keep_what_is_theirs(user, other, spec):
    ledger.give_signup_credit(other)
    theirs = lifecycle.submit_job(other, spec, key="theirs")
    close()
    assert Job.objects.get() == theirs
    assert (User.objects.get(pk=other.pk).email, other.is_active) == ("bob@example.com", True)


def test_it_says_what_it_did_and_knows_the_address_in_any_case(completed, client):
    assert close("Ada@Example.COM") == "ada@example.com is closed: 1 tracks and 1 sessions removed."


def test_what_broke_off_is_done_again(known, completed, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(lifecycle, "remove", lambda job: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            close()
    assert User.objects.get().is_active is False
    assert "1 tracks" in close()
    assert not Job.objects.exists()


def test_closed_again_it_is_as_it_was(user):
    close()
    closed = User.objects.get()
    close(closed.email)
    assert User.objects.get().email == closed.email


@pytest.mark.parametrize("email", ["nobody@example.com", "", "ada"])
def test_an_address_that_nobody_has_is_said(user, email):
    with pytest.raises(CommandError, match="no user"):
        close(email)
    assert User.objects.get().is_active
