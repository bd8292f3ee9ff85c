"""The noise in a recording: how its power falls or climbs with the frequency."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy
import soundfile

from audio.spec import TrackSpec

# Spectra from all over the file; of each frequency the median counts, so that words do not.
_SPECTRA, _SPECTRUM_FRAMES = 64, 16_384
SLOPE_HZ = 40.0, 16_000.0
_DITHER_DB = -85.0
_NOT_NOISE_DB = 2.0

# dB per octave.
MEANT = {"white": 0.0, "pink": -3.01, "brown": -6.02, "blue": 3.01, "violet": 6.02}


@dataclass(frozen=True)
class NoiseSlope:
    """The spectrum of what always sounds, by a straight line from 40 Hz to 16 kHz.

    Attributes
    ----------
    db_per_octave : its slope.
    deviation_db : how far the third-octave bands stray from it, as a rule: little for plain noise,
        and more for sounds that only resemble it.
    meant_db_per_octave : that of the noise in the spec, None if it has none or several.
    mixed_with : kinds of the other beds. Where there are any, the slope is that of the mixture, and
        need not be the one that was meant.
    """

    db_per_octave: float
    deviation_db: float
    meant_db_per_octave: float | None = None
    mixed_with: tuple[str, ...] = ()


def noise_slope(
    file: soundfile.SoundFile, spec: TrackSpec | None, *, frames: int
) -> NoiseSlope | None:
    """A straight line through the third-octave bands of the first ``frames`` of ``file``.

    None where they hold no noise but dither, or the rate has no room for all of them.
    """
    if frames < 4 * _SPECTRUM_FRAMES:
        return None
    # Squared, its side lobes fall fast enough for tones not to cover the noise far from them.
    window = np.hanning(_SPECTRUM_FRAMES) ** 2
    powers = []
    for start in np.linspace(0, frames - _SPECTRUM_FRAMES, _SPECTRA + 2).astype(int)[1:-1]:
        file.seek(start)
        sound = file.read(_SPECTRUM_FRAMES, dtype="float64", always_2d=True)
        spectra = np.fft.rfft(sound.T * window)
        powers.append((np.abs(spectra) ** 2).mean(axis=0) / np.sum(window**2))
    power = np.median(powers, axis=0)
    hz = np.arange(len(power)) * file.samplerate / _SPECTRUM_FRAMES
    low, high = SLOPE_HZ
    power = np.maximum(power, 1e-30)
    edges = np.geomspace(low, high, round(3 * np.log2(high / low)) + 1)
    bands = [(hz >= a) & (hz < b) for a, b in pairwise(edges)]
    # At a low rate the upper ones are empty, at a very high one the lower.
    if not all(band.any() for band in bands):
        return None
    # The median of a band passes over the lines of tones.
    levels_db = [10 * np.log10(np.median(power[band])) for band in bands]
    if np.median(levels_db) < _DITHER_DB:
        return None
    octaves = [np.log2(hz[band]).mean() for band in bands]
    # The line of Theil and Sen passes over the bands that a pulse fills with lines.
    slope, height, *_ = scipy.stats.theilslopes(levels_db, octaves)
    strays = np.median(np.abs(np.array(levels_db) - slope * np.array(octaves) - height))
    if strays > _NOT_NOISE_DB:
        return None
    return NoiseSlope(float(slope), float(strays), *_meant(spec))


def _meant(spec: TrackSpec | None) -> tuple[float | None, tuple[str, ...]]:
    beds = spec.beds if spec else ()
    colours = {bed.colour for bed in beds if bed.kind == "noise"}
    slope = MEANT[colours.pop()] if len(colours) == 1 else None
    return slope, tuple(sorted({bed.kind for bed in beds} - {"noise"}))
