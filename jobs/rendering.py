"""One attempt at a job: speak, mix, store. Nothing here holds a transaction open."""

import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.db import connection

import audio
from jobs import lifecycle, sayings
from jobs.database import DATABASE_GONE, outlast
from jobs.dispatching import time_limits
from jobs.lifecycle import Claim
from jobs.models import Job, TrackFile
from jobs.speech import synthesiser_for
from jobs.stopping import given_back_when_told_to_stop
from jobs.storage import StorageClipStore, companion_key, delete_tracks, track_key, tracks
from jobs.workspace import workspace

logger = logging.getLogger(__name__)

# Where each stage stands in the whole, as fractions of the bar a person watches.
SPANS = {
    Job.Stage.SPEECH: (0.0, 0.4),
    Job.Stage.RENDER: (0.4, 0.9),
    Job.Stage.UPLOAD: (0.9, 1.0),
}
BEAT_SECONDS = 1.0
# Between two looks at the row, which cost less than writing it: a person waits who cancelled.
LOOK_SECONDS = 0.25


class Heartbeat:
    """Keeps the lease, at most one write a second, and soon notices when it is lost."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.lost = False
        self._stage, self._progress = claim.job.stage, claim.job.progress
        self._beat_at = time.monotonic() + BEAT_SECONDS
        self._look_at = time.monotonic() + LOOK_SECONDS

    def at(self, stage) -> Callable[[float], bool]:
        """A progress callback, 0 to 1, for one stage; it answers as :meth:`cancelled` does."""
        low, high = SPANS[stage]

        def progress(fraction: float) -> bool:
            self._stage, self._progress = stage, low + (high - low) * min(fraction, 1.0)
            return self.cancelled()

        return progress

    def cancelled(self) -> bool:
        """Whether to stop: the job was cancelled, or went to another worker."""
        now = time.monotonic()
        if not self.lost and now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            try:
                self.lost = not self._is_ours(now)
            except DATABASE_GONE:
                # It may be back before the lease ends; until then the work goes on.
                connection.close()
        return self.lost

    def _is_ours(self, now: float) -> bool:
        if now < self._beat_at:
            return self.claim.row.exists()
        self._beat_at = now + BEAT_SECONDS
        return lifecycle.beat(self.claim, self._stage, self._progress)


class _Unwanted(audio.Cancelled, CancelledError):
    """Stops an upload from within: of any other error boto3 takes the network to be the reason,
    and tries again after a while."""


class ReportingFile(File):
    """A file that keeps the lease while it is uploaded, and is read no further once it is lost.

    Parameters
    ----------
    progress : called with the fraction read, 0 to 1; answers whether to stop.
    """

    def __init__(self, file, size: int, progress: Callable[[float], bool]) -> None:
        super().__init__(file)
        self._size = size
        self._progress = progress

    def read(self, *args):
        if self._progress(self.file.tell() / self._size):
            raise _Unwanted("the work belongs to another worker, or is not wanted any more")
        return self.file.read(*args)


def speak(claim: Claim) -> None:
    """Have the words of ``claim``'s job spoken and kept, then pass it on to be rendered."""
    with _ending_well(claim) as (heartbeat, folder):
        _clips(claim.job, folder, heartbeat, progress=heartbeat.at(Job.Stage.SPEECH))
        outlast(lambda: lifecycle.hand_on(claim))


def render(claim: Claim) -> None:
    """Mix the track of ``claim``'s job, store it and publish it."""
    with _ending_well(claim) as (heartbeat, folder):
        # They were spoken in the step before, so this only takes them out of the store.
        clips = _clips(claim.job, folder, heartbeat)
        path, spec = folder / "track.flac", claim.job.titled_spec
        pictures = audio.Pictures(frames=spec.frames, sample_rate=spec.sample_rate)
        audio.render(
            spec,
            path,
            clips=clips,
            progress=heartbeat.at(Job.Stage.RENDER),
            cancelled=heartbeat.cancelled,
            pictures=pictures,
            # The other cores have renders of their own.
            threads=False,
        )
        _publish(claim, path, pictures, heartbeat)


