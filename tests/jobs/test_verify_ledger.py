"""`verify_ledger` finds each way in which credits can be wrong, and nothing besides."""

import re
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import ledger
from accounts.models import LedgerEntry
from jobs import lifecycle
from jobs.models import Job

GUARDS = import_module("accounts.migrations.0002_ledger_append_only")
STRANGER = "5f0c7a52-35a4-4ef8-8a0a-0d3f8a6f6e11"


@pytest.fixture
def differences(capsys):
    """Run the command; the lines it prints, and whether its exit code fits them."""

    def differences():
        said = ""
        try:
            call_command("verify_ledger")
        except CommandError as error:
            said = str(error)
        lines = capsys.readouterr().out.splitlines()
        if not said:
            said = lines.pop()
        assert re.search(rf": {len(lines) or 'no'} differences\.$", said)
        return lines

    return differences


@pytest.fixture
def sql():
    """Run a statement."""

    def sql(statement, *values):
        # PostgreSQL alters no table while checks of this transaction are put off.
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return sql


@pytest.fixture
def unguarded(sql, db, differences):
    """Take the guards down; gives what the command says of what a test then does."""
    guards = {"sqlite": GUARDS.SQLITE, "postgresql": GUARDS.POSTGRESQL}[connection.vendor]
    table = {"sqlite": "", "postgresql": " ON accounts_ledgerentry"}[connection.vendor]
    for trigger in guards:
        sql(f"DROP TRIGGER {trigger}{table}")
    if connection.vendor == "postgresql":
        sql("ALTER TABLE accounts_ledgerentry DROP CONSTRAINT ledger_sign_fits_kind")
        sql("ALTER TABLE accounts_ledgerentry DROP CONSTRAINT ledger_staff_say_why")
        sql("DROP INDEX ledger_once_a_source")
    else:
        sql("DROP INDEX ledger_once_a_source")
        sql("PRAGMA ignore_check_constraints = ON")
    before = set(differences())
    assert all("does not guard" in line for line in before)
    assert len(before) > len(guards)
    yield lambda: [line for line in differences() if line not in before]
    if connection.vendor == "sqlite":
        sql("PRAGMA ignore_check_constraints = OFF")


@pytest.fixture
def write(user):
    """Write an entry, whatever the rules say."""

    def write(kind, amount, source="raw", **fields):
        LedgerEntry.objects.create(
            **{"user": user, "kind": kind, "amount": amount, "source": source} | fields
        )

    return write


class TestNothingToFind:
    def test_an_empty_site(self, db, differences):
        assert differences() == []

    def test_every_way_a_job_can_go(self, user, other, spec, differences):
        """Each end, each with and without a retry, a loss, a refund by staff or a deletion."""
        ledger.adjust(user, 50, reason="a gift")
        ends = {
            "waiting": lambda job: None,
            "taken": lambda job: lifecycle.claim(job.pk, Job.Step.SPEECH),
            "finished": finish,
            "failed": lambda job: lifecycle.fail(lifecycle.claim(job.pk, Job.Step.SPEECH), "it"),
            "cancelled": lifecycle.cancel,
        }
        after = {
            "nothing": lambda job: None,
            "retried": lifecycle.retry,
            "retried and cancelled": lambda job: lifecycle.retry(job) and lifecycle.cancel(job),
            "refunded": lambda job: (
                job.is_active or lifecycle.refund(job, actor=other, reason="sorry")
            ),
            "refunded, lost": lambda job: (
                job.is_active
                or (lifecycle.refund(job, actor=other, reason="sorry"), lifecycle.make_again(job))
            ),
            "lost": lifecycle.make_again,
            "lost and cancelled": lambda job: lifecycle.make_again(job) and lifecycle.cancel(job),
            "archived": lifecycle.archive,
            "archived, restored": lambda job: lifecycle.archive(job) and lifecycle.restore(job),
            "archived, restored and cancelled": lambda job: (
                lifecycle.archive(job) and lifecycle.restore(job) and lifecycle.cancel(job)
            ),
            "removed": lifecycle.remove,
        }
        for end, act in ends.items():
            for then, act_then in after.items():
                job = lifecycle.submit_job(user, spec, key=f"{end} {then}")
                act(job)
                act_then(Job.objects.get(pk=job.pk))
                assert differences() == [], f"{end}, {then}"

    def test_the_snapshot_is_of_one_moment(self, transactional_db, differences):
        assert differences() == []


def finish(job):
    claim = lifecycle.claim(job.pk, Job.Step.SPEECH)
    lifecycle.finish(claim, track=f"tracks/{job.pk}/1.flac", track_bytes=1)


@pytest.mark.parametrize(
    "trigger",
    {"sqlite": GUARDS.SQLITE, "postgresql": GUARDS.POSTGRESQL}[connection.vendor],
)
def test_a_guard_that_is_missing_is_named(user, sql, differences, trigger):
    on = " ON accounts_ledgerentry" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER {trigger}{on}")
    assert differences() == [f"The database does not guard the ledger: {trigger} is missing."]


@pytest.mark.postgresql
def test_a_guard_that_sleeps_is_named(user, sql, differences):
    sql("ALTER TABLE accounts_ledgerentry DISABLE TRIGGER ledger_append_only")
    [line] = differences()
    assert "ledger_append_only" in line


