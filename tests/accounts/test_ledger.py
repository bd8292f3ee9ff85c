"""Credits move exactly as asked, once for each cause, and never below zero by a charge."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import ledger
from accounts.errors import NotEnoughCredits
from accounts.models import LedgerEntry


def test_balance_is_the_sum_of_all_movements(user):
    ledger.adjust(user, 10, reason="a gift")
    ledger.charge(user, 3, source="job:a")
    ledger.refund(user, 3, source="refund:a")
    ledger.adjust(user, -4, reason="a correction")
    assert ledger.balance(user) == 1 + 10 - 3 + 3 - 4


def test_balance_is_one_query(user, django_assert_num_queries):
    with django_assert_num_queries(1):
        ledger.balance(user)


@pytest.mark.parametrize(
    "move",
    [
        lambda user: ledger.charge(user, 1, source="job:a"),
        lambda user: ledger.refund(user, 1, source="refund:a"),
        lambda user: ledger.adjust(user, 5, reason="gift", source="staff:a"),
        lambda user: ledger.adjust(user, -1, reason="correction", source="staff:a"),
    ],
    ids=["charge", "refund", "grant", "adjustment"],
)
def test_the_same_movement_twice_is_one(user, move):
    assert move(user) is True
    once = ledger.balance(user)
    assert move(user) is False
    assert ledger.balance(user) == once


def test_signup_credit_comes_once(user):
    assert ledger.give_signup_credit(user) is False
    assert ledger.balance(user) == ledger.SIGNUP_CREDITS


def test_charge_beyond_the_balance_writes_nothing(user):
    with pytest.raises(NotEnoughCredits) as refused:
        ledger.charge(user, 2, source="job:a")
    assert (refused.value.balance, refused.value.needed) == (1, 2)
    assert user.ledger_entries.count() == 1


def test_correction_beyond_the_balance_writes_nothing(user):
    with pytest.raises(NotEnoughCredits):
        ledger.adjust(user, -2, reason="too much")
    assert ledger.balance(user) == 1


def test_one_person_s_credits_are_not_another_s(user, other):
    assert ledger.balance(other) == 0
    with pytest.raises(NotEnoughCredits):
        ledger.charge(other, 1, source="job:b")


def _refused(sql: str, *values) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except DatabaseError:
        return True
    return False


INSERT = (
    "INSERT INTO accounts_ledgerentry (user_id, kind, amount, source, reason, created_at) "
    "VALUES (%s, %s, %s, %s, '', CURRENT_TIMESTAMP)"
)


def test_database_refuses_to_change_or_delete_entries(user):
    assert _refused("UPDATE accounts_ledgerentry SET amount = 100")
    assert _refused("UPDATE accounts_ledgerentry SET reason = 'x'")
    assert _refused("DELETE FROM accounts_ledgerentry")
    assert ledger.balance(user) == 1


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        ("signup", -1), ("charge", 1), ("refund", -1), ("grant", 0), ("grant", -1),
        ("adjustment", 0), ("charge", -2), ("gift", 1),
    ],
)  # fmt: skip
def test_database_refuses_amounts_that_do_not_fit_their_kind(user, kind, amount):
    assert _refused(INSERT, user.pk, kind, amount, "raw:1")


def test_database_refuses_a_second_entry_of_a_source(user):
    assert not _refused(INSERT, user.pk, "grant", 1, "raw:1")
    assert _refused(INSERT, user.pk, "grant", 1, "raw:1")
    assert _refused(INSERT, user.pk, "grant", 1, "")


def test_entries_survive_the_wish_to_delete_their_person(user):
    with pytest.raises(DatabaseError):
        user.delete()
    assert LedgerEntry.objects.filter(user=user).exists()
