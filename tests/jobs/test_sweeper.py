"""What no message leads to any more is found again."""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from jobs import lifecycle
from jobs.models import Job


def test_a_job_that_could_not_be_sent_is_sent(job, sent):
    Job.objects.update(sent_at=None)
    assert lifecycle.sweep() == {"sent": 1, "ended": 0}
    assert sent == [str(job.pk)] * 2


def test_a_message_that_was_lost_is_sent_again(job, settings):
    assert lifecycle.sweep()["sent"] == 0
    long_ago = timezone.now() - timedelta(seconds=settings.JOB_RESEND_SECONDS + 1)
    Job.objects.update(sent_at=long_ago)
    assert lifecycle.sweep()["sent"] == 1
    assert lifecycle.sweep()["sent"] == 0


def test_a_silent_worker_s_job_is_sent_to_another(claim, let_lease_run_out):
    let_lease_run_out(claim.job)
    Job.objects.update(sent_at=None)
    assert lifecycle.sweep() == {"sent": 1, "ended": 0}


def test_a_job_whose_last_worker_went_silent_fails_with_the_credit_back(
    claim, let_lease_run_out, settings, balance
):
    Job.objects.update(tries=settings.JOB_MAX_ATTEMPTS)
    let_lease_run_out(claim.job)
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
    assert capsys.readouterr().out == "1 sent, 0 ended.\n"