class TestTheLedgerByItself:
    def test_an_overdraft_that_was_made_good_later(self, user, job, write, unguarded):
        write("charge", -1, f"job:{STRANGER}")
        write("purchase", 5)
        entry = LedgerEntry.objects.get(kind="charge", source=f"job:{STRANGER}")
        assert unguarded() == [f"Entry {entry.pk} took the balance of user {user.pk} to -1."]

    def test_an_amount_against_its_kind(self, user, write, unguarded):
        write("purchase", -1)
        [line] = unguarded()
        assert "breaks ledger_sign_fits_kind" in line

    def test_a_welcome_credit_of_somebody_else(self, user, other, write, unguarded):
        write("signup", 1, f"user:{other.pk}")
        [line] = unguarded()
        assert line.endswith(f"is no welcome credit of user {user.pk}.")

    def test_a_movement_by_hand_without_a_reason(self, user, write, unguarded):
        write("grant", 1)
        [line] = unguarded()
        assert "breaks ledger_staff_say_why" in line

    def test_a_source_written_twice(self, user, write, unguarded):
        write("purchase", 1)
        write("purchase", 1)
        assert unguarded() == ["raw has 2 entries of the kind purchase."]


CHANGED = "UPDATE accounts_ledgerentry SET {} WHERE kind = '{}'"


class TestJobs:
    """One job of the price 1, and an entry that is changed, gone or too many."""

    def test_a_charge_deleted(self, job, sql, unguarded):
        sql("DELETE FROM accounts_ledgerentry WHERE kind = 'charge'")
        assert unguarded() == [f"Job {job.pk}, run 1, pending: never charged."]

    def test_a_charge_changed(self, job, user, sql, unguarded):
        ledger.adjust(user, 5, reason="a gift")
        sql(CHANGED.format("amount = -3", "charge"))
        assert any(f"charged -3 to user {user.pk}, price 1" in line for line in unguarded())

    def test_somebody_else_charged(self, job, other, sql, unguarded):
        sql(CHANGED.format(f"user_id = {other.pk}", "charge"))
        assert any(f"charged -1 to user {other.pk}, price 1" in line for line in unguarded())

    @pytest.mark.parametrize("act", [lambda job: None, finish], ids=["pending", "completed"])
    def test_a_refund_of_what_did_not_come_to_nothing(self, job, differences, act):
        act(job)
        assert differences() == []
        lifecycle.refund(job)
        [line] = differences()
        assert "given back, though it did not come to nothing and no staff did it" in line

    def test_a_refund_that_is_missing(self, job, sql, unguarded):
        lifecycle.cancel(job)
        sql("DELETE FROM accounts_ledgerentry WHERE kind = 'refund'")
        assert unguarded() == [f"Job {job.pk}, run 1, cancelled: 0 of 1 given back."]

    def test_a_refund_of_an_earlier_run_that_is_missing(self, job, user, sql, unguarded):
        ledger.adjust(user, 5, reason="a gift")
        lifecycle.cancel(job)
        lifecycle.retry(Job.objects.get())
        sql("DELETE FROM accounts_ledgerentry WHERE kind = 'refund'")
        assert unguarded() == [f"Job {job.pk}, run 1, pending: 0 of 1 given back."]

    def test_a_refund_larger_than_the_charge(self, job, sql, unguarded):
        lifecycle.cancel(job)
        sql(CHANGED.format("amount = 2", "refund"))
        more, wrong = unguarded()
        assert "gives back more than" in more
        assert "2 of 1 given back" in wrong

    def test_a_refund_to_somebody_else(self, job, other, sql, unguarded):
        lifecycle.cancel(job)
        sql(CHANGED.format(f"user_id = {other.pk}", "refund"))
        [line] = unguarded()
        assert f"went to user {other.pk}" in line

    def test_a_refund_before_its_charge(self, job, write, sql, unguarded):
        lifecycle.cancel(job)
        sql("DELETE FROM accounts_ledgerentry WHERE kind = 'charge'")
        write("charge", -1, job.charge_source)
        [line] = unguarded()
        assert "came before" in line

    def test_a_state_changed_behind_the_ledger_s_back(self, job, differences):
        Job.objects.update(state=Job.State.FAILED)
        assert differences() == [f"Job {job.pk}, run 1, failed: 0 of 1 given back."]

    def test_a_price_changed(self, job, differences):
        Job.objects.update(price=2)
        [line] = differences()
        assert "price 2" in line


class TestStrays:
    def test_a_run_that_never_was(self, job, user, write, differences):
        ledger.adjust(user, 5, reason="a gift")
        write("charge", -1, f"job:{job.pk}:2")
        [line] = differences()
        assert "only had 1 runs" in line

    @pytest.mark.parametrize(
        "source", ["job:1", "track:x", f"refund:{STRANGER}", f"job:{STRANGER}:1", "job:"]
    )
    def test_a_charge_that_no_job_made(self, user, write, differences, source):
        write("charge", -1, source)
        [line] = differences()
        assert line.endswith("belongs to no job.")

    def test_a_refund_of_a_deleted_job_that_was_never_charged(self, user, write, differences):
        write("refund", 1, f"refund:{STRANGER}")
        [line] = differences()
        assert line.startswith(f"Deleted job {STRANGER}, run 1: ")
        assert "never charged" in line

    def test_a_refund_of_a_deleted_job_larger_than_its_charge(self, user, write, differences):
        write("charge", -1, f"job:{STRANGER}")
        write("refund", 2, f"refund:{STRANGER}")
        [line] = differences()
        assert "gives back more than" in line


def test_however_many_there_are_few_are_in_memory(user, spec, differences, monkeypatch):
    """More than one batch, in which the last is wrong."""
    monkeypatch.setattr("jobs.management.commands.verify_ledger.AT_ONCE", 3)
    ledger.adjust(user, 10, reason="a gift")
    for n in range(10):
        lifecycle.submit_job(user, spec, key=str(n))
    assert differences() == []
    last = Job.objects.order_by("pk").last()
    Job.objects.filter(pk=last.pk).update(state=Job.State.CANCELLED)
    assert differences() == [f"Job {last.pk}, run 1, cancelled: 0 of 1 given back."]
