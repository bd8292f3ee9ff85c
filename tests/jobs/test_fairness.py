"""A hundred jobs of one person stand in front of nobody else's first."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import ledger
from jobs import lifecycle
from jobs.dispatching import time_limits
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
