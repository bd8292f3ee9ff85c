"""Credits move exactly as asked, once for each cause, and never below zero by a charge."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

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
    "VALUES (%s, %s, %s, %s, 'why', CURRENT_TIMESTAMP)"
)


def test_database_refuses_to_change_or_delete_entries(user):
    assert _refused("UPDATE accounts_ledgerentry SET amount = 100")
    assert _refused("UPDATE accounts_ledgerentry SET reason = 'x'")
    assert _refused("DELETE FROM accounts_ledgerentry")
    assert ledger.balance(user) == 1


def test_database_refuses_to_replace_entries(user):
    first = user.ledger_entries.get()
    columns = "(id, user_id, kind, amount, source, reason, created_at)"
    values = f"{columns} VALUES ({first.pk}, {user.pk}, 'signup', 100, %s, '', CURRENT_TIMESTAMP)"
    over = {
        "sqlite": "INSERT OR REPLACE INTO accounts_ledgerentry " + values,
        "postgresql": f"INSERT INTO accounts_ledgerentry {values} "
        "ON CONFLICT (id) DO UPDATE SET amount = EXCLUDED.amount",
    }[connection.vendor]
    assert _refused(over, first.source)
    assert _refused(over, "another")
    assert ledger.balance(user) == 1


@pytest.mark.postgresql
def test_database_refuses_to_empty_the_ledger(user):
    assert _refused("TRUNCATE accounts_ledgerentry")
    assert _refused("TRUNCATE accounts_user CASCADE")
    assert ledger.balance(user) == 1


AMOUNTS_OF = {
    "signup": {1, 2}, "refund": {1, 2}, "grant": {1, 2}, "purchase": {1, 2}, "referral": {1, 2},
    "plan": {1, 2}, "charge": {-1, -2}, "expiry": {-1, -2}, "adjustment": {-2, -1, 1, 2},
    "unknown": set(),
}  # fmt: skip


@pytest.mark.parametrize("kind", [*LedgerEntry.Kind, "unknown"])
def test_database_takes_only_amounts_that_fit_their_kind(user, kind):
    ledger.adjust(user, 9, reason="a gift")
    amounts = range(-2, 3)
    taken = {n for n in amounts if not _refused(INSERT, user.pk, kind, n, f"raw:{n}")}
    assert taken == AMOUNTS_OF[kind]


@pytest.mark.parametrize("kind", ["charge", "expiry"])
def test_database_refuses_to_take_more_than_there_is(user, kind):
    assert _refused(INSERT, user.pk, kind, -2, "raw:1")
    two = INSERT + ", (%s, %s, %s, %s, 'why', CURRENT_TIMESTAMP)"
    assert _refused(two, *(user.pk, kind, -1, "raw:1"), *(user.pk, kind, -1, "raw:2"))
    assert not _refused(INSERT, user.pk, kind, -1, "raw:1")
    assert ledger.balance(user) == 0


def test_database_refuses_a_second_entry_of_a_source(user):
    assert not _refused(INSERT, user.pk, "grant", 1, "raw:1")
    assert _refused(INSERT, user.pk, "grant", 1, "raw:1")
    assert _refused(INSERT, user.pk, "grant", 1, "")


@pytest.mark.parametrize("kind", ["grant", "adjustment", "refund"])
def test_database_asks_staff_why(user, other, kind):
    entry = {"user": user, "kind": kind, "amount": 1, "actor": other}
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(**entry, source="raw:1")
    LedgerEntry.objects.create(**entry, source="raw:1", reason="asked by mail")


@pytest.mark.parametrize("amount", [1, -1])
def test_moving_credits_by_hand_without_a_reason_writes_nothing(user, amount):
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.adjust(user, amount, reason="")
    assert ledger.balance(user) == 1


def test_a_balance_is_read_from_its_index_alone(user, other):
    """Among 100,000 entries as well."""
    LedgerEntry.objects.bulk_create(
        LedgerEntry(user=person, kind="purchase", amount=1, source=f"raw:{person.pk}:{n}")
        for person, count in [(user, 1_000), (other, 99_000)]
        for n in range(count)
    )
    with CaptureQueriesContext(connection) as queries:
        assert ledger.balance(user) == 1_001
    [query] = queries
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(f"{EXPLAIN[connection.vendor]} {query['sql']}")
        plan = str(cursor.fetchall())
    assert "ledger_balances" in plan, plan
    if connection.vendor == "sqlite":
        assert "COVERING INDEX" in plan


EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}


def test_entries_survive_the_wish_to_delete_their_person(user):
    with pytest.raises(DatabaseError):
        user.delete()
    assert LedgerEntry.objects.filter(user=user).exists()
