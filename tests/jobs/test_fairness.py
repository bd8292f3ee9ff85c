"""A hundred jobs of one person stand in front of nobody else's first."""

from threading import Thread

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from accounts import ledger
from jobs import lifecycle
from jobs.dispatching import dispatch, time_limits
from jobs.models import Job

State, Step = Job.State, Job.Step


@pytest.fixture
def submit(spec, django_capture_on_commit_callbacks):
    """Submit so many jobs for a person."""

    def submit(user, count):
        ledger.adjust(user, count, reason="a gift")
        with django_capture_on_commit_callbacks(execute=True):
            return [lifecycle.submit_job(user, spec, key=str(n)) for n in range(count)]

    return submit


def test_a_person_has_only_so_many_jobs_in_the_queue(user, submit, sent, settings):
    first, second, *_ = submit(user, 100)
    assert sent == [str(first.pk), str(second.pk)]
    assert settings.JOBS_UNDER_WAY_A_PERSON == 2


def test_the_first_job_of_another_comes_right_after_those(user, other, submit, sent):
    submit(user, 100)
    [theirs] = submit(other, 1)
    assert sent[2:] == [str(theirs.pk)]


@pytest.mark.parametrize(
    "end",
    [
        lambda claim: lifecycle.finish(claim, track="t", track_bytes=1),
        lambda claim: lifecycle.fail(claim, "it broke"),
        lambda claim: lifecycle.cancel(claim.job),
        lambda claim: lifecycle.remove(claim.job),
    ],
    ids=["finish", "fail", "cancel", "remove"],
)
def test_when_one_ends_the_next_is_sent(
    user, submit, sent, end, django_capture_on_commit_callbacks
):
    first, _, third, *_ = submit(user, 5)
    claim = lifecycle.claim(first.pk, Step.SPEECH)
    with django_capture_on_commit_callbacks(execute=True):
        end(claim)
    assert sent[2:] == [str(third.pk)]


@pytest.mark.django_db(transaction=True)
def test_two_that_send_at_once_keep_to_it_together(user, spec, sent, monkeypatch):
    """Another request sends between the moments in which one counts and chooses."""
    ledger.adjust(user, 4, reason="a gift")
    with monkeypatch.context() as away:
        away.setattr(lifecycle, "dispatch", lambda user_id: 0)
        jobs = [lifecycle.submit_job(user, spec, key=str(n)) for n in range(5)]
    count, others = QuerySet.count, []

    def another_sends():
        try:
            dispatch(user.pk)
        finally:
            connection.close()

    def then_another_sends(rows):
        counted = count(rows)
        if not others:
            others.append(Thread(target=another_sends))
            others[0].start()
            # It waits for this one, if it is held back as it should be.
            others[0].join(timeout=1)
        return counted

    with monkeypatch.context() as race:
        race.setattr(QuerySet, "count", then_another_sends)
        dispatch(user.pk)
        others[0].join()
    assert sorted(sent) == sorted(str(job.pk) for job in jobs[:2])
    assert Job.objects.exclude(sent_at=None).count() == 2


def test_a_job_that_is_handed_on_leaves_no_room_for_another(
    user, submit, sent, django_capture_on_commit_callbacks
):
    _, second, *_ = submit(user, 5)
    claim = lifecycle.claim(second.pk, Step.SPEECH)
    with django_capture_on_commit_callbacks() as after_commit:
        lifecycle.hand_on(claim)
    dispatch(user.pk)
    assert len(sent) == 2
    for send in after_commit:
        send()
    assert sent[2:] == [str(second.pk)]


def test_what_was_handed_on_by_a_worker_that_died_then_is_sent_by_the_sweeper(user, submit, sent):
    first, *_ = submit(user, 5)
    lifecycle.hand_on(lifecycle.claim(first.pk, Step.SPEECH))
    assert lifecycle.sweep()["sent"] == 1
    assert sent[2:] == [str(first.pk)]


def test_the_sweeper_keeps_to_it(user, submit, sent):
    submit(user, 5)
    assert lifecycle.sweep()["sent"] == 0
    Job.objects.update(sent_at=None)
    assert lifecycle.sweep()["sent"] == 2


def test_the_sweeper_asks_no_more_the_more_people_wait(
    user, other, submit, sent, django_assert_num_queries
):
    submit(user, 5)
    with CaptureQueriesContext(connection) as for_one:
        lifecycle.sweep()
    submit(other, 5)
    with django_assert_num_queries(len(for_one)):
        lifecycle.sweep()
    Job.objects.filter(pk=sent[0]).update(sent_at=None)
    sent.clear()
    assert lifecycle.sweep()["sent"] == 1
    assert len(sent) == 1


def test_a_step_has_longer_the_more_there_is_to_do(job):
    short = time_limits(job)
    job.spec["duration_s"] = 7200
    assert time_limits(job) == short
    job.step = Step.RENDER
    del job.track_spec
    assert time_limits(job)["soft_time_limit"] > short["soft_time_limit"]
    assert short["time_limit"] > short["soft_time_limit"]
