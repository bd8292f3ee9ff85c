"""What runs in the background. Messages carry an id and nothing else."""

import os
import signal
from contextlib import suppress
from threading import Timer

from billiard import active_children
from celery import shared_task
from celery.signals import worker_process_init, worker_shutting_down

from jobs import companions, extras, housekeeping, lifecycle, rendering, workspace
from jobs.models import Job

STOP_POOL_AFTER_SECONDS = 1.0


@worker_process_init.connect
def _clean_up(**_):
    """Remove what the process in whose place this one begins may have left."""
    workspace.remove_abandoned()


@worker_shutting_down.connect
def _stop_the_pool(**_):
    """Have the pool hand its jobs back when only the main process was told to stop.

    Celery alone would wait for the end of a render. A second signal kills a process that is just
    handing back after the first, so those that a supervisor told as well have a moment.
    """
    pool = [process.pid for process in active_children()]
    timer = Timer(STOP_POOL_AFTER_SECONDS, _terminate, [pool])
    timer.daemon = True
    timer.start()


def _terminate(pids) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


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
def make_extras(job_id: str) -> None:
    """Make what a finished track is to have beside it and has not yet."""
    if hold := extras.claim(job_id):
        companions.make(hold)


@shared_task
def sweep() -> dict[str, int]:
    """Look after jobs, and what they have beside them, that no message leads to any more."""
    return lifecycle.sweep() | {"extras": extras.sweep()}


@shared_task
def tidy() -> int:
    """Remove stored files that belong to no job."""
    return housekeeping.remove_orphans()
