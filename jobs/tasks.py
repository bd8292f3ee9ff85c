"""What runs in the background. Messages carry an id and nothing else."""

import os

from celery import Task, shared_task

from jobs import companions, discards, extras, housekeeping, lifecycle, rendering
from jobs.models import Job
from jobs.pool import holder_of

# A bucket lists a million files in some minutes; and the time after which the process is killed.
TIDY_SECONDS, TIDY_LIMIT_SECONDS = 3600, 3660


class Step(Task):
    """A task that takes a job; the main process hands it back if this one dies over it."""

    Request = "jobs.pool:JobRequest"

    def claim(self, job_id: str, step: str) -> lifecycle.Claim | None:
        """Take the job for this very process."""
        return lifecycle.claim(job_id, step, holder=holder_of(self.request, os.getpid()))


@shared_task(base=Step, bind=True)
def speak_job(self, job_id: str) -> None:
    """Have the words of a job spoken; one that is another worker's, or ended, is left alone."""
    if claim := self.claim(job_id, Job.Step.SPEECH):
        rendering.speak(claim)


@shared_task(base=Step, bind=True)
def render_job(self, job_id: str) -> None:
    """Mix and store the track of a job whose words are spoken."""
    if claim := self.claim(job_id, Job.Step.RENDER):
        rendering.render(claim)


@shared_task
def make_extras(job_id: str) -> None:
    """Make what a finished track is to have beside it and has not yet."""
    if hold := extras.claim(job_id):
        companions.make(hold)


@shared_task(soft_time_limit=discards.ROUND_SECONDS)
def clear_discards() -> int:
    """Delete the files that are to go."""
    return discards.clear()


@shared_task
def sweep() -> dict[str, int]:
    """Look after jobs, what they have beside them and files to delete, that were left behind."""
    return lifecycle.sweep() | {"extras": extras.sweep(), "cleared": discards.clear()}


@shared_task(soft_time_limit=TIDY_SECONDS, time_limit=TIDY_LIMIT_SECONDS)
def tidy() -> int:
    """Remove stored files that belong to no job, and what was spoken long ago."""
    with housekeeping.one_at_a_time("tidy", seconds=TIDY_LIMIT_SECONDS) as ours:
        return housekeeping.remove_orphans() + housekeeping.remove_old_clips() if ours else 0
