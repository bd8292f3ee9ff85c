"""The certificate of a finished file: what is in it, measured from its samples alone.

The spec that the file carries, where it does, only says where to look and what was meant.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import soundfile

from audio.curves import values_at
from audio.errors import AudioError, SpecError
from audio.loudness import Loudness, LoudnessMeter
from audio.spec import Beat, TrackSpec
from audio.voices_heard import VoiceFinder

BLOCK_FRAMES = 65_536

# The beat is measured in excerpts of this length around these parts of the track.
TONE_S = 10.0
TONE_PLACES = (0.1, 0.3, 0.5, 0.7, 0.9)

# A line is looked for this far around where it should be, and never beyond half a beat.
_SEARCH_HZ = 2.0
_BASEBAND_HZ = 50

# A tone without a recipe is one that stands this far above its neighbourhood.
_LINE_DB = 30.0

# Spectra from all over the file; of each frequency the median counts, so that words do not.
_SPECTRA, _SPECTRUM_FRAMES = 64, 16_384
SLOPE_HZ = 40.0, 16_000.0
_DITHER_DB = -85.0
_NOT_NOISE_DB = 2.0


@dataclass(frozen=True)
class Tone:
    """A beat at ``time_s``, in Hz; errors are measured less meant, and None if nothing was."""

    time_s: float
    carrier_hz: float
    beat_hz: float
    carrier_error_hz: float | None
    beat_error_hz: float | None
    snr_db: float


@dataclass(frozen=True)
class NoiseSlope:
    """The spectrum of what is always there, by a straight line from 40 Hz to 16 kHz.

    ``deviation_db`` is how far the third-octave bands stray from it, as a rule: little for plain
    noise, and more for sounds that only resemble it.
    """

    db_per_octave: float
    deviation_db: float


@dataclass(frozen=True)
class Certificate:
    """All that was measured.

    ``spoken_s`` are start and end of each stretch of speech; ``lines_meant`` how many the recipe
    has, None without one.
    """

    duration_s: float
    sample_rate: int
    subtype: str
    loudness: Loudness
    tones: tuple[Tone, ...]
    noise: NoiseSlope | None
    spoken_s: tuple[tuple[float, float], ...]
    lines_meant: int | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, which knows no infinity: a level of silence is None."""
        return _finite(asdict(self) | {"spoken_count": len(self.spoken_s)})


def measure(path: Path) -> Certificate:
    """Measure a recording; it is read block by block, so memory does not grow with its length.

    Raises
    ------
    AudioError
        The file is not sound, or not in stereo.
    """
    with _opened(path) as file:
        spec = _recipe(file)
        meter = LoudnessMeter(sample_rate=file.samplerate)
        voice = VoiceFinder(sample_rate=file.samplerate)
        for block in file.blocks(BLOCK_FRAMES, dtype="float64", always_2d=True):
            meter.add(block)
            voice.add(block)
        speaks = spec is None or spec.speech is not None
        return Certificate(
            duration_s=file.frames / file.samplerate,
            sample_rate=file.samplerate,
            subtype=file.subtype,
            loudness=meter.result(),
            tones=tuple(_tones(file, spec)),
            noise=_noise_slope(file),
            spoken_s=tuple(voice.stretches()) if speaks else (),
            lines_meant=None if spec is None else _lines_meant(spec),
        )


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    try:
        with soundfile.SoundFile(path) as file:
            if file.channels != 2:
                raise AudioError(f"{path} has {file.channels} channels; only stereo is measured")
            yield file
    except soundfile.LibsndfileError as error:
        raise AudioError(f"{path} is not a sound file that can be read") from error


def _recipe(file: soundfile.SoundFile) -> TrackSpec | None:
    try:
        return TrackSpec.parse(file.comment)
    except SpecError:
        return None


def _lines_meant(spec: TrackSpec) -> int:
    return len(spec.speech.lines) * spec.speech.repetitions if spec.speech else 0


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _tones(file: soundfile.SoundFile, spec: TrackSpec | None) -> Iterator[Tone]:
    frames = min(file.frames, round(TONE_S * file.samplerate))
    if frames < file.samplerate:
        return
    for place in TONE_PLACES:
        start = round(place * (file.frames - frames))
        file.seek(start)
        sound = file.read(frames, dtype="float64", always_2d=True)
        times_s = np.arange(start, start + len(sound)) / file.samplerate
        if spec is None:
            yield from _strongest(sound, times_s)
        else:
            for beat in spec.beats:
                if beat.kind != "embedded":
                    yield _as_meant(beat, sound, times_s)


def _as_meant(beat: Beat, sound: np.ndarray, times_s: np.ndarray) -> Tone:
    """The two lines that make a beat, each followed along the frequency that was meant."""
    carrier, beat_hz = values_at(beat.carrier_hz, times_s), values_at(beat.beat_hz, times_s)
    middle = len(times_s) // 2
    reach = min(_SEARCH_HZ, 0.45 * float(beat_hz.min()))
    both = sound.mean(axis=1)
    if beat.kind == "isochronic":
        # The carrier, and the first of the lines that the pulse puts beside it.
        ways = [(both, carrier), (both, carrier + beat_hz)]
    elif beat.kind == "monaural":
        ways = [(both, carrier - beat_hz / 2), (both, carrier + beat_hz / 2)]
    else:
        ways = [(sound[:, 1], carrier - beat_hz / 2), (sound[:, 0], carrier + beat_hz / 2)]
    low, high = (_offset_hz(ear, way, times_s, reach) for ear, way in ways)
    carrier_error = low if beat.kind == "isochronic" else (low + high) / 2
    return Tone(
        time_s=float(times_s[middle]),
        carrier_hz=float(carrier[middle]) + carrier_error,
        beat_hz=float(beat_hz[middle]) + high - low,
        carrier_error_hz=carrier_error,
        beat_error_hz=high - low,
        snr_db=min(_snr_db(ear, [w for e, w in ways if e is ear], times_s) for ear, _ in ways),
    )


