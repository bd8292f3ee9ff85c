"""Files that are to go: noted in the transaction that takes them from a job, deleted after it.

By a worker, for whoever decides it is a person who waits for an answer: storage that hangs is not
to keep them.
"""

import logging
import time

from celery import current_app
from django.conf import settings
from django.db import transaction

from jobs.database import from_now
from jobs.models import Discard
from jobs.storage import delete_tracks

logger = logging.getLogger(__name__)

TASK = "jobs.tasks.clear_discards"
# A sweep has more to do than this, and storage that hangs is not to have many workers for long.
MOST_AT_ONCE = 20
ROUND_SECONDS = 20
# What resists is asked for again after so many leases: by then all others have had their turn.
LEASES_PUT_OFF = 10


def discard(job_id, attempts: int) -> None:
    """Have a worker delete what a job's attempts up to this one stored, after the commit.

    Once more after the length of a lease: whoever dies over the deletion, and a worker that was
    uploading just then, leave nothing behind.
    """
    if not attempts:
        return
    for pause_s in (0, settings.JOB_LEASE_SECONDS):
        Discard.objects.create(job_id=job_id, attempts=attempts, due_at=from_now(pause_s))
    transaction.on_commit(_tell_a_worker)


def clear() -> int:
    """Delete what is to go by now; gives the number of notes that are done with.

    Safe in several copies. Each note is put off before it is tried, so that one whose files
    resist, or whose worker is ended over it, comes after all others next time. A round that has
    had its time, as with storage that does not answer, leaves the rest for after a lease: were it
    asked for each, those that wait for it would keep all workers from their work.
    """
    cleared, deadline = 0, time.monotonic() + ROUND_SECONDS
    for note in _ours():
        if time.monotonic() > deadline:
            break
        _put_off(note, leases=LEASES_PUT_OFF)
        if delete_tracks(note.job_id, range(1, note.attempts + 1)):
            cleared += note.delete()[0]
    return cleared


def _ours() -> list[Discard]:
    """Notes that are due, for a lease nobody else's."""
    due = Discard.objects.filter(due_at__lte=from_now(0)).order_by("due_at")[:MOST_AT_ONCE]
    return [note for note in due if _put_off(note, leases=1, due_at=note.due_at)]


def _put_off(note: Discard, *, leases: int, **expected) -> int:
    later = from_now(leases * settings.JOB_LEASE_SECONDS)
    return Discard.objects.filter(pk=note.pk, **expected).update(due_at=later)


def _tell_a_worker() -> None:
    try:
        current_app.send_task(TASK, [])
    except Exception as error:
        logger.warning("no worker could be told of files to delete (%r); the sweeper will", error)
