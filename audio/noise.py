"""The bed of noise: white, pink or brown, the two channels independent of each other."""

from functools import cache

import numpy as np
import scipy

from audio.levels import rms_of
from audio.randomness import Stream, random_bits
from audio.spec import SAMPLE_RATE, Noise

# Below hearing the slopes would climb on towards DC, where power only eats headroom.
HOLD_BACK_HZ = 10.0

# The slowest filter forgets its start in 0.2 s; after this long nothing of it is left.
WARM_UP_FRAMES = 2 * SAMPLE_RATE

# Real zeros and poles on the z plane whose product falls by 10·log10(2) dB an octave (pink) or
# twice that (brown). Found by least squares on the magnitude in dB over 12 Hz to 21 kHz, log
# spaced; the greatest deviation there is 0.007 dB for pink and 0.05 dB for brown.
_SHAPES: dict[str, tuple[list[float], list[float]]] = {
    "pink": (
        [
            0.9974356542114066,
            0.9908837118113054,
            0.9704253964611961,
            0.9070471953966083,
            0.7272125638261207,
            0.3254903393054027,
            -0.11809650562322109,
            -0.6606614090896725,
        ],
        [
            0.9989131437692849,
            0.9950408100732445,
            0.9835162165506581,
            0.9473079767314325,
            0.838645563868752,
            0.5576747058404112,
            0.04702613490274832,
            -0.6396994287512456,
        ],
    ),
    "brown": (
        [-0.09896291077686514, -0.5700570468515214],
        [0.9998633452226515, -0.4924030464811619],
    ),
}


class NoiseLayer:
    """The samples of a :class:`~audio.spec.Noise`; the same ``seed`` gives the same samples.

    Blocks must be asked for in order, from the first frame on: the filters remember.
    """

    def __init__(self, noise: Noise, *, seed: int) -> None:
        self._bits = random_bits(seed, Stream.NOISE)
        self._filter = shaping_filter(noise.colour)
        # Uniform integers of −2³¹…2³¹ have a variance of (2³¹)²/3.
        self._gain = rms_of(noise.level_db) * np.sqrt(3) / 2**31
        if self._filter is not None:
            self._gain /= np.sqrt(_power_gain(noise.colour))
            self._memory = np.zeros((len(self._filter), 2, 2))
            self._read(WARM_UP_FRAMES)

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the next ``len(block)`` frames to ``block``, float64 of shape (frames, 2)."""
        block += self._read(len(block))

    def _read(self, frames: int) -> np.ndarray:
        # One 64-bit word a frame, half of it for each ear. Uniform rather than Gaussian: as white,
        # cheaper, and with peaks only 4.8 dB above the RMS.
        words = self._bits.random_raw(frames).astype("<u8", copy=False)
        samples = words.view("<i4").reshape(frames, 2) * self._gain
        if self._filter is None:
            return samples
        samples, self._memory = scipy.signal.sosfilt(self._filter, samples, axis=0, zi=self._memory)
        return samples


@cache
def shaping_filter(colour: str) -> np.ndarray | None:
    """Second-order sections, shape (sections, 6), that colour white noise; None for white."""
    if colour == "white":
        return None
    zeros, poles = _SHAPES[colour]
    slope = scipy.signal.zpk2sos(zeros, poles, 1.0)
    hold_back = scipy.signal.butter(2, HOLD_BACK_HZ, "highpass", fs=SAMPLE_RATE, output="sos")
    return np.vstack([slope, hold_back])


@cache
def _power_gain(colour: str) -> float:
    """Power of the filter's output for white noise of power 1: the energy of its impulse response.

    Parseval's theorem. Six seconds of response leave out less than 10⁻¹² of the energy.
    """
    impulse = np.zeros(6 * SAMPLE_RATE)
    impulse[0] = 1
    return float(np.sum(scipy.signal.sosfilt(shaping_filter(colour), impulse) ** 2))
