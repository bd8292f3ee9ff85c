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
from jobs.refused import AccountClosed
from tests.at_once import at_once

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


def test_what_is_asked_for_while_it_is_closed_goes_with_the_others(
    user, completed, spec, monkeypatch
):
    """A form had been let in, and its job is stored after the first look at what there is."""
    ledger.adjust(user, 1, reason="a gift")
    late, remove = [], lifecycle.remove

    def then_another_comes(job):
        if not late:
            User.objects.update(is_active=True)
            late.append(lifecycle.submit_job(user, spec, key="late"))
            User.objects.update(is_active=False)
        remove(job)

    monkeypatch.setattr(lifecycle, "remove", then_another_comes)
    assert "2 tracks" in close()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("state", "begin"),
    [
        ("completed", lambda job, spec: lifecycle.submit_job(job.user, spec, key="another")),
        ("cancelled", lambda job, spec: lifecycle.retry(job)),
        ("archived", lambda job, spec: lifecycle.restore(job)),
    ],
    ids=["submit", "retry", "restore"],
)
def test_a_form_that_was_let_in_before_begins_nothing_any_more(
    user, completed, spec, balance, state, begin
):
    ledger.adjust(user, 1, reason="a gift")
    Job.objects.update(
        state=state, delivered=state != "cancelled",
        **{} if state == "completed" else {"track": "", "track_bytes": 0},
    )  # fmt: skip
    job = Job.objects.get()
    # The request's own user was read earlier.
    assert job.user.is_active
    User.objects.update(is_active=False)
    with pytest.raises(AccountClosed) as refused:
        begin(job, spec)
    assert "closed" in refused.value.in_words()
    assert (Job.objects.get().state, balance()) == (state, 1)


@pytest.mark.django_db(transaction=True)
def test_of_a_form_and_a_closing_at_once_nothing_is_left(user, spec):
    """Whichever comes first: the form's job is removed, or it is not begun."""

    def act(number):
        return lifecycle.submit_job(user, spec, key="a-key") if number else close()

    closed, begun = at_once(2, act)
    assert "is closed" in closed
    assert isinstance(begun, (Job, AccountClosed))
    assert not Job.objects.exists()
    assert ledger.balance(user) == 1


@pytest.mark.parametrize("email", ["nobody@example.com", "", "ada"])
def test_an_address_that_nobody_has_is_said(user, email):
    with pytest.raises(CommandError, match="no user"):
        close(email)
    assert User.objects.get().is_active
