"""What no message leads to any more is found again."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from kombu import Connection

from accounts import ledger
from entrain import celery_app
from jobs import lifecycle
from jobs.models import Job


def test_a_job_that_could_not_be_sent_is_sent(job, sent):
    Job.objects.update(sent_at=None)
    assert lifecycle.sweep() == {"sent": 1, "ended": 0}
    assert sent == [str(job.pk)] * 2


def _time_passes(seconds):
    """Let the sent messages grow older."""
    Job.objects.update(resend_at=F("resend_at") - timedelta(seconds=seconds))


def test_a_message_that_was_lost_is_sent_again(job, settings):
    assert lifecycle.sweep()["sent"] == 0
    _time_passes(settings.JOB_RESEND_SECONDS)
    assert lifecycle.sweep()["sent"] == 1
    assert lifecycle.sweep()["sent"] == 0


def test_a_job_that_waits_long_is_sent_ever_more_rarely(job, settings):
    for doublings in range(4):
        _time_passes(settings.JOB_RESEND_SECONDS * 2**doublings - 1)
        assert lifecycle.sweep()["sent"] == 0
        _time_passes(1)
        assert lifecycle.sweep()["sent"] == 1


def test_a_job_that_waits_long_is_sent_at_once_if_its_queue_is_empty(job, settings, monkeypatch):
    monkeypatch.setattr(celery_app, "connection_for_write", lambda: Connection("memory://"))
    long_ago = timezone.now() - timedelta(seconds=settings.JOB_RESEND_SECONDS + 1)
    Job.objects.update(sends=5, sent_at=long_ago, resend_at=timezone.now() + timedelta(hours=1))
    with celery_app.connection_for_write() as connection:
        queue = connection.SimpleQueue("speech")
        queue.put("somebody else's")
        assert lifecycle.sweep()["sent"] == 0
        queue.clear()
        assert lifecycle.sweep()["sent"] == 1
        assert lifecycle.sweep()["sent"] == 0


def test_a_pause_after_a_failure_is_kept_though_the_queue_is_empty(claim, settings):
    lifecycle.hand_back(claim)
    Job.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    assert lifecycle.sweep()["sent"] == 0


def test_a_silent_worker_s_job_is_sent_to_another_at_once(claim, let_lease_run_out):
    assert lifecycle.sweep() == {"sent": 0, "ended": 0}
    let_lease_run_out(claim.job)
    assert lifecycle.sweep() == {"sent": 1, "ended": 0}
    assert lifecycle.sweep() == {"sent": 0, "ended": 0}


@pytest.mark.parametrize("state", Job.ACTIVE)
def test_a_job_beyond_its_attempts_fails_with_the_credit_back(
    claim, state, let_lease_run_out, settings, balance
):
    Job.objects.update(tries=settings.JOB_MAX_ATTEMPTS, state=state)
    let_lease_run_out(claim.job)
    assert lifecycle.claim(claim.job.pk, Job.Step.SPEECH) is None
    assert lifecycle.sweep() == {"sent": 0, "ended": 1}
    assert Job.objects.get().state == Job.State.FAILED
    assert balance() == 1
    assert lifecycle.sweep() == {"sent": 0, "ended": 0}


def test_ended_jobs_are_left_alone(completed):
    Job.objects.update(sent_at=None)
    assert lifecycle.sweep() == {"sent": 0, "ended": 0}


def test_operators_can_sweep_by_hand(job, capsys):
    Job.objects.update(sent_at=None)
    call_command("sweep_jobs")
    assert capsys.readouterr().out == "1 sent, 0 ended, 0 extras, 0 cleared\n"


def test_a_broker_that_is_away_is_asked_once_and_not_for_every_job(
    user, spec, monkeypatch, django_capture_on_commit_callbacks, settings
):
    settings.JOBS_UNDER_WAY_A_PERSON = 10
    ledger.adjust(user, 5, reason="a gift")
    asked = []

    def gone(*args, **kwargs):
        asked.append(args)
        raise ConnectionError("no broker")

    monkeypatch.setattr(celery_app, "send_task", gone)
    for n in range(5):
        lifecycle.submit_job(user, spec, key=str(n))
    assert lifecycle.sweep() == {"sent": 0, "ended": 0}
    assert len(asked) == 1
    assert set(Job.objects.values_list("sent_at", "sends")) == {(None, 0)}
