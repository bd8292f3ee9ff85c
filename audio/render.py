"""From a spec and its clips to a finished recording on disk."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from audio import output
from audio.ahead import gathered, made_ahead
from audio.describe import tags_of
from audio.dither import quantised
from audio.levels import amplitude_of
from audio.limiter import CEILING_DB, limited
from audio.master import Mastering
from audio.mix import Mix
from audio.pictures import Pictures, observed
from audio.spec import TrackSpec
from audio.speech.clips import Clip
from audio.watch import Watch, watched

BLOCK_FRAMES = 65_536


def render(
    spec: TrackSpec,
    path: Path,
    *,
    clips: Mapping[str, Clip],
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    block_frames: int = BLOCK_FRAMES,
    day: date | None = None,
    pictures: Pictures | None = None,
    threads: bool = True,
) -> None:
    """Render ``spec`` to a FLAC or WAV file, by the ending of ``path``: stereo, tagged.

    The samples follow from ``spec`` and ``clips`` alone. The file appears at ``path`` when it is
    complete; until then, and after any failure, whatever was there before is untouched.

    Parameters
    ----------
    spec : what to render.
    path : where to; its folder must exist.
    clips : the clip of each of ``spec.speech.distinct_lines``; may be empty without speech.
    progress : called with the fraction done, 0 to 1, several times a second; like ``cancelled`` in
        the caller's thread, while others do the work.
    cancelled : asked as often; once it answers true the work stops.
    block_frames : frames worked on at a time. Memory grows with it, the samples do not change.
    day : the date in the tags; today (UTC) unless given.
    pictures : shown every block on its way, for the waveform and the spectrogram.
    threads : make the samples and encode them beside each other; otherwise all on one core, which
        is better where other renders have use for the others. The samples are the same.

    Raises
    ------
    Cancelled
        ``cancelled`` answered true.
    SpeechDoesNotFitError
        The clips are longer than the track.
    AudioError
        A music bed cannot be used, or the file could not be written, for instance because the
        disk is full.
    OSError
        The folder is missing or may not be written to.
    """

    def work(watch: Watch) -> None:
        finished = _finished(spec, clips, block_frames, watch)
        if threads:
            finished = made_ahead(finished)
        output.write(
            Path(path),
            observed(finished, pictures.take) if pictures else finished,
            frames=spec.frames,
            sample_rate=spec.sample_rate,
            bit_depth=spec.bit_depth,
            tags=tags_of(spec, day=day or datetime.now(UTC).date()),
            watch=watch,
        )

    watched(work, progress=progress, cancelled=cancelled)


def _finished(
    spec: TrackSpec, clips: Mapping[str, Clip], block_frames: int, watch: Watch
) -> Iterator[np.ndarray]:
    """The samples as they stand in the file, in blocks."""
    watch.look()
    mix = Mix(spec, clips=clips, watch=watch)
    target_lufs = spec.master.target_lufs
    master = Mastering() if target_lufs is None else mix.mastered_to(target_lufs)
    blocks = limited(
        mix.blocks(block_frames, gain=master.gain),
        ceiling=_ceiling(spec.bit_depth),
        sample_rate=spec.sample_rate,
        reach_s=master.reach_s,
    )
    return gathered(quantised(blocks, bit_depth=spec.bit_depth, seed=spec.seed))


def _ceiling(bit_depth: int) -> float:
    """Dither adds up to one step and rounding half of one; with this much room the file itself
    stays below the limiter's ceiling."""
    return amplitude_of(CEILING_DB) - 2 / 2 ** (bit_depth - 1)
