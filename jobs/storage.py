"""Where tracks and spoken clips are kept: a folder here, or a bucket at R2."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core import signing
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.urls import reverse
from django.utils.http import content_disposition_header
from s3transfer.exceptions import RetriesExceededError

logger = logging.getLogger(__name__)
SALT = "jobs.storage.link"

# What is raised by storage that does not answer, or has troubles of its own.
STORAGE_AWAY = (OSError, BotoCoreError, ClientError, RetriesExceededError)

# Of a file that is read as it comes: a slow network, too, brings so much within a few seconds.
PART_BYTES = 1 << 16

FLAC = "flac"
# What a track can be listened to as; each is the ending of a file's name, and its type.
SOUND_TYPES = {FLAC: "audio/flac", "opus": "audio/ogg", "m4a": "audio/mp4", "mp3": "audio/mpeg"}


class SignedFileSystemStorage(FileSystemStorage):
    """A local folder whose links are signed and run out, like those of an object store."""

    def url(self, name, parameters=None, expire=None):
        """A link to ``name`` that :func:`read_link` accepts for an hour."""
        disposition = (parameters or {}).get("ResponseContentDisposition", "")
        token = signing.dumps([name, disposition], salt=SALT, compress=True)
        return reverse("local_file", args=[token])

    def listdir(self, path):
        """Folders and files in ``path``; nothing where it is missing, as in a bucket."""
        return super().listdir(path) if self.exists(path) else ([], [])

    def files_in(self, folder):
        """Key of each file in ``folder`` and below, and when it was stored."""
        for path, _, names in os.walk(self.path(folder)):
            for file in (Path(path, name) for name in names):
                # One that was listed may be gone by now.
                with suppress(FileNotFoundError):
                    stored_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                    yield file.relative_to(self.location).as_posix(), stored_at

    def get_available_name(self, name, max_length=None):
        """Keep ``name``: a key belongs to one attempt, or to one content."""
        if self.exists(name):
            self.delete(name)
        return name


def read_link(token: str) -> tuple[str, str]:
    """File name and Content-Disposition of a link, if it is whole and not older than an hour.

    Raises
    ------
    django.core.signing.BadSignature
        For every other token.
    """
    return signing.loads(token, salt=SALT, max_age=settings.DOWNLOAD_LINK_SECONDS)


def tracks():
    """The storage of finished tracks."""
    return default_storage


def is_lost(key: str) -> bool:
    """Whether the storage says that it has no such file; if it does not answer, it may have it."""
    try:
        return not tracks().exists(key)
    except STORAGE_AWAY as error:
        logger.warning("nobody can tell whether %s is there: %r", key, error)
        return False


def read_file(key: str) -> bytes | None:
    """A small file's bytes; None if the storage does not answer.

    Raises
    ------
    FileNotFoundError
        When the storage says that it has no such file.
    """
    try:
        with tracks().open(key) as stored:
            return stored.read()
    except FileNotFoundError:
        raise
    except STORAGE_AWAY as error:
        logger.warning("%s cannot be read: %r", key, error)
        return None


def read_in_parts(key: str) -> Iterator[bytes]:
    """A large file's bytes as they come, so that whoever reads can do something in between.

    A bucket's file that is opened and read is fetched whole at the first read.
    """
    if bucket := getattr(tracks(), "bucket", None):
        with closing(bucket.Object(key).get()["Body"]) as body:
            yield from body.iter_chunks(PART_BYTES)
    else:
        with tracks().open(key) as stored:
            yield from iter(lambda: stored.read(PART_BYTES), b"")


def files_in(folder: str) -> Iterator[tuple[str, datetime]]:
    """Key of each file in ``folder`` and below, and when it was stored, however many there are.

    A bucket tells both of a thousand files in one answer, and is asked for the next when they are
    used up.
    """
    if bucket := getattr(tracks(), "bucket", None):
        for stored in bucket.objects.filter(Prefix=f"{folder}/"):
            yield stored.key, stored.last_modified
    else:
        yield from tracks().files_in(folder)


def track_key(job_id, attempt: int) -> str:
    """The key of one attempt's track; attempts never share one."""
    return f"tracks/{job_id}/{attempt}.flac"


