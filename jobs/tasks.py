"""What runs in the background. Messages carry an id and nothing else."""

import signal
import sys

from celery import shared_task
from celery.signals import worker_process_init

from jobs import housekeeping, lifecycle, rendering
from jobs.models import Job


@worker_process_init.connect
def _leave_in_good_order(**_):
    """Let SIGTERM end a pool process by an exception, so that it hands its job back."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


@shared_task
def speak_job(job_id: str) -> None:
    """Have the words of a job spoken; one that is another worker's, or ended, is left alone."""
    if claim := lifecycle.claim(job_id, Job.Step.SPEECH):
        rendering.speak(claim)


@shared_task
def render_job(job_id: str) -> None:
    """Mix and store the track of a job whose words are spoken."""
    if claim := lifecycle.claim(job_id, Job.Step.RENDER):
        rendering.render(claim)


@shared_task
def sweep() -> dict[str, int]:
    """Look after jobs that no message leads to any more."""
    return lifecycle.sweep()


@shared_task
def tidy() -> int:
    """Remove stored files that belong to no job."""
    return housekeeping.remove_orphans()
