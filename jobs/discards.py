"""Files that are to go: noted in the transaction that takes them from a job, deleted after it."""

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from jobs.database import from_now
from jobs.models import Discard
from jobs.storage import delete_tracks

# A sweep has more to do than this.
MOST_AT_ONCE = 20


def discard(job_id, attempts: int) -> None:
    """Delete what a job's attempts up to this one stored, once the transaction is committed.

    The note stays for the length of a lease: whoever dies over the deletion, and a worker that
    was uploading just then, leave nothing behind.
    """
    due_at = from_now(settings.JOB_LEASE_SECONDS)
    Discard.objects.create(job_id=job_id, attempts=attempts, due_at=due_at)
    transaction.on_commit(lambda: delete_tracks(job_id, range(1, attempts + 1)))


def clear() -> int:
    """Look again at what was to go; gives the number of notes that are done with.

    Safe in several copies. Storage that does not answer is asked once, and next after a lease:
    were it asked by every sweep, those that wait for it would keep all workers from their work.
    """
    cleared = 0
    for note in Discard.objects.filter(due_at__lte=Now()).order_by("due_at")[:MOST_AT_ONCE]:
        ours = Discard.objects.filter(pk=note.pk, due_at=note.due_at)
        if not ours.update(due_at=from_now(settings.JOB_LEASE_SECONDS)):
            continue
        if not delete_tracks(note.job_id, range(1, note.attempts + 1)):
            break
        cleared += note.delete()[0]
    return cleared
