"""The certificate of a finished file: what is in it, measured from its samples alone.

The spec that the file carries, or that is given, and the clips of its lines only say what to look
for and what was meant. What is heard is found by ``loudness`` and in ``heard/``.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audio import wav_tags
from audio.errors import AudioError, Cancelled, SpecError
from audio.heard.beats import heard_beats
from audio.heard.noise import NoiseSlope, noise_slope
from audio.heard.readings import HeardBeat
from audio.heard.voices import HeardSpeech, VoiceFinder
from audio.heard.words import words_heard
from audio.loudness import Loudness, LoudnessMeter
from audio.spec import Range, TrackSpec
from audio.speech.clips import Clip
from audio.watch import Watch, watched

BLOCK_FRAMES = 65_536

# At lower rates the corner of the K filter has no room.
RATE_HZ = Range(8000, 384_000, "Hz")


@dataclass(frozen=True)
class Certificate:
    """All that was measured.

    Attributes
    ----------
    duration_s : length in seconds, exact to the sample.
    sample_rate : in Hz.
    subtype : how samples are kept, by libsndfile's name: ``PCM_16``, ``PCM_24``, ``OPUS``…
    loudness : integrated, range, momentary, short-term and true peak.
    target_lufs : the integrated loudness that was meant, if any.
    beats : each beat of the spec in its order, at several times; without one, what stands out.
    noise : the slope of what always sounds, None where that is no noise.
    speech : where somebody speaks.
    """

    duration_s: float
    sample_rate: int
    subtype: str
    loudness: Loudness
    target_lufs: float | None
    beats: tuple[HeardBeat, ...]
    noise: NoiseSlope | None
    speech: HeardSpeech

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, which knows no infinity: a level of silence is None."""
        return _finite(asdict(self) | {"speech": self.speech.to_dict()})


def measure(
    path: Path,
    spec: TrackSpec | None = None,
    *,
    clips: Mapping[str, Clip] | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Certificate:
    """Measure a recording; it is read block by block, and an hour takes 2 MB of memory.

    Parameters
    ----------
    path : a stereo file that libsndfile reads: FLAC, WAV, Ogg Opus, MP3.
    spec : what was meant, if the file does not say so itself, as FLAC and WAV files do.
    clips : of each of its ``speech.distinct_lines``, if they are there: then a line is found by
        itself, however faint it is, and not by what stands out.
    progress : called with the fraction done, 0 to 1, several times a second.
    cancelled : asked as often; once it answers true the work stops.

    Raises
    ------
    Cancelled
        ``cancelled`` answered true.
    AudioError
        The file is not sound, not in stereo, at a rate beyond ``RATE_HZ``, or holds values that
        are no numbers.
    """
    return watched(
        lambda watch: _certificate(Path(path), spec, clips or {}, watch),
        progress=progress,
        cancelled=cancelled,
    )


def _certificate(
    path: Path, spec: TrackSpec | None, clips: Mapping[str, Clip], watch: Watch
) -> Certificate:
    with _opened(path) as file:
        spec = spec or _recipe(file, path)
        meter = LoudnessMeter(sample_rate=file.samplerate)
        voice = VoiceFinder(sample_rate=file.samplerate, spec=spec)
        # What an MP3 file says of its length is a guess.
        frames = 0
        while len(block := file.read(BLOCK_FRAMES, "float32", always_2d=True)):
            if not np.isfinite(block).all():
                raise AudioError(f"{path} holds values that are no numbers")
            meter.add(block)
            voice.add(block)
            frames += len(block)
            watch.look(0.9 * min(1, frames / file.frames))
        return Certificate(
            duration_s=frames / file.samplerate,
            sample_rate=file.samplerate,
            subtype=file.subtype,
            loudness=meter.result(),
            target_lufs=spec.master.target_lufs if spec else None,
            beats=heard_beats(file, spec, frames=frames, watch=watch),
            noise=noise_slope(file, spec, frames=frames),
            speech=_speech(file, spec, clips, voice.result(), frames=frames, watch=watch),
        )


def _speech(
    file: soundfile.SoundFile,
    spec: TrackSpec | None,
    clips: Mapping[str, Clip],
    voices: HeardSpeech,
    *,
    frames: int,
    watch: Watch,
) -> HeardSpeech:
    """The lines that fit their clips; where clips are missing, or turn out to be others than were
    mixed, what stands out as ``voices``."""
    if not (spec and spec.speech and clips):
        return voices
    try:
        words = words_heard(file, spec, clips, frames=frames, watch=watch)
    except Cancelled:
        raise
    except AudioError:
        return voices
    return words if words.count >= min(voices.count, words.lines_meant) else voices


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    try:
        with soundfile.SoundFile(path) as file:
            if file.channels != 2:
                raise AudioError(f"{path} has {file.channels} channels; only stereo is measured")
            if not RATE_HZ.low <= file.samplerate <= RATE_HZ.high:
                raise AudioError(f"{path} is at {file.samplerate} Hz; it must be {RATE_HZ}")
            yield file
    except (soundfile.LibsndfileError, TypeError) as error:
        raise AudioError(f"{path} is not a sound file that can be read") from error


def recipe_of(path: Path) -> TrackSpec | None:
    """What a recording says that it was made from; None where it does not, or is none.

    Raises
    ------
    AudioError
        See :func:`measure`.
    """
    with _opened(Path(path)) as file:
        return _recipe(file, Path(path))


def _recipe(file: soundfile.SoundFile, path: Path) -> TrackSpec | None:
    try:
        return TrackSpec.parse(file.comment or wav_tags.recipe(path))
    except SpecError:
        return None


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
