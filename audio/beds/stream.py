"""A brook: bubbles of air that ring as they rise, over the babble of the water."""

import numpy as np

from audio.beds.chance import uniform
from audio.beds.drops import DropsLayer

#         30    60    120   250   500  1000  2000  4000  8000  15000 Hz
WATER = (0.03, 0.06, 0.12, 0.28, 0.50, 0.60, 0.50, 0.36, 0.20, 0.07)


class StreamLayer(DropsLayer):
    """Running water from a trickle (``flow`` 0) to a rush (1)."""

    def __init__(self, *, flow: float, **common) -> None:
        self._flow = flow
        super().__init__(**common)

    def _levels(self, times: np.ndarray) -> np.ndarray:
        """Every band babbles for itself, those of large eddies more slowly."""
        ears = [
            [0.5 + self._drift(band, times - 50 * ear, 0.9 * 0.82**band) for band in range(10)]
            for ear in (0, 1)
        ]
        return np.transpose(ears, (2, 0, 1)) ** 1.5 * WATER

    def _events(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        gurgle = 0.4 + 1.2 * self._drift(15, times, 1.3)
        return 45 * 3**self._flow * gurgle, (1.3 - 0.6 * self._flow) * np.sqrt(gurgle)

    def _event(self, times: np.ndarray, bits: np.random.PCG64) -> np.ndarray:
        """A bubble: pitch, damping and the rise of its pitch after van den Doel (2005)."""
        pitch, rise = uniform(bits, 2)
        hz = 320 * 8**pitch
        damping = 0.043 * hz + 0.0014 * hz**1.5
        phase = 2 * np.pi * hz * times * (1 + 0.15 * rise * damping * times / 2)
        return np.sin(phase) * np.exp(-damping * times) * np.minimum(1, times * hz)
