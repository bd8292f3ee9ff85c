"""Noise of five colours: white, pink, brown, blue and violet."""

from functools import lru_cache
from typing import ClassVar

import numpy as np

from audio.beds.grains import GrainsLayer
from audio.beds.rows import row

# Power rises by this exponent of frequency: 3.01 dB an octave for each 1.
EXPONENTS = {"white": 0, "pink": -1, "brown": -2, "blue": 1, "violet": 2}

# Below hearing the slopes would climb on towards DC, where power only eats headroom.
HOLD_BACK_HZ = 13.0

# Frames of the row from which an ear's grains are taken, 24 s of it at 44.1 kHz.
ROW_FRAMES = 2**20


@lru_cache(maxsize=2)
def coloured_row(colour: str, sample_rate: int) -> np.ndarray:
    """Noise with an RMS of one, float32 of shape (2, ``ROW_FRAMES``); its ears are independent."""
    bins = ROW_FRAMES // 2 + 1
    hz = np.maximum(np.arange(bins) * (sample_rate / ROW_FRAMES), HOLD_BACK_HZ / 8)
    held_back = (hz / HOLD_BACK_HZ) ** 4
    power = hz ** EXPONENTS[colour] * held_back / (1 + held_back)
    power[0] = 0
    magnitudes = np.sqrt(power / power.sum() / 2) * ROW_FRAMES
    return np.stack([row(magnitudes, number=ear) for ear in range(2)]).astype(np.float32)


class NoiseLayer(GrainsLayer):
    """Noise of a true slope from 40 Hz to half the sample rate, independent in the two ears.

    Its grains are stretches of a long row from random places on, in ever new order.
    """

    GRAIN: ClassVar[int] = 8192
    GRAINS: ClassVar[int] = 4

    def __init__(self, *, colour: str, **common) -> None:
        self._colour = colour
        super().__init__(**common)

    def _prepare(self) -> None:
        super()._prepare()
        self._row = coloured_row(self._colour, self._rate)

    def _fill(self, grains: np.ndarray, number: int) -> None:
        places = iter(self._places(number, among=ROW_FRAMES - self.GRAIN))
        for grain in grains:
            for ear, noise in enumerate(self._row):
                start = next(places)
                np.multiply(noise[start : start + self.GRAIN], self._gain, out=grain[ear])

    def _rms(self) -> float:
        return float(np.sqrt(self._kept()))
