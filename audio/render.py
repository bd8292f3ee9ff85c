"""From a spec and its clips to a finished recording on disk."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import soundfile

from audio.errors import AudioError, Cancelled
from audio.levels import amplitude_of
from audio.limiter import CEILING_DB, limited
from audio.mix import mixed
from audio.randomness import Stream, random_bits
from audio.spec import SAMPLE_RATE, TrackSpec
from audio.speech.clips import Clip

ARTIST = "Entrain"
BLOCK_FRAMES = 32_768

# How often the caller hears of progress and is asked whether to go on.
REPORT_EVERY_S = 0.2

_NOT_WRITTEN = "the recording could not be written; the disk may be full"

_FULL_SCALE = 2**15
# Dither adds up to one step and rounding half of one; with this much room the file itself stays
# below the ceiling.
_CEILING = amplitude_of(CEILING_DB) - 2 / _FULL_SCALE


def render(
    spec: TrackSpec,
    path: Path,
    *,
    clips: Mapping[str, Clip],
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    block_frames: int = BLOCK_FRAMES,
    day: date | None = None,
) -> None:
    """Render ``spec`` to a FLAC file: 44.1 kHz, 16 bit, stereo, tagged.

    The samples follow from ``spec`` and ``clips`` alone. The file appears at ``path`` when it is
    complete; until then, and after any failure, whatever was there before is untouched.

    Parameters
    ----------
    spec : what to render.
    path : where to; its folder must exist.
    clips : the clip of each of ``spec.speech.distinct_lines``; may be empty without speech.
    progress : called with the fraction done, 0 to 1, several times a second.
    cancelled : asked as often; once it answers true the work stops.
    block_frames : frames worked on at a time. Memory grows with it, the samples do not change.
    day : the date in the tags; today (UTC) unless given.

    Raises
    ------
    Cancelled
        ``cancelled`` answered true.
    SpeechDoesNotFitError
        The clips are longer than the track.
    AudioError
        The file could not be written, for instance because the disk is full.
    OSError
        The folder is missing or may not be written to.
    """
    watch = _Watch(progress, cancelled)
    blocks = to_16_bit(
        limited(mixed(spec, clips=clips, block_frames=block_frames), ceiling=_CEILING),
        seed=spec.seed,
    )
    with _complete_or_absent(Path(path)) as part:
        _encode(spec, part, blocks, watch, day or datetime.now(UTC).date())
        _verify(part, spec.frames)
    watch.tell(1.0)


def to_16_bit(blocks: Iterable[np.ndarray], *, seed: int) -> Iterator[np.ndarray]:
    """Round float blocks of shape (frames, 2) to int16, with triangular dither of ±1 step.

    The dither is the sum of two independent uniform variables one step wide, which frees mean and
    variance of the rounding error from the signal (Lipshitz, Wannamaker and Vanderkooy, 1992).
    """
    bits = random_bits(seed, Stream.DITHER)
    for block in blocks:
        # One 64-bit word a frame is four 16-bit numbers: two for each ear.
        words = bits.random_raw(len(block)).astype("<u8", copy=False)
        pairs = words.view("<i2").reshape(len(block), 2, 2)
        steps = np.add(pairs[:, :, 0], pairs[:, :, 1], dtype=np.int32) * 2.0**-16
        steps += block * _FULL_SCALE
        yield np.rint(steps, out=steps).astype(np.int16)


def _encode(
    spec: TrackSpec, path: Path, blocks: Iterator[np.ndarray], watch: "_Watch", day: date
) -> None:
    """Write ``blocks`` while a second thread makes the next one."""
    with (
        _writer_errors(),
        soundfile.SoundFile(path, "w", SAMPLE_RATE, 2, "PCM_16", format="FLAC") as file,
        ThreadPoolExecutor(1, thread_name_prefix="render") as maker,
    ):
        file.title = spec.title
        file.artist = ARTIST
        file.date = day.isoformat()
        file.comment = spec.to_json()
        done = 0
        coming = maker.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = maker.submit(next, blocks, None)
            file.write(block)
            done += len(block)
            watch.look(done / spec.frames)


@contextmanager
def _writer_errors() -> Iterator[None]:
    # soundfile asserts that libsndfile took every frame, and it does not when the disk is full.
    try:
        yield
    except (soundfile.LibsndfileError, AssertionError) as error:
        raise AudioError(_NOT_WRITTEN) from error


def _verify(path: Path, frames: int) -> None:
    """Nobody hears of errors while a file is being closed; its header then lacks the length."""
    with _writer_errors():
        if soundfile.info(path).frames != frames:
            raise AudioError(_NOT_WRITTEN)


@contextmanager
def _complete_or_absent(path: Path) -> Iterator[Path]:
    """A name beside ``path`` to write to; it takes ``path``'s place only if all goes well."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        part.touch()
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class _Watch:
    """Passes on progress and asks about cancelling, at a steady pace however small the blocks."""

    def __init__(
        self,
        progress: Callable[[float], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.tell = progress or (lambda fraction: None)
        self._cancelled = cancelled or (lambda: False)
        self._next = 0.0

    def look(self, fraction: float) -> None:
        if time.monotonic() < self._next:
            return
        if self._cancelled():
            raise Cancelled("the render was cancelled")
        self.tell(fraction)
        self._next = time.monotonic() + REPORT_EVERY_S
