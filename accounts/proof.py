"""Whether the ledger is what it promises to be, looked up in the entries themselves."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import CharField, CheckConstraint, Count, F, Value
from django.db.models.functions import Cast, Concat

from accounts.models import LedgerEntry

TABLE = LedgerEntry._meta.db_table
GUARDS = {
    "sqlite": {"ledger_no_update", "ledger_no_delete", "ledger_no_replace", "ledger_no_overdraft"},
    "postgresql": {"ledger_append_only", "ledger_no_truncate", "ledger_no_overdraft"},
}
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": (
        "SELECT tgname FROM pg_trigger "
        "WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
    ),
}
# The running sum has to see every kind, so the kinds that matter are picked outside of it.
OVERDRAFTS = """
    SELECT id, user_id, balance FROM (
        SELECT id, user_id, kind, SUM(amount) OVER (PARTITION BY user_id ORDER BY id) AS balance
        FROM accounts_ledgerentry
    ) AS history
    WHERE balance < 0 AND kind IN ('charge', 'expiry')
"""


def differences() -> Iterator[str]:
    """Say, a sentence each, where the ledger or its guards are not as they should be."""
    yield from _missing_guards()
    yield from _broken_rules()
    yield from _overdrafts()
    yield from _strange_signups()


def _missing_guards() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor], [TABLE])
        there = {name for (name,) in cursor.fetchall()}
        there |= set(connection.introspection.get_constraints(cursor, TABLE))
    rules = {constraint.name for constraint in LedgerEntry._meta.constraints}
    for name in sorted((GUARDS[connection.vendor] | rules) - there):
        yield f"The database does not guard the ledger: {name} is missing."


def _broken_rules() -> Iterator[str]:
    for rule in LedgerEntry._meta.constraints:
        if isinstance(rule, CheckConstraint):
            for entry in LedgerEntry.objects.filter(~rule.condition).iterator():
                yield f"Entry {entry.pk} ({entry}) breaks {rule.name}."
    twice = LedgerEntry.objects.order_by().values_list("kind", "source").annotate(times=Count("pk"))
    for kind, source, times in twice.filter(times__gt=1).iterator():
        yield f"{source} has {times} entries of the kind {kind}."


def _overdrafts() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(OVERDRAFTS)
        for pk, user, balance in cursor:
            yield f"Entry {pk} took the balance of user {user} to {balance}."


def _strange_signups() -> Iterator[str]:
    """A welcome credit names its person, so that nobody has a second one."""
    theirs = Concat(Value("user:"), Cast(F("user_id"), CharField()))
    rows = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.SIGNUP).exclude(source=theirs)
    for entry in rows.iterator():
        yield f"Entry {entry.pk} ({entry}) is no welcome credit of user {entry.user_id}."
