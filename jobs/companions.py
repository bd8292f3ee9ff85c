"""The making of what a finished track has beside it: other formats, its cover, its certificate."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from django.db import connection

import audio
from audio import cover, tags
from audio.measure import measure
from audio.renditions import make_rendition
from jobs import extras
from jobs.database import DATABASE_GONE, outlast
from jobs.extras import Hold
from jobs.models import TrackFile
from jobs.rendering import ReportingFile
from jobs.speech import synthesiser_for
from jobs.stopping import given_back_when_told_to_stop
from jobs.storage import (
    StorageClipStore,
    companion_key,
    delete_file,
    delete_tries,
    read_in_parts,
    tracks,
)
from jobs.workspace import workspace

logger = logging.getLogger(__name__)
Kind = TrackFile.Kind

BEAT_SECONDS = 5.0


class Pulse:
    """Keeps the lease while work goes on, and notices when it is lost."""

    def __init__(self, hold: Hold) -> None:
        self._hold, self._lost, self._last = hold, False, time.monotonic()

    def lost(self) -> bool:
        """Whether to stop: the recording is gone, or went to another worker."""
        now = time.monotonic()
        if not self._lost and now - self._last >= BEAT_SECONDS:
            self._last = now
            try:
                self._lost = not extras.beat(self._hold)
            except DATABASE_GONE:
                # It may be back before the lease ends; until then the work goes on.
                connection.close()
        return self._lost


@dataclass(frozen=True)
class Work:
    """What a maker needs: the recording on this machine, its spec, and who else wants to know."""

    flac: Path
    spec: audio.TrackSpec
    pulse: Pulse


def _cover_png(work: Work, path: Path) -> None:
    path.write_bytes(cover.png(work.spec))


def _rendition(work: Work, path: Path) -> None:
    make_rendition(work.flac, path, cancelled=work.pulse.lost)


# In the order in which they are missed. The cover as SVG is drawn whenever a page asks for it.
FILES: dict[str, Callable[[Work, Path], None]] = {
    Kind.COVER_PNG: _cover_png,
    Kind.OPUS: _rendition,
    Kind.M4A: _rendition,
    Kind.MP3: _rendition,
}


def make(hold: Hold) -> None:
    """Make and publish whatever is missing beside the track; what cannot be made is left out."""
    report = hold.report
    try:
        with workspace() as folder, _given_back_when_told_to_stop(hold):
            whole = _make_what_is_missing(hold, folder)
        outlast(lambda: (extras.finish if whole else extras.hand_back)(hold))
    except audio.Cancelled:
        logger.info("extras of %s try %s stopped: no longer ours", report, hold.try_)
    except Exception:
        logger.exception("extras of %s try %s broke", report, hold.try_)
        outlast(lambda: extras.hand_back(hold))


def _given_back_when_told_to_stop(hold: Hold):
    return given_back_when_told_to_stop(
        f"extras of {hold.report} try {hold.try_}",
        release=lambda: extras.release(hold),
        hand_back=lambda: extras.hand_back(hold),
        limit_s=extras.time_limits(hold.report.job)["soft_time_limit"],
    )


def _make_what_is_missing(hold: Hold, folder: Path) -> bool:
    """Whether everything is there afterwards."""
    job = hold.report.job
    there = set(job.files.values_list("kind", flat=True))
    pulse = Pulse(hold)
    work = Work(_fetched(job.track, folder, pulse), job.titled_spec, pulse)
    _retitle(work)
    whole = True
    for kind, maker in FILES.items():
        if kind not in there:
            whole &= _tried(hold, kind, partial(_made, hold, kind, maker, work, folder))
    if hold.report.certificate is None:
        whole &= _tried(hold, "certificate", partial(_certify, hold, work))
    published = set(job.files.values_list("key", flat=True))
    delete_tries(job.pk, hold.report.attempt, up_to=hold.try_, but=published)
    return whole


def _tried(hold: Hold, what: str, step: Callable[[], None]) -> bool:
    """One thing that fails does not keep the others from being made."""
    try:
        step()
    except audio.Cancelled:
        raise
    except (audio.AudioError, OSError):
        logger.exception("%s of %s try %s could not be made", what, hold.report, hold.try_)
        return False
    return True


def _fetched(key: str, folder: Path, pulse: Pulse) -> Path:
    """The recording, out of the storage into ``folder``."""
    path = folder / "track.flac"
    with path.open("wb") as file:
        for part in read_in_parts(key):
            file.write(part)
            if pulse.lost():
                raise audio.Cancelled(f"{key} is not wanted any more")
    return path


def _retitle(work: Work) -> None:
    """Have this copy bear the title of now, which what is made from it takes over."""
    try:
        said = tags.read(work.flac)
    except ValueError:
        # Whoever makes something from it says what is wrong with it.
        return
    if said.recipe and said.title != work.spec.title:
        # In the place of the recipe, which nothing that is made from it carries, there is room.
        tags.write(work.flac, replace(said, title=work.spec.title, recipe=""))


def _made(hold: Hold, kind: str, maker, work: Work, folder: Path) -> None:
    """Make one file, store it under a key of this try and publish it."""
    path = folder / f"made.{kind}"
    maker(work, path)
    size = path.stat().st_size
    key = companion_key(hold.report.job_id, hold.report.attempt, hold.try_, kind)
    with path.open("rb") as file:
        tracks().save(key, ReportingFile(file, size, lambda fraction: work.pulse.lost()))
    path.unlink()
    if not outlast(lambda: extras.publish(hold, kind, key=key, size=size)):
        delete_file(key)
        raise audio.Cancelled(f"{key} was not wanted any more")


def _certify(hold: Hold, work: Work) -> None:
    found = measure(work.flac, work.spec, clips=_clips(work), cancelled=work.pulse.lost)
    if not outlast(lambda: extras.certify(hold, found.to_dict())):
        raise audio.Cancelled("the recording is gone")


def _clips(work: Work) -> dict[str, audio.Clip]:
    """What was spoken for the track, as it was kept."""
    speech = work.spec.speech
    if speech is None:
        return {}
    return audio.kept_clips(
        speech,
        synthesiser=synthesiser_for(speech.voice),
        store=StorageClipStore(),
        folder=work.flac.parent,
        cancelled=work.pulse.lost,
    )
