"""Fifty submissions on one credit, and other ways to be paid for too often or too little.

The races are threads with connections of their own, on the suite's database; on PostgreSQL they
run by tests/real/test_on_postgresql.py.
"""

from importlib import import_module
from threading import Barrier

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from accounts import ledger
from accounts.models import LedgerEntry
from audio import TrackSpec
from entrain import celery_app
from jobs import lifecycle
from jobs.models import Job
from tests.at_once import at_once

User = get_user_model()
pytestmark = pytest.mark.django_db(transaction=True)
GUARDS = import_module("accounts.migrations.0002_ledger_append_only").POSTGRESQL
TRACK = {
    "title": "Calm",
    "duration_s": 60,
    "speech": {"lines": ["I am calm"], "voice": "espeak:en-us+f3"},
}


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(celery_app, "send_task", lambda *args, **options: None)


def submit(user, key):
    return lifecycle.submit_job(user, TrackSpec.parse(TRACK), key=str(key)).pk


def counts(answers) -> dict:
    named = [type(a).__name__ for a in answers]
    return {name: named.count(name) for name in named}


def test_of_fifty_submissions_on_one_credit_exactly_one_is_stored(user):
    answers = at_once(50, lambda n: submit(user, n))
    assert counts(answers) == {"UUID": 1, "NotEnoughCredits": 49}
    assert (ledger.balance(user), Job.objects.count()) == (0, 1)
    call_command("verify_ledger")


def test_one_submission_sent_fifty_times_is_one_job_and_one_charge(user):
    answers = at_once(50, lambda n: submit(user, "one key"))
    assert {*answers} == {Job.objects.get().pk}
    assert LedgerEntry.objects.filter(kind="charge").count() == 1
    call_command("verify_ledger")


@pytest.mark.postgresql
def test_control_without_lock_and_trigger_one_credit_buys_two_tracks(user, monkeypatch):
    """What the races above would show if nothing kept submissions apart."""
    seen, balance = Barrier(2, timeout=10), ledger.balance

    def seen_together(user):
        answer = balance(user)
        seen.wait()
        return answer

    on = "accounts_ledgerentry"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER ledger_no_overdraft ON {on}")
    try:
        with monkeypatch.context() as patch:
            patch.setattr(QuerySet, "select_for_update", lambda self, **options: self)
            patch.setattr(ledger, "balance", seen_together)
            assert counts(at_once(2, lambda n: submit(user, n))) == {"UUID": 2}
        assert ledger.balance(user) == -1
        with pytest.raises(CommandError):
            call_command("verify_ledger")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(GUARDS["ledger_no_overdraft"])


def test_a_job_that_ends_from_ten_sides_is_refunded_once(user):
    job = Job.objects.get(pk=submit(user, "key"))
    claim = lifecycle.claim(job.pk, Job.Step.SPEECH)

    def end(number):
        return lifecycle.fail(claim, "It broke.") if number % 2 else lifecycle.cancel(job)

    assert sum(at_once(10, end)) == 1
    assert ledger.balance(user) == 1
    call_command("verify_ledger")


def test_staff_who_refund_at_once_give_back_once(user):
    job = Job.objects.get(pk=submit(user, "key"))
    claim = lifecycle.claim(job.pk, Job.Step.SPEECH)
    lifecycle.finish(claim, track="tracks/x/1.flac", track_bytes=1)
    answers = at_once(10, lambda n: lifecycle.refund(job, actor=user, reason="sorry"))
    assert sum(answers) == 1
    assert ledger.balance(user) == 1
    call_command("verify_ledger")


def test_a_charge_after_its_refund_takes_nothing(user):
    job = Job.objects.get(pk=submit(user, "key"))
    lifecycle.cancel(job)
    assert ledger.charge(user, job.price, source=job.charge_source) is False
    assert submit(user, "key") == job.pk
    assert ledger.balance(user) == 1
    call_command("verify_ledger")


def test_a_retry_from_ten_sides_is_charged_once(user):
    job = Job.objects.get(pk=submit(user, "key"))
    lifecycle.cancel(job)
    same = [Job.objects.select_related("user").get() for _ in range(10)]
    assert sum(at_once(10, lambda n: lifecycle.retry(same[n]))) == 1
    assert ledger.balance(user) == 0
    call_command("verify_ledger")


def test_who_deletes_what_they_just_retried_has_their_credit_back(user):
    """Whichever comes first: the retry finds nothing, or the deletion gives back what it took."""
    count = 10
    ledger.adjust(user, count - 1, reason="tests")
    jobs = [Job.objects.get(pk=submit(user, number)) for number in range(count)]
    for job in jobs:
        lifecycle.cancel(job)
    jobs = list(Job.objects.select_related("user"))

    def act(number):
        return (lifecycle.retry if number % 2 else lifecycle.remove)(jobs[number // 2])

    answers = at_once(2 * count, act)
    assert {*answers} <= {None, True, False}
    assert (Job.objects.count(), ledger.balance(user)) == (0, count)


INSERT = (
    "INSERT INTO accounts_ledgerentry (user_id, kind, amount, source, reason, created_at) VALUES "
    "(%s, '{}', {}, '{}', '', CURRENT_TIMESTAMP)"
)


def test_fifty_raw_charges_on_one_credit_are_one(user):
    def charge(number):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT.format("charge", -1, f"job:{number}"), [user.pk])

    assert counts(at_once(50, charge)) == {"NoneType": 1, "IntegrityError": 49}
    assert ledger.balance(user) == 0


@pytest.mark.postgresql
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_raw_charges_at_other_isolation_levels_do_not_overdraw(user, level):
    def charge(number):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
            cursor.execute(INSERT.format("charge", -1, f"job:{number}"), [user.pk])

    answers = at_once(10, charge)
    assert all(isinstance(answer, DatabaseError) or answer is None for answer in answers)
    assert ledger.balance(user) >= 0


@pytest.mark.postgresql
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_raw_charge_that_does_not_see_the_last_one_is_refused(user, level):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        assert ledger.balance(user) == 1
        assert counts(at_once(1, lambda n: submit(user, n))) == {"UUID": 1}
        with pytest.raises(DatabaseError):
            cursor.execute(INSERT.format("charge", -1, "job:raw"), [user.pk])
        transaction.set_rollback(True)
    assert ledger.balance(user) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_ledgerentry SET amount = 100",
        "UPDATE accounts_ledgerentry SET user_id = user_id, source = 'x' WHERE kind = 'charge'",
        "DELETE FROM accounts_ledgerentry",
        "DELETE FROM accounts_user",
    ],
)
def test_raw_sql_changes_nothing(user, statement):
    submit(user, "key")
    before = list(LedgerEntry.objects.values())
    with pytest.raises(DatabaseError):
        execute_at_once(statement)
    assert list(LedgerEntry.objects.values()) == before


def execute_at_once(statement):
    """Run a statement and the checks that the database puts off to the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        connection.check_constraints()
