"""Noise of five colours: white, pink, brown, blue and violet."""

from typing import ClassVar

import numpy as np

from audio.beds.spectral import FixedLayer

# Power rises by this exponent of frequency: 3.01 dB an octave for each 1.
EXPONENTS = {"white": 0, "pink": -1, "brown": -2, "blue": 1, "violet": 2}

# Below hearing the slopes would climb on towards DC, where power only eats headroom.
HOLD_BACK_HZ = 13.0


class NoiseLayer(FixedLayer):
    """Noise of a true slope from 40 Hz to half the sample rate, independent in the two ears."""

    GRAIN: ClassVar[int] = 8192
    GRAINS: ClassVar[int] = 4

    def __init__(self, *, colour: str, **common) -> None:
        self._colour = colour
        super().__init__(**common)

    def _power(self) -> np.ndarray:
        hz = np.maximum(self._bins_hz, self._rate / self.GRAIN)
        held_back = (hz / HOLD_BACK_HZ) ** 4
        power = hz ** EXPONENTS[self._colour] * held_back / (1 + held_back)
        power[0] = 0
        return power