@contextmanager
def _ending_well(claim: Claim):
    """Give a step its heartbeat and a folder; whatever ends it, leave the job in a true state."""
    job, heartbeat = claim.job, Heartbeat(claim)
    try:
        with workspace() as folder, _given_back_when_told_to_stop(claim):
            yield heartbeat, folder
    except audio.Cancelled:
        logger.info("job %s attempt %s stopped: no longer ours", job.pk, claim.attempt)
    except audio.SpeechDoesNotFitError as error:
        _fail(claim, _does_not_fit(error), counts=True)
    except audio.SpecError:
        # A newer site stored what this worker does not know yet; a newer worker will.
        logger.exception("job %s attempt %s has a spec unknown here", job.pk, claim.attempt)
        outlast(lambda: lifecycle.hand_back(claim))
    except audio.AudioError as error:
        _fail(claim, sayings.sentence(error))
    except Exception:
        logger.exception("job %s attempt %s broke", job.pk, claim.attempt)
        outlast(lambda: lifecycle.hand_back(claim))


def _given_back_when_told_to_stop(claim: Claim):
    return given_back_when_told_to_stop(
        f"job {claim.job.pk} attempt {claim.attempt}",
        release=lambda: lifecycle.release(claim),
        hand_back=lambda: lifecycle.hand_back(claim),
        limit_s=time_limits(claim.job)["soft_time_limit"],
    )


def _fail(claim: Claim, message: str, *, counts: bool = False) -> None:
    outlast(lambda: lifecycle.fail(claim, message, counts=counts))


def _clips(job: Job, folder: Path, heartbeat: Heartbeat, progress=None):
    speech = job.track_spec.speech
    return audio.fetch_clips(
        speech,
        synthesiser=synthesiser_for(speech.voice),
        store=StorageClipStore(),
        folder=folder,
        progress=progress,
        cancelled=heartbeat.cancelled,
    )


def _publish(claim: Claim, path: Path, pictures: audio.Pictures, heartbeat: Heartbeat) -> None:
    """Store the files under this attempt's own keys, then make them the job's track."""
    try:
        files = _store(claim, path, pictures, heartbeat)
    except Exception:
        # Whatever it is, it is no fault of a job that is another worker's or not wanted any more.
        if not heartbeat.lost:
            raise
    else:
        # What earlier attempts stored is dead whatever comes; after the commit it would be too
        # late for a worker that is killed there.
        delete_tracks(claim.job.pk, range(1, claim.attempt))
        if outlast(lambda: lifecycle.finish(claim, **files)):
            return
    delete_tracks(claim.job.pk, [claim.attempt])


def _store(claim: Claim, path: Path, pictures: audio.Pictures, heartbeat: Heartbeat) -> dict:
    """Upload what the render made; gives it as :func:`jobs.lifecycle.finish` takes it."""
    size = path.stat().st_size
    key = track_key(claim.job.pk, claim.attempt)
    with path.open("rb") as file:
        tracks().save(key, ReportingFile(file, size, heartbeat.at(Job.Stage.UPLOAD)))
    return {
        "track": key,
        "track_bytes": size,
        "waveform": json.loads(pictures.peaks()),
        "spectrogram": _store_spectrogram(claim, pictures.spectrogram()),
    }


def _store_spectrogram(claim: Claim, png: bytes) -> tuple[str, int]:
    key = companion_key(claim.job.pk, claim.attempt, 0, TrackFile.Kind.SPECTROGRAM)
    tracks().save(key, ContentFile(png))
    return key, len(png)


def _does_not_fit(error: audio.SpeechDoesNotFitError) -> str:
    return sayings.DOES_NOT_FIT.format(minutes=-int(-error.needed_s // 60))
