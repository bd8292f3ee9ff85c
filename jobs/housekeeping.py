"""Keeping the storage free of what nobody owns any more."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import islice
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone

from accounts.errors import CACHE_AWAY
from jobs.models import Job, TrackFile
from jobs.storage import abort_uploads, delete_file, files_in

logger = logging.getLogger(__name__)

# Younger files may be an upload that is about to be published.
ORPHAN_AGE = timedelta(hours=3)
# Whoever has a track made again, or restored, within a month pays for no line twice. For longer
# nothing is kept of what people had spoken: nobody can tell whether its tracks were deleted since.
CLIP_AGE = timedelta(days=30)
# So many keys are compared with the database by one pair of queries.
AT_ONCE = 500


@contextmanager
def one_at_a_time(what: str, *, seconds: int):
    """Whether to do it: not while another worker does, which has so many seconds for it.

    Twice is waste and no harm, so without the cache nobody is held back.
    """
    lock = f"one-at-a-time-{what}"
    try:
        held = ours = cache.add(lock, True, seconds)
    except CACHE_AWAY as error:
        logger.warning("nobody can tell whether another worker does %s: %r", what, error)
        held, ours = False, True
    try:
        yield ours
    finally:
        if held:
            with suppress(*CACHE_AWAY):
                cache.delete(lock)


def remove_orphans(*, older_than: timedelta = ORPHAN_AGE) -> int:
    """Delete files that no job publishes, and uploads that were never completed.

    A worker that stood still for longer than a job's files are looked after, and dies over its
    upload, leaves such a file. Gives the number of files deleted.
    """
    before = timezone.now() - older_than
    # First, for they are billed and seen nowhere: whatever befalls the files, these are gone.
    abort_uploads(before)
    removed = sum(map(delete_file, _orphans(before)))
    if removed:
        logger.warning("%s files that no job publishes were removed", removed)
    return removed


def remove_old_clips(*, older_than: timedelta = CLIP_AGE) -> int:
    """Delete what was spoken before that, whether a track is still made of it or not.

    A finished track has its words in it and misses nothing. One that is made again, or is in the
    making, has them spoken, and paid for, anew, perhaps a little differently. A certificate that
    is measured only then cannot look for the lines themselves. Gives the number of clips deleted.
    """
    before = timezone.now() - older_than
    return sum(delete_file(key) for key, stored_at in files_in("clips") if stored_at <= before)


def _orphans(before) -> Iterator[str]:
    """The keys of files, older than ``before``, that no job publishes."""
    old = (key for key, stored_at in files_in("tracks") if stored_at <= before)
    while keys := list(islice(old, AT_ONCE)):
        published = _published_of(keys)
        yield from (key for key in keys if key not in published)


def _published_of(keys: list[str]) -> set[str]:
    """Those of ``keys`` that are a job's track, or beside it."""
    jobs = {_job_of(key) for key in keys} - {None}
    tracks = Job.objects.filter(pk__in=jobs).values_list("track", flat=True)
    return {*tracks, *TrackFile.objects.filter(key__in=keys).values_list("key", flat=True)}


def _job_of(key: str) -> UUID | None:
    """The job in whose folder a file is."""
    try:
        return UUID(key.split("/")[1])
    except ValueError:
        return None