def _strongest(sound: np.ndarray, times_s: np.ndarray) -> Iterator[Tone]:
    """Without a recipe: the strongest line in each ear, if there is one."""
    rate = _rate(times_s)
    found = []
    for ear in sound.T:
        powers = np.abs(np.fft.rfft(ear * np.hanning(len(ear)))) ** 2
        peak = int(powers.argmax())
        around = powers[max(0, peak - 200) : peak + 200]
        if powers[peak] <= np.median(around) * 10 ** (_LINE_DB / 10):
            return
        way = np.full(len(ear), peak * rate / len(ear))
        found.append((ear, way + _offset_hz(ear, way, times_s, _SEARCH_HZ)))
    (left, left_way), (right, right_way) = found
    yield Tone(
        time_s=float(times_s[len(times_s) // 2]),
        carrier_hz=float(left_way[0] + right_way[0]) / 2,
        beat_hz=float(left_way[0] - right_way[0]),
        carrier_error_hz=None,
        beat_error_hz=None,
        snr_db=min(_snr_db(left, [left_way], times_s), _snr_db(right, [right_way], times_s)),
    )


def _offset_hz(ear: np.ndarray, way: np.ndarray, times_s: np.ndarray, reach: float) -> float:
    """How far above ``way`` (Hz at each sample) the strongest line within ``reach`` lies.

    The sound is turned back by the phase of ``way``, so a line that follows it, ramps and all,
    comes to rest at 0 Hz; there a spectrum is read between its bins.
    """
    rate = _rate(times_s)
    length = round(rate / _BASEBAND_HZ)
    turned = ear * np.exp(-1j * _phase(way, rate))
    slow = turned[: len(turned) // length * length].reshape(-1, length).mean(axis=1)
    size = 8 * len(slow)
    spectrum = np.abs(np.fft.fft(slow * np.hanning(len(slow)), size))
    hz = np.fft.fftfreq(size, length / rate)
    near = np.flatnonzero(np.abs(hz) <= reach)
    peak = near[spectrum[near].argmax()]
    below, top, above = np.log(spectrum[[peak - 1, peak, (peak + 1) % size]] + 1e-300)
    between = (below - above) / (2 * (below - 2 * top + above)) if below + above < 2 * top else 0.0
    return float(hz[peak] + between * hz[1])


def _snr_db(ear: np.ndarray, ways: list[np.ndarray], times_s: np.ndarray) -> float:
    """Power of the lines along ``ways`` over that of all else, in dB.

    By least squares; amplitudes and phases may drift evenly, so ramps of level are no noise.
    """
    drift = np.linspace(-1, 1, len(ear))
    phases = [_phase(way, _rate(times_s)) for way in ways]
    waves = [wave(phase) for phase in phases for wave in (np.sin, np.cos)]
    basis = np.stack([*waves, *(wave * drift for wave in waves)], axis=1)
    fit = basis @ np.linalg.solve(basis.T @ basis, basis.T @ ear)
    rest = np.sum((ear - fit) ** 2)
    return float(10 * np.log10(np.sum(fit**2) / rest)) if rest else np.inf


def _phase(way: np.ndarray, rate: float) -> np.ndarray:
    """Integral of a frequency, in radians, by the trapezoid rule."""
    turns = np.concatenate([[0], np.cumsum((way[1:] + way[:-1]) / 2)]) / rate
    return 2 * np.pi * (turns % 1)


def _rate(times_s: np.ndarray) -> float:
    return (len(times_s) - 1) / (times_s[-1] - times_s[0])


def _noise_slope(file: soundfile.SoundFile) -> NoiseSlope | None:
    """A straight line through third-octave bands; None where they hold no noise but dither."""
    if file.frames < 4 * _SPECTRUM_FRAMES:
        return None
    # Squared, its side lobes fall fast enough for tones not to cover the noise far from them.
    window = np.hanning(_SPECTRUM_FRAMES) ** 2
    powers = []
    for start in np.linspace(0, file.frames - _SPECTRUM_FRAMES, _SPECTRA + 2).astype(int)[1:-1]:
        file.seek(start)
        sound = file.read(_SPECTRUM_FRAMES, dtype="float64", always_2d=True)
        spectra = np.fft.rfft(sound.T * window)
        powers.append((np.abs(spectra) ** 2).mean(axis=0) / np.sum(window**2))
    power = np.median(powers, axis=0)
    hz = np.arange(len(power)) * file.samplerate / _SPECTRUM_FRAMES
    low, high = SLOPE_HZ
    power = np.maximum(power, 1e-30)
    edges = np.geomspace(low, high, round(3 * np.log2(high / low)) + 1)
    bands = list(pairwise(edges))
    # The median of a band passes over the lines of tones.
    levels_db = [10 * np.log10(np.median(power[(hz >= a) & (hz < b)])) for a, b in bands]
    if np.median(levels_db) < _DITHER_DB:
        return None
    octaves = [np.log2(hz[(hz >= a) & (hz < b)]).mean() for a, b in bands]
    # The line of Theil and Sen passes over the bands that a pulse fills with lines.
    slope, height, *_ = scipy.stats.theilslopes(levels_db, octaves)
    strays = np.median(np.abs(np.array(levels_db) - slope * np.array(octaves) - height))
    return NoiseSlope(float(slope), float(strays)) if strays <= _NOT_NOISE_DB else None
