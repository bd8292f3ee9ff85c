"""Keeping the storage free of what nobody owns any more."""

import logging
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from jobs.models import Job
from jobs.storage import abort_uploads, tracks

logger = logging.getLogger(__name__)

# Younger files may be an upload that is about to be published.
ORPHAN_AGE = timedelta(hours=3)


def remove_orphans(*, older_than: timedelta = ORPHAN_AGE) -> int:
    """Delete tracks that no job publishes, and uploads that were never completed.

    A worker that dies between uploading and publishing leaves such a file when its job then
    ends some other way. Gives the number of tracks deleted.
    """
    before = timezone.now() - older_than
    removed = 0
    for folder in tracks().listdir("tracks")[0]:
        job = Job.objects.filter(pk=_uuid(folder)).first() if _uuid(folder) else None
        for name in tracks().listdir(f"tracks/{folder}")[1]:
            key = f"tracks/{folder}/{name}"
            if (job is None or key != job.track) and tracks().get_modified_time(key) <= before:
                tracks().delete(key)
                removed += 1
    abort_uploads(before)
    if removed:
        logger.warning("%s tracks that no job publishes were removed", removed)
    return removed


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
