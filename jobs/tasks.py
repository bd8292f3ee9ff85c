"""What runs in the background. Messages carry an id and nothing else."""

from celery import shared_task

from jobs import housekeeping, lifecycle, rendering
from jobs.models import Job


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
