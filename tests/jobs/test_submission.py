"""A submission is one job and one charge, however often it is sent, or nothing at all."""

import pytest

from accounts import ledger
from accounts.errors import NotEnoughCredits
from entrain import celery_app
from jobs import lifecycle
from jobs.models import Job


def test_a_submission_waits_is_paid_and_is_sent(job, balance, sent):
    assert job.state == Job.State.PENDING
    assert balance() == 0
    assert sent == [str(job.pk)]
    assert Job.objects.get().sent_at is not None


def test_the_same_submission_again_is_the_same_job(job, user, spec, balance):
    assert lifecycle.submit_job(user, spec, key="a-key") == job
    assert balance() == 0
    assert Job.objects.count() == 1


def test_other_words_under_the_same_key_are_another_job(job, user, spec):
    ledger.adjust(user, 1, reason="another go")
    other = lifecycle.submit_job(user, spec.model_copy(update={"title": "Other"}), key="a-key")
    assert other != job


def test_the_same_key_of_another_person_is_another_job(job, other, spec):
    ledger.adjust(other, 1, reason="a gift")
    assert lifecycle.submit_job(other, spec, key="a-key") != job


def test_without_credits_nothing_is_stored(job, user, spec, sent):
    with pytest.raises(NotEnoughCredits):
        lifecycle.submit_job(user, spec, key="another-key")
    assert Job.objects.count() == 1
    assert sent == [str(job.pk)]


def test_a_broker_that_is_gone_loses_nothing(
    user, spec, monkeypatch, django_capture_on_commit_callbacks
):
    def gone(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(celery_app, "send_task", gone)
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.submit_job(user, spec, key="a-key")
    job = Job.objects.get()
    assert (job.state, job.sent_at) == (Job.State.PENDING, None)


@pytest.mark.parametrize(
    ("lines", "price"), [(1, 1), (50, 1), (51, 2), (100, 2), (101, 3), (500, 10)]
)
def test_fifty_distinct_lines_are_a_credit(spec, lines, price):
    speech = spec.speech.model_copy(update={"lines": tuple(f"line {n}" for n in range(lines))})
    assert lifecycle.credits_for(speech) == price


def test_repeating_a_line_is_free(spec):
    twice = {"lines": spec.speech.lines * 200, "repetitions": 20}
    assert lifecycle.credits_for(spec.speech.model_copy(update=twice)) == 1