def file_link(key: str, *, title: str, kind: str, as_attachment: bool) -> str:
    """A link for a browser, good for an hour; saved, the file is called by the track's title."""
    disposition = content_disposition_header(
        as_attachment=as_attachment, filename=f"{_file_name(title)}.{kind}"
    )
    return tracks().url(
        key,
        parameters={
            "ResponseContentDisposition": disposition,
            "ResponseContentType": SOUND_TYPES[kind],
        },
        expire=settings.DOWNLOAD_LINK_SECONDS,
    )


def companion_key(job_id, attempt: int, try_: int, kind: str) -> str:
    """The key of a file beside one attempt's track; tries at making it never share one.

    What comes out of the render itself, before any try, is of the try 0.
    """
    return f"tracks/{job_id}/{attempt}-{try_}.{kind}"


def delete_tracks(job_id, attempts) -> bool:
    """Delete all that these attempts stored; false when something resisted, which is logged."""
    folder = f"tracks/{job_id}"
    try:
        names = tracks().listdir(folder)[1]
    except STORAGE_AWAY:
        logger.exception("could not look into %s", folder)
        return False
    gone = [delete_file(f"{folder}/{name}") for name in names if _attempt_of(name) in attempts]
    return all(gone)


def delete_tries(job_id, attempt: int, *, up_to: int, but: set[str]) -> None:
    """Delete what tries at the companions of one attempt stored, except for the keys ``but``.

    A later try than ``up_to`` may be about to publish what it stored.
    """
    folder = f"tracks/{job_id}"
    tries = {f"{attempt}-{try_}" for try_ in range(1, up_to + 1)}
    for name in tracks().listdir(folder)[1]:
        key = f"{folder}/{name}"
        if name.partition(".")[0] in tries and key not in but:
            delete_file(key)


def delete_file(key: str) -> bool:
    """Delete one file; if that cannot be done it is logged, and housekeeping comes later."""
    try:
        tracks().delete(key)
    except STORAGE_AWAY:
        logger.exception("could not delete %s", key)
        return False
    return True


def _attempt_of(name: str) -> int | None:
    number = re.match(r"\d+", name)
    return int(number[0]) if number else None


def abort_uploads(before) -> None:
    """Give up uploads in parts that were begun before this moment and never completed.

    A folder knows no such thing; a bucket keeps the parts, and bills them, until they are
    aborted.
    """
    if bucket := getattr(tracks(), "bucket", None):
        for upload in bucket.multipart_uploads.all():
            if upload.initiated <= before:
                # One that was listed may have ended by now.
                with suppress(bucket.meta.client.exceptions.NoSuchUpload):
                    upload.abort()


class StorageClipStore:
    """Spoken lines by content, beside the tracks, so that no line is bought twice in a month.

    Housekeeping deletes them then; to be asked for does not keep them longer.
    """

    def get(self, key: str) -> bytes | None:
        """The clip's bytes, or None."""
        with suppress(FileNotFoundError), default_storage.open(self._name(key)) as file:
            return file.read()
        return None

    def put(self, key: str, data: bytes) -> None:
        """Keep the clip's bytes."""
        default_storage.save(self._name(key), File(BytesIO(data)))

    @staticmethod
    def _name(key: str) -> str:
        return str(PurePosixPath("clips", key[:2], key))


def _file_name(title: str) -> str:
    """``title`` without what file systems refuse."""
    kept = "".join(
        " " if char in '\\/:*?"<>|' or not char.isprintable() else char for char in title
    )
    return " ".join(kept.split()).strip(" .") or "track"
