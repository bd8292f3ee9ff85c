"""Moving credits from the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import ledger
from accounts.models import LedgerEntry


def run(*arguments) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def grant(email, amount, reason="a gift", *options):
    return run("grant_credits", email, f"--reason={reason}", *options, "--", str(amount))


def test_giving_credits(user):
    assert grant("ada@example.com", 5) == "ada@example.com has 6 credits now."
    entry = user.ledger_entries.first()
    assert (entry.kind, entry.amount) == ("grant", 5)


def test_without_an_actor_the_reason_says_whose_login_it_was(user, monkeypatch):
    monkeypatch.setenv("LOGNAME", "grace")
    grant("ada@example.com", 5)
    entry = user.ledger_entries.first()
    assert (entry.actor, entry.reason) == (None, "a gift (grace at the command line)")


def test_a_member_of_staff_can_be_named(user, other):
    other.is_staff = True
    other.save()
    grant("ada@example.com", 5, "a gift", "--actor=Bob@Example.com")
    entry = user.ledger_entries.first()
    assert (entry.actor, entry.reason) == (other, "a gift")


@pytest.mark.parametrize(
    "standing",
    [{"is_staff": False}, {"is_staff": True, "is_active": False}, {"email": "b@example.com"}],
)
def test_others_cannot_be(user, other, standing):
    type(other).objects.filter(pk=other.pk).update(**standing)
    with pytest.raises(CommandError, match="no member of staff"):
        grant("ada@example.com", 5, "a gift", "--actor=bob@example.com")
    assert ledger.balance(user) == 1


def test_giving_again_gives_more(user):
    grant("ada@example.com", 5)
    grant("ada@example.com", 5)
    assert ledger.balance(user) == 11


def test_taking_credits(user):
    assert run("grant_credits", user.email, "-1", "--reason=a mistake").endswith(
        "has 0 credits now."
    )
    assert user.ledger_entries.first().kind == LedgerEntry.Kind.ADJUSTMENT


def test_the_address_is_known_in_any_case(user):
    grant("Ada@Example.COM", 1)
    assert ledger.balance(user) == 2


@pytest.mark.parametrize(
    ("email", "amount", "reason", "said"),
    [
        ("nobody@example.com", 5, "why", "no user"),
        ("ada@example.com", 0, "why", "N must"),
        ("ada@example.com", 100_001, "why", "N must"),
        ("ada@example.com", -100_001, "why", "N must"),
        ("ada@example.com", "five", "why", "invalid int"),
        ("ada@example.com", 1.5, "why", "invalid int"),
        ("ada@example.com", 5, "", "reason"),
        ("ada@example.com", 5, "  ", "reason"),
        ("ada@example.com", 5, "x" * 301, "reason"),
        ("ada@example.com", -2, "why", "only 1"),
    ],
)
def test_a_fault_is_said_and_nothing_written(user, email, amount, reason, said):
    with pytest.raises(CommandError, match=said):
        grant(email, amount, reason)
    assert LedgerEntry.objects.count() == 1


def test_a_reason_is_asked_for(user):
    with pytest.raises(CommandError, match="reason"):
        run("grant_credits", user.email, "5")
    assert LedgerEntry.objects.count() == 1


def test_backfill_gives_the_credit_to_those_who_never_had_it(user, other):
    ledger.charge(user, 1, source="job:a")
    assert run("backfill_signup_credits") == "1 welcome credits given."
    assert (ledger.balance(user), ledger.balance(other)) == (0, 1)


def test_backfill_is_safe_to_run_again(user, other):
    run("backfill_signup_credits")
    assert run("backfill_signup_credits") == "0 welcome credits given."
    assert ledger.balance(other) == 1
