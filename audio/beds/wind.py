"""Wind: gusts that swell and turn, brighter the harder they blow, with a low whistle in them."""

import numpy as np

from audio.beds.bands import BandsLayer


class WindLayer(BandsLayer):
    """Wind from steady (``gusts`` 0) to stormy (1)."""

    BANDS_HZ = tuple(40 * 2 ** (n / 3) for n in range(27))  # to 16 kHz, a third of an octave apart

    def __init__(self, *, gusts: float, **common) -> None:
        self._gusts = gusts
        super().__init__(**common)

    def _levels(self, times: np.ndarray) -> np.ndarray:
        """The ears hear the same gusts a moment apart, and each its own eddies."""
        return np.stack([self._ear(times, 0), self._ear(times - 0.4, 1)], axis=1)

    def _ear(self, times: np.ndarray, ear: int) -> np.ndarray:
        octaves = np.log2(self.BANDS_HZ)
        force = self._force(times, ear)[:, np.newaxis]
        # The body of the wind lies around 200 Hz and falls off above; force lifts the fall.
        body = np.exp2(-np.abs(octaves - np.log2(200)) * (1.5 - 0.6 * force))
        # Edges and branches whistle at a pitch that follows the force.
        pitch = np.log2(380) + 1.3 * (force - 0.4) + 0.3 * self._wander(2 + ear, times, 3.1)
        whistle = np.exp(-(((octaves - pitch) / 0.22) ** 2)) * 0.9 * force
        return np.exp2(5 * self._gusts * (force - 0.6)) * (body + whistle)

    def _force(self, times: np.ndarray, ear: int) -> np.ndarray:
        """How hard it blows, 0…1: long gusts, shorter ones in them, and eddies at each ear."""
        long, short = self._drift(0, times, 11.0), self._drift(1, times, 3.7)
        return 0.55 * long + 0.3 * short + 0.15 * self._drift(4 + ear, times, 0.7)

    def _wander(self, which: int, times: np.ndarray, period_s: float) -> np.ndarray:
        return (2 * self._drift(which, times, period_s) - 1)[:, np.newaxis]
