"""What workers and the scheduler do in random order: they take jobs, die, and wake up late."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from jobs import extras, housekeeping, lifecycle
from jobs.models import Job, Report, TrackFile
from jobs.storage import companion_key, delete_file, delete_tracks, track_key, tracks
from tests.faults.books import TRACK, Books, State, one, some_job

some_hold = precondition(lambda self: self.claims)


class Workers(Books):
    """They have holds on jobs, or once had."""

    def hold(self, number: int):
        """One of the holds, and whether it is still good."""
        claim, step = self.claims[number % len(self.claims)]
        good = Job.objects.filter(
            pk=claim.job.pk, state=State.PROCESSING, attempt=claim.attempt, step=step
        ).exists()
        return claim, good

    @some_job
    @rule(number=one, step=st.sampled_from(Job.Step))
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
        if step == Job.Step.SPEECH:
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
            "died": lambda: lifecycle.let_go_of(claim.job.holder),
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


def _stored():
    """The key of every track that is stored."""
    for folder in tracks().listdir("tracks")[0]:
        for name in tracks().listdir(f"tracks/{folder}")[1]:
            yield f"tracks/{folder}/{name}"
