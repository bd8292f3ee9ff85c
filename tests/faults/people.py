"""What people and staff do, in random order."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from accounts import ledger
from accounts.errors import NotEnoughCredits
from jobs import discards, lifecycle
from jobs.models import Job
from jobs.storage import track_key, tracks
from tests.faults.books import SPECS, Books, State, anyone, one, some_job


class People(Books):
    """They submit, cancel, retry, archive, delete; staff give and take."""

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
        self._works_once(lifecycle.cancel, number, if_in=Job.ACTIVE)

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
        self._works_once(lifecycle.archive, number, if_in=[State.COMPLETED])

    @some_job
    @rule(number=one)
    def restore(self, number):
        self._works_once(lifecycle.restore, number, if_in=[State.ARCHIVED])

    def _works_once(self, act, number, *, if_in):
        if job := self.job(number):
            assert act(job) is (job.state in if_in)
            assert act(job) is False

    @some_job
    @rule(number=one)
    def remove(self, number):
        if job := self.job(number):
            if job.delivered and (job.pk, job.run) not in self.refunded:
                self.paid_for_removed[job.user_id] += job.price
            lifecycle.remove(job)
            while discards.clear():
                pass
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
