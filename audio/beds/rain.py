"""Rain: near drops, each a tick and the ring of the bubble it makes, over the wash of the rest."""

import numpy as np

from audio.beds.chance import uniform
from audio.beds.drops import DropsLayer

#        30    60    120   250   500  1000  2000  4000  8000  15000 Hz
WASH = (0.04, 0.07, 0.12, 0.20, 0.36, 0.55, 0.75, 0.80, 0.60, 0.28)


class RainLayer(DropsLayer):
    """Rain from a drizzle (``intensity`` 0) to a downpour (1)."""

    LONGEST_S = 0.04

    def __init__(self, *, intensity: float, **common) -> None:
        self._intensity = intensity
        super().__init__(**common)

    def _levels(self, times: np.ndarray) -> np.ndarray:
        """The wash comes and goes a little, in each ear for itself."""
        moving = [0.7 + 0.6 * self._drift(ear, times, 5.0) for ear in (0, 1)]
        return np.stack(moving, axis=1)[:, :, np.newaxis] * WASH

    def _events(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        steady = np.ones(len(times))
        return 25 * 4**self._intensity * steady, (0.9 - 0.4 * self._intensity) * steady

    def _event(self, times: np.ndarray, bits: np.random.PCG64) -> np.ndarray:
        pitch, ringing, delay, wetness = uniform(bits, 4)
        splash = np.convolve(uniform(bits, len(times)) - 0.5, np.hanning(9), "same")
        tick = splash * np.exp(-times / 0.0015) * np.minimum(1, times / 0.0004)
        since = np.maximum(0, times - 0.002 - 0.008 * delay)
        bubble_hz = 1200 * 5**pitch
        decay_s = 0.002 + 0.008 * ringing**2
        bubble = np.sin(2 * np.pi * bubble_hz * since) * np.exp(-since / decay_s)
        return tick + wetness * bubble
