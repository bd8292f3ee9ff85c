"""A fire: sharp crackles that come in flurries, over a flickering roar and a little hiss."""

import numpy as np

from audio.beds.chance import uniform
from audio.beds.drops import DropsLayer

#        30    60    120   250   500  1000  2000  4000  8000  15000 Hz
ROAR = (0.60, 0.90, 0.80, 0.50, 0.26, 0.14, 0.00, 0.00, 0.00, 0.00)
HISS = (0.00, 0.00, 0.00, 0.00, 0.00, 0.05, 0.09, 0.12, 0.13, 0.06)


class FireLayer(DropsLayer):
    """A fire from embers (``crackle`` 0) to a crackling blaze (1)."""

    LONGEST_S = 0.05

    def __init__(self, *, crackle: float, **common) -> None:
        self._crackle = crackle
        super().__init__(**common)

    def _levels(self, times: np.ndarray) -> np.ndarray:
        ears = []
        for ear in (0, 1):
            flicker = 0.4 * self._drift(0, times, 2.3) + 0.6 * self._drift(1 + ear, times, 0.21)
            steam = self._drift(3 + ear, times, 1.7)
            ears.append(np.outer(0.35 + flicker, ROAR) + np.outer(0.3 + steam, HISS))
        return np.stack(ears, axis=1)

    def _events(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        flurry = 0.15 + 2.4 * self._drift(5, times, 1.1) ** 2
        return (4 + 26 * self._crackle) * flurry, (0.35 + 0.5 * self._crackle) * np.sqrt(flurry)

    def _event(self, times: np.ndarray, bits: np.random.PCG64) -> np.ndarray:
        """Wood splits: a burst of noise that rings as its hollow does."""
        pitch, length, hollow = uniform(bits, 3)
        burst = (2 * uniform(bits, len(times)) - 1) * np.exp(-times / (0.0004 + 0.003 * length**3))
        hz = 500 * 10**pitch
        ring = np.sin(2 * np.pi * hz * times) * np.exp(-times / (0.001 + 0.006 * length))
        return burst + hollow * ring
