"""Some people, their jobs and their credits, and what always holds of them."""

import io
from collections import Counter

import numpy as np
import soundfile
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition

from accounts import ledger
from accounts.models import LedgerEntry
from audio import TrackSpec
from jobs.models import Job, TrackFile
from jobs.storage import delete_tracks, tracks

User = get_user_model()
State, Kind = Job.State, LedgerEntry.Kind
PEOPLE, SIGNUP = 3, 1


def _flac() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.zeros((441, 2), "int16"), 44_100, format="FLAC")
    return file.getvalue()


TRACK = _flac()
SPECS = [
    TrackSpec.parse(
        {
            "title": f"Of the price {price}",
            "duration_s": 60,
            "speech": {"lines": [f"line {n}" for n in range(lines)], "voice": "espeak:en-us+f3"},
        }
    )
    for price, lines in [(1, 1), (2, 51)]
]

anyone = st.integers(0, PEOPLE - 1)
# One of so many as there are; the same number stays the same one for as long as there are no more.
one = st.integers(0, 2**16)
some_job = precondition(lambda self: self.jobs)


class Books(RuleBasedStateMachine):
    """What was done so far, kept by hand beside the code's own rows."""

    steps = 0

    def __init__(self):
        super().__init__()
        self.people = [User.objects.create_user(f"{n}@example.com") for n in range(PEOPLE)]
        self.boss = User.objects.create_superuser("boss@example.com")
        for person in self.people:
            ledger.give_signup_credit(person)
        self.given = Counter({person.pk: SIGNUP for person in self.people})
        self.submissions = {}
        self.jobs = []
        self.claims = []
        self.uploaded = []
        # Holds on what finished tracks get beside them.
        self.holds = []
        self.attempts = Counter()
        # Runs that staff gave back: (job, run).
        self.refunded = set()
        # What people paid for jobs that are deleted by now.
        self.paid_for_removed = Counter()

    def teardown(self):
        call_command("verify_ledger", stdout=io.StringIO())
        for pk in self.jobs:
            delete_tracks(pk, range(1, self.attempts[pk] + 1))
        tables = [model._meta.db_table for model in (Job, LedgerEntry, User)]
        flush = connection.ops.sql_flush(no_style(), tables, allow_cascade=True)
        connection.ops.execute_sql_flush(flush)

    def job(self, number: int) -> Job | None:
        """One of the jobs, as its row says; None when it was deleted."""
        return Job.objects.filter(pk=self.jobs[number % len(self.jobs)]).first()

    @invariant()
    def everything_is_right(self):
        type(self).steps += 1
        entries = list(LedgerEntry.objects.values_list("user_id", "kind", "amount", "source"))
        jobs = Job.objects.in_bulk()
        self._balances_are_right(entries, jobs)
        self._each_job_is_paid_once(entries, jobs)
        for job in jobs.values():
            assert job.attempt >= self.attempts[job.pk]
            assert job.tries <= 3
            self.attempts[job.pk] = job.attempt
            if job.state == State.COMPLETED:
                with tracks().open(job.track) as file:
                    assert file.read() == TRACK
        for file in TrackFile.objects.all():
            assert jobs[file.job_id].state == State.COMPLETED
            assert tracks().exists(file.key)

    def _balances_are_right(self, entries, jobs):
        balances, paid = Counter(), Counter(self.paid_for_removed)
        for user, _, amount, _ in entries:
            balances[user] += amount
        for job in jobs.values():
            paid[job.user_id] -= self._net(job)
        for person in self.people:
            balance = ledger.balance(person)
            assert balance == balances[person.pk]
            assert balance == self.given[person.pk] - paid[person.pk] >= 0

    def _each_job_is_paid_once(self, entries, jobs):
        net, charges = Counter(), Counter()
        for _, kind, amount, source in entries:
            if kind in (Kind.CHARGE, Kind.REFUND):
                pk = source.split(":")[1]
                net[pk] += amount
                charges[pk] += kind == Kind.CHARGE
        for job in jobs.values():
            assert net[str(job.pk)] == self._net(job)
            assert charges[str(job.pk)] == job.run

    def _net(self, job) -> int:
        """What a job in this state has to have cost, as a movement."""
        ended_badly = job.state in (State.FAILED, State.CANCELLED)
        return 0 if ended_badly or (job.pk, job.run) in self.refunded else -job.price
