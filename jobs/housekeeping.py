"""Keeping the storage free of what nobody owns any more."""

import logging
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from jobs.models import Job, TrackFile
from jobs.storage import abort_uploads, tracks

logger = logging.getLogger(__name__)

# Younger files may be an upload that is about to be published.
ORPHAN_AGE = timedelta(hours=3)


def remove_orphans(*, older_than: timedelta = ORPHAN_AGE) -> int:
    """Delete files that no job publishes, and uploads that were never completed.

    A worker that stood still for longer than a job's files are looked after, and dies over its
    upload, leaves such a file. Gives the number of files deleted.
    """
    before = timezone.now() - older_than
    removed = 0
    for folder in tracks().listdir("tracks")[0]:
        published = _published_in(folder)
        for name in tracks().listdir(f"tracks/{folder}")[1]:
            key = f"tracks/{folder}/{name}"
            if key not in published and tracks().get_modified_time(key) <= before:
                tracks().delete(key)
                removed += 1
    abort_uploads(before)
    if removed:
        logger.warning("%s files that no job publishes were removed", removed)
    return removed


def _published_in(folder: str) -> set[str]:
    """The keys of a job's files, its track and what is beside it."""
    if (job := _uuid(folder)) is None:
        return set()
    track = Job.objects.filter(pk=job).values_list("track", flat=True)
    return {*track, *TrackFile.objects.filter(job=job).values_list("key", flat=True)}


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
