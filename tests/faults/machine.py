"""Steps in random order: whatever happens to jobs, the credits stay right.

Hypothesis plays several people, the staff, the sweeper and workers, which die and wake up late.
Every rule compares what the code answers with what the rows said a moment before; after each
step the ledger is counted by hand.
"""

import io
from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
import soundfile
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import ledger
from accounts.errors import NotEnoughCredits
from accounts.models import LedgerEntry
from audio import TrackSpec
from entrain import celery_app
from jobs import extras, housekeeping, lifecycle
from jobs.models import Job, Report, TrackFile
from jobs.storage import companion_key, delete_file, delete_tracks, track_key, tracks

User = get_user_model()
State, Step, Kind = Job.State, Job.Step, LedgerEntry.Kind
STEPS = 100
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


class JobsAndCredits(RuleBasedStateMachine):
    """People, jobs, and the holds that workers have, or once had, on them."""

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

    def hold(self, number: int):
        """One of the holds, and whether it is still good."""
        claim, step = self.claims[number % len(self.claims)]
        good = Job.objects.filter(
            pk=claim.job.pk, state=State.PROCESSING, attempt=claim.attempt, step=step
        ).exists()
        return claim, good

    some_job = precondition(lambda self: self.jobs)
    some_hold = precondition(lambda self: self.claims)

    # --- people ------------------------------------------------------------------------------

    @rule(who=anyone, key=st.integers(0, 4), spec=st.sampled_from(SPECS))
    def submit(self, who, key, spec):
        person = self.people[who]
        known = self.submissions.get((who, key, spec))
        there = known and Job.objects.filter(pk=known).exists()
        balance, price = ledger.balance(person), SPECS.index(spec) + 1
        try:
            job = lifecycle.submit_job(person, spec, key=str(key))
        except NotEnoughCredits:
            assert not there
            assert balance < price
            return
        assert job.price == price
        assert ledger.balance(person) == (balance if there else balance - price)
        assert (job.pk == known) is bool(there)
        self.submissions[who, key, spec] = job.pk
        if not there:
            self.jobs.append(job.pk)

    @some_job
    @rule(number=one)
    def cancel(self, number):
        if job := self.job(number):
            assert lifecycle.cancel(job) is job.is_active
            assert lifecycle.cancel(job) is False

    @some_job
    @rule(number=one)
    def retry(self, number):
        if not (job := self.job(number)):
            return
        same = Job.objects.get(pk=job.pk)
        ended_badly = job.state in (State.FAILED, State.CANCELLED)
        if ended_badly and ledger.balance(job.user) < job.price:
            with pytest.raises(NotEnoughCredits):
                lifecycle.retry(job)
        else:
            assert lifecycle.retry(job) is ended_badly
            assert lifecycle.retry(same) is False

    @some_job
    @rule(number=one)
    def lose_the_file_and_make_again(self, number):
        job = self.job(number)
        if job and job.state == State.COMPLETED:
            tracks().delete(job.track)
            same = Job.objects.get(pk=job.pk)
            assert lifecycle.make_again(job) is True
            assert lifecycle.make_again(same) is False

    @some_job
    @rule(number=one)
    def make_again_what_is_not_finished(self, number):
        job = self.job(number)
        if job and job.state != State.COMPLETED:
            assert lifecycle.make_again(job) is False

    @some_job
    @rule(number=one)
    def archive(self, number):
        if job := self.job(number):
            assert lifecycle.archive(job) is (job.state == State.COMPLETED)
            assert lifecycle.archive(job) is False

    @some_job
    @rule(number=one)
    def restore(self, number):
        if job := self.job(number):
            assert lifecycle.restore(job) is (job.state == State.ARCHIVED)
            assert lifecycle.restore(job) is False

    @some_job
    @rule(number=one)
    def remove(self, number):
        if job := self.job(number):
            if job.delivered and (job.pk, job.run) not in self.refunded:
                self.paid_for_removed[job.user_id] += job.price
            lifecycle.remove(job)
            assert not self.job(number)
            assert not any(tracks().exists(track_key(job.pk, n)) for n in range(job.attempt + 1))

    # --- staff -------------------------------------------------------------------------------

    @rule(who=anyone, amount=st.integers(-3, 5).filter(bool))
    def move_credits(self, who, amount):
        person = self.people[who]
        if ledger.balance(person) + amount < 0:
            with pytest.raises(NotEnoughCredits):
                ledger.adjust(person, amount, reason="why", actor=self.boss)
        else:
            assert ledger.adjust(person, amount, reason="why", actor=self.boss) is True
            self.given[person.pk] += amount

    @some_job
    @rule(number=one)
    def refund(self, number):
        job = self.job(number)
        if job and not job.is_active:
            new = job.delivered and (job.pk, job.run) not in self.refunded
            assert lifecycle.refund(job, actor=self.boss, reason="sorry") is new
            assert lifecycle.refund(job, actor=self.boss, reason="sorry") is False
            if job.delivered:
                self.refunded.add((job.pk, job.run))

    # --- workers -----------------------------------------------------------------------------

    @some_job
    @rule(number=one, step=st.sampled_from(Step))
    def claim(self, number, step):
        job = self.job(number)
        pk, free = self.jobs[number % len(self.jobs)], False
        if job and job.step == step and job.tries < 3:
            silent = job.state == State.PROCESSING and job.lease_until <= timezone.now()
            free = silent or job.state == State.PENDING
        claim = lifecycle.claim(pk, step, holder=f"{len(self.claims)}")
        assert (claim is not None) is free
        if claim:
            assert (claim.attempt, claim.job.tries) == (job.attempt + 1, job.tries + 1)
            self.claims.append((claim, step))
        assert lifecycle.claim(pk, step) is None or not claim

    @some_job
    @rule(number=one)
    def work_on_what_waits(self, number):
        """Take a job at its own step: what most messages lead to."""
        if job := self.job(number):
            self.claim(number, job.step)

    @some_hold
    @rule(number=one)
    def beat(self, number):
        claim, good = self.hold(number)
        assert lifecycle.beat(claim, Job.Stage.RENDER, 0.5) is good

    @some_hold
    @rule(number=one)
    def hand_on(self, number):
        claim, good = self.hold(number)
        step = self.claims[number % len(self.claims)][1]
        if step == Step.SPEECH:
            assert lifecycle.hand_on(claim) is good
            assert lifecycle.hand_on(claim) is False

    @some_hold
    @rule(number=one)
    def upload(self, number):
        """Store a track and pause, perhaps for ever, before publishing it."""
        claim, _ = self.hold(number)
        tracks().save(track_key(claim.job.pk, claim.attempt), ContentFile(TRACK))
        self.uploaded.append(number % len(self.claims))

    @precondition(lambda self: self.uploaded)
    @rule(number=one)
    def publish(self, number):
        self._publish(self.uploaded.pop(number % len(self.uploaded)))

    @some_hold
    @rule(number=one)
    def finish(self, number):
        claim, _ = self.hold(number)
        tracks().save(track_key(claim.job.pk, claim.attempt), ContentFile(TRACK))
        self._publish(number)

    def _publish(self, number):
        """Do what a worker does with a track that is stored; to ask twice is to ask once."""
        claim, good = self.hold(number)
        key = track_key(claim.job.pk, claim.attempt)
        row = Job.objects.filter(pk=claim.job.pk)
        published = good or row.filter(state=State.COMPLETED, track=key).exists()
        assert tracks().exists(key) or not good, "deleted under the hands of its worker"
        for _ in range(2):
            assert lifecycle.finish(claim, track=key, track_bytes=len(TRACK)) is published
        if published:
            delete_tracks(claim.job.pk, range(1, claim.attempt))
        else:
            delete_tracks(claim.job.pk, [claim.attempt])

    @some_hold
    @rule(number=one)
    def fail(self, number):
        claim, good = self.hold(number)
        assert lifecycle.fail(claim, "It broke.") is good
        assert lifecycle.fail(claim, "It broke.") is False

    @some_hold
    @rule(number=one, how=st.sampled_from(["failed", "died", "stopped"]))
    def hand_back(self, number, how):
        claim, good = self.hold(number)
        act = {
            "failed": lambda: lifecycle.hand_back(claim),
            "died": lambda: lifecycle.hand_back_of(claim.job.holder),
            "stopped": lambda: lifecycle.release(claim),
        }[how]
        assert act() is good
        assert act() is False

    @some_hold
    @rule(number=one)
    def die(self, number):
        """Nothing more is heard of this worker, until, perhaps, it wakes up."""
        claim, _ = self.hold(number)
        past = timezone.now() - timedelta(seconds=1)
        claim.row.update(lease_until=past)

    # --- what a track has beside it ----------------------------------------------------------

    @some_job
    @rule(number=one)
    def take_companions(self, number):
        if hold := extras.claim(self.jobs[number % len(self.jobs)]):
            assert extras.claim(hold.report.job_id) is None
            self.holds.append(hold)

    @precondition(lambda self: self.holds)
    @rule(number=one)
    def publish_a_companion(self, number):
        hold = self.holds[number % len(self.holds)]
        job, try_ = hold.report.job_id, hold.try_
        key = companion_key(job, hold.report.attempt, try_, "opus")
        tracks().save(key, ContentFile(TRACK))
        good = Report.objects.filter(pk=hold.report.pk, holds=try_, due_at__isnull=False).exists()
        other = TrackFile.objects.filter(job=job, kind="opus").exclude(key=key).exists()
        for _ in range(2):
            published = extras.publish(hold, "opus", key=key, size=len(TRACK))
            assert published is (good and not other)
        if not published and not TrackFile.objects.filter(key=key).exists():
            delete_file(key)

    @precondition(lambda self: self.holds)
    @rule(number=one, how=st.sampled_from([extras.finish, extras.hand_back, extras.release]))
    def leave_companions(self, number, how):
        hold = self.holds[number % len(self.holds)]
        good = hold.row.exists()
        assert how(hold) is good

    # --- the scheduler -----------------------------------------------------------------------

    @rule(late=st.booleans())
    def sweep(self, late):
        if late:
            past = timezone.now() - timedelta(hours=2)
            Job.objects.exclude(sent_at=None).update(resend_at=past)
        lifecycle.sweep()
        assert lifecycle.sweep() == {"sent": 0, "ended": 0}
        silent = Job.objects.filter(state=State.PROCESSING, lease_until__lte=timezone.now())
        assert not silent.filter(tries__gte=3)

    @rule()
    def tidy(self):
        """Hours later: who uploaded and did not publish has died."""
        self.uploaded.clear()
        housekeeping.remove_orphans(older_than=timedelta())
        published = set(Job.objects.exclude(track="").values_list("track", flat=True))
        published |= set(TrackFile.objects.values_list("key", flat=True))
        assert set(_stored()) == published

    # --- what always holds -------------------------------------------------------------------

    @invariant()
    def everything_is_right(self):
        type(self).steps += 1
        entries = list(LedgerEntry.objects.values_list("user_id", "kind", "amount", "source"))
        jobs = Job.objects.in_bulk()
        self._balances_are_right(entries, jobs)
        self._each_job_is_paid_once(entries, jobs)
        for job in jobs.values():
            assert job.attempt >= self.attempts[job.pk]
            self.attempts[job.pk] = job.attempt
            if job.state == State.COMPLETED:
                with tracks().open(job.track) as file:
                    assert file.read() == TRACK
        for file in TrackFile.objects.all():
            assert jobs[file.job_id].state == State.COMPLETED
            assert tracks().exists(file.key)

    def _balances_are_right(self, entries, jobs):
        for person in self.people:
            balance = ledger.balance(person)
            assert balance >= 0
            assert balance == sum(amount for user, _, amount, _ in entries if user == person.pk)
            paid = sum(
                job.price for job in jobs.values() if job.user_id == person.pk and self._net(job)
            )
            assert balance == self.given[person.pk] - paid - self.paid_for_removed[person.pk]

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


def _stored():
    """The key of every track that is stored."""
    for folder in tracks().listdir("tracks")[0]:
        for name in tracks().listdir(f"tracks/{folder}")[1]:
            yield f"tracks/{folder}/{name}"


def play(monkeypatch, settings, *, number: int, examples: int) -> int:
    """Play the so-manieth game of so many examples; gives the number of steps taken.

    Not every example comes to its last step.
    """
    # Leases end, and messages are lost, when a rule says so, however slow the machine is.
    settings.JOB_LEASE_SECONDS = settings.JOB_RESEND_SECONDS = 3600
    machine = seed(number)(type("Game", (JobsAndCredits,), {}))
    monkeypatch.setattr(celery_app, "send_task", lambda *args, **options: None)
    how = hypothesis_settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(machine, settings=how)
    return machine.steps
