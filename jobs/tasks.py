"""What runs in the background. Messages carry an id and nothing else."""

from celery import shared_task

from jobs import lifecycle, rendering


@shared_task
def render_job(job_id: str) -> None:
    """Make one track; a job that is another worker's, or ended, is left alone."""
    if claim := lifecycle.claim(job_id):
        rendering.perform(claim)


@shared_task
def sweep() -> dict[str, int]:
    """Look after jobs that no message leads to any more."""
    return lifecycle.sweep()
