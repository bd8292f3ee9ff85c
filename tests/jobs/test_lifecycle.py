"""Every change of a job's state happens once, by whoever still has the right to it."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import ledger
from accounts.errors import NotEnoughCredits
from jobs import lifecycle
from jobs.models import Job

State, Step = Job.State, Job.Step


def test_a_waiting_job_is_taken_by_one_worker(job):
    assert lifecycle.claim(job.pk, Step.SPEECH).attempt == 1
    assert lifecycle.claim(job.pk, Step.SPEECH) is None


def test_a_job_that_is_not_there_is_not_taken(completed):
    assert lifecycle.claim(completed.pk, Step.SPEECH) is None
    completed.delete()
    assert lifecycle.claim(completed.pk, Step.SPEECH) is None


def test_a_silent_worker_s_job_is_taken_over(claim, let_lease_run_out):
    let_lease_run_out(claim.job)
    assert lifecycle.claim(claim.job.pk, Step.SPEECH).attempt == 2


def test_a_beat_keeps_the_lease_and_shows_progress(claim, let_lease_run_out):
    let_lease_run_out(claim.job)
    assert lifecycle.beat(claim, Job.Stage.RENDER, 0.5) is True
    job = Job.objects.get()
    assert (job.stage, job.percent) == (Job.Stage.RENDER, 50)
    assert lifecycle.claim(job.pk, Step.SPEECH) is None


@pytest.mark.parametrize(
    "act",
    [
        lambda claim: lifecycle.beat(claim, Job.Stage.RENDER, 0.5),
        lambda claim: lifecycle.finish(claim, track="stale", track_bytes=1),
        lambda claim: lifecycle.fail(claim, "stale"),
        lambda claim: lifecycle.hand_back(claim),
        lambda claim: lifecycle.let_go_of("first"),
        lambda claim: lifecycle.release(claim),
    ],
    ids=["beat", "finish", "fail", "hand_back", "let_go_of", "release"],
)
def test_a_worker_that_was_replaced_changes_nothing(claim, let_lease_run_out, act, balance):
    Job.objects.update(holder="first")
    let_lease_run_out(claim.job)
    lifecycle.claim(claim.job.pk, Step.SPEECH)
    before = Job.objects.values().get()
    assert act(claim) is False
    assert Job.objects.values().get() == before
    assert balance() == 0


def test_a_worker_from_before_a_retry_changes_nothing(claim, user, balance):
    lifecycle.fail(claim, "it broke")
    lifecycle.retry(Job.objects.get())
    lifecycle.claim(claim.job.pk, Step.SPEECH)
    assert lifecycle.finish(claim, track="stale", track_bytes=1) is False


def test_finishing_publishes_the_track_and_keeps_the_charge(completed, balance):
    assert (completed.state, completed.track, completed.percent) == (
        State.COMPLETED, "tracks/x/1.flac", 100,
    )  # fmt: skip
    assert completed.finished_at is not None
    assert balance() == 0


def test_failing_gives_the_credit_back_once(claim, balance):
    assert lifecycle.fail(claim, "The voice was ill.") is True
    assert lifecycle.fail(claim, "again") is False
    job = Job.objects.get()
    assert (job.state, job.message) == (State.FAILED, "The voice was ill.")
    assert balance() == 1
    assert lifecycle.refund(job) is False


def test_cancelling_gives_the_credit_back_once(job, balance):
    assert lifecycle.cancel(job) is True
    assert lifecycle.cancel(job) is False
    assert balance() == 1


def test_cancelling_takes_the_job_from_its_worker(claim, balance):
    assert lifecycle.cancel(claim.job) is True
    assert lifecycle.beat(claim, Job.Stage.RENDER, 0.5) is False
    assert lifecycle.finish(claim, track="late", track_bytes=1) is False
    assert balance() == 1


def test_what_is_ready_cannot_be_cancelled(completed, balance):
    assert lifecycle.cancel(completed) is False
    assert balance() == 0


def test_a_retry_is_charged_and_refunded_like_a_new_job(claim, balance):
    for _ in range(3):
        lifecycle.fail(claim, "it broke")
        assert balance() == 1
        assert lifecycle.retry(Job.objects.get()) is True
        assert balance() == 0
        claim = lifecycle.claim(claim.job.pk, Step.SPEECH)
    lifecycle.finish(claim, track="t", track_bytes=1)
    assert balance() == 0


def test_a_retry_asked_for_twice_is_one(claim, balance):
    lifecycle.fail(claim, "it broke")
    job, same = Job.objects.get(), Job.objects.get()
    assert lifecycle.retry(job) is True
    assert lifecycle.retry(same) is False
    assert balance() == 0


def test_a_retry_without_credits_changes_nothing(claim, user):
    lifecycle.fail(claim, "it broke")
    ledger.adjust(user, -1, reason="spent elsewhere")
    with pytest.raises(NotEnoughCredits):
        lifecycle.retry(Job.objects.get())
    assert Job.objects.get().state == State.FAILED


def test_a_passing_fault_puts_the_job_back_until_attempts_run_out(claim, settings, balance):
    for attempt in range(1, settings.JOB_MAX_ATTEMPTS):
        assert claim.attempt == attempt
        lifecycle.hand_back(claim)
        assert Job.objects.get().state == State.PENDING
        claim = lifecycle.claim(claim.job.pk, Step.SPEECH)
    lifecycle.hand_back(claim)
    job = Job.objects.get()
    assert (job.state, job.message) == (State.FAILED, lifecycle.OUR_FAULT)
    assert balance() == 1


def test_after_a_fault_there_is_a_pause_that_grows(job, settings):
    for attempt in (1, 2):
        lifecycle.hand_back(lifecycle.claim(job.pk, Step.SPEECH))
        row = Job.objects.get()
        pause_s = (row.resend_at - timezone.now()).total_seconds()
        assert pause_s == pytest.approx(settings.JOB_RETRY_SECONDS * attempt, abs=5)
        assert lifecycle.sweep()["sent"] == 0


def test_a_worker_told_to_stop_costs_no_attempt_and_the_next_is_told_at_once(
    claim, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.release(claim)
    job = Job.objects.get()
    assert (job.state, job.tries, job.attempt) == (State.PENDING, 0, 1)
    assert sent == [str(job.pk)] * 2


def test_what_a_dead_process_had_is_anybody_s_and_counts(job, balance, sent):
    for tries in (1, 2, 3):
        claim = lifecycle.claim(job.pk, Step.SPEECH, holder="message process host")
        assert claim.job.tries == tries
        assert lifecycle.let_go_of("message other host") is False
        assert lifecycle.let_go_of("message process host") is True
        assert lifecycle.let_go_of("message process host") is False
    assert lifecycle.claim(job.pk, Step.SPEECH) is None
    assert lifecycle.sweep() == {"sent": 0, "ended": 1}
    assert (Job.objects.get().state, balance()) == (State.FAILED, 1)


@pytest.mark.parametrize("step", Step)
def test_a_worker_that_vanishes_uses_up_one_of_three_attempts(
    claim, step, let_lease_run_out, balance
):
    if step == Step.RENDER:
        lifecycle.hand_on(claim)
        claim = lifecycle.claim(claim.job.pk, step)
    for tries in (1, 2, 3):
        assert claim.job.tries == tries
        let_lease_run_out(claim.job)
        assert lifecycle.sweep()["ended"] == (tries == 3)
        claim = lifecycle.claim(claim.job.pk, step) or claim
    job = Job.objects.get()
    assert (job.state, job.message) == (State.FAILED, lifecycle.OUR_FAULT)
    assert balance() == 1


def test_failed_and_lost_attempts_count_alike(claim, let_lease_run_out, balance):
    lifecycle.hand_back(claim)
    let_lease_run_out(lifecycle.claim(claim.job.pk, Step.SPEECH).job)
    lifecycle.hand_back(lifecycle.claim(claim.job.pk, Step.SPEECH))
    assert Job.objects.get().state == State.FAILED
    assert balance() == 1


def test_a_worker_that_only_seemed_to_vanish_keeps_its_last_attempt(claim, let_lease_run_out):
    Job.objects.update(tries=3)
    let_lease_run_out(claim.job)
    assert lifecycle.beat(claim, Job.Stage.SPEECH, 0.5)
    assert lifecycle.sweep()["ended"] == 0


def test_handing_on_costs_no_attempt(claim):
    lifecycle.hand_on(claim)
    assert lifecycle.claim(claim.job.pk, Step.RENDER).job.tries == 1


def test_database_refuses_states_that_cannot_be(job):
    for impossible in (
        {"state": "lost"},
        {"state": State.COMPLETED, "track": ""},
        {"state": State.PROCESSING, "lease_until": None},
        {"state": State.COMPLETED, "track": "tracks/x/1.flac", "delivered": False},
        {"state": State.FAILED, "delivered": True},
        {"state": State.ARCHIVED, "delivered": True, "track": "tracks/x/1.flac"},
        {"state": State.ARCHIVED, "delivered": True, "track_bytes": 1},
        {"band": "sigma"},
        {"duration_s": 0},
        {"share_token": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.update(**impossible)


def test_what_was_read_of_a_job_is_never_written_back(job):
    """Since then it may have been cancelled, finished or archived."""
    with pytest.raises(TypeError, match="conditional UPDATE"):
        Job.objects.get().save()
