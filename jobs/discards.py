"""Files that are to go: noted in the transaction that takes them from a job, deleted after it.

By a worker, for whoever decides it is a person who waits for an answer: storage that hangs is not
to keep them.
"""

import logging

from celery import current_app
from django.conf import settings
from django.db import transaction

from jobs.database import from_now
from jobs.models import Discard
from jobs.storage import delete_tracks

logger = logging.getLogger(__name__)

TASK = "jobs.tasks.clear_discards"
# A sweep has more to do than this.
MOST_AT_ONCE = 20


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

    Safe in several copies. Storage that does not answer is asked for one of them, and next after
    a lease: were it asked for each, those that wait for it would keep all workers from their work.
    """
    cleared, later = 0, from_now(settings.JOB_LEASE_SECONDS)
    due = Discard.objects.filter(due_at__lte=from_now(0)).order_by("due_at")[:MOST_AT_ONCE]
    ours = [
        note
        for note in due
        if Discard.objects.filter(pk=note.pk, due_at=note.due_at).update(due_at=later)
    ]
    for note in ours:
        if not delete_tracks(note.job_id, range(1, note.attempts + 1)):
            break
        cleared += note.delete()[0]
    return cleared


def _tell_a_worker() -> None:
    try:
        current_app.send_task(TASK, [])
    except Exception as error:
        logger.warning("no worker could be told of files to delete (%r); the sweeper will", error)
