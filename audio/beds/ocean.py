"""Waves on a shore: each swells, breaks somewhere from left to right, and runs out in foam."""

import numpy as np

from audio.beds.bands import BandsLayer
from audio.curves import Value, values_at

# Of each band of a breaking wave: the RMS at its height, when it peaks after the wave breaks, and
# how long it takes to die away, in seconds for waves 9 s apart. Deep water is heard first; foam
# hisses last.
#          30    60    120   250   500  1000  2000  4000  8000  15000 Hz
HEIGHT = (0.22, 0.45, 0.75, 1.00, 1.00, 0.95, 0.85, 0.70, 0.50, 0.22)
PEAK_S = (-1.0, -0.8, -0.5, -0.2, 0.0, 0.1, 0.3, 0.5, 0.7, 0.8)
FALL_S = (1.2, 1.2, 1.1, 1.1, 1.2, 1.4, 1.8, 2.3, 2.8, 2.6)
RISE_S = 0.55
# The sea far out, which never stops.
FAR = (0.03, 0.05, 0.06, 0.06, 0.05, 0.04, 0.03, 0.02, 0.011, 0.004)

# Waves this many periods ago, and those about to break, are still or already heard.
NEIGHBOURS = range(-2, 3)


class OceanLayer(BandsLayer):
    """A wave about every ``period_s`` seconds; between them the sea is the softer by ``depth``."""

    def __init__(self, *, period_s: float, depth: Value, **common) -> None:
        self._period_s, self._depth = period_s, depth
        super().__init__(**common)

    def _levels(self, times: np.ndarray) -> np.ndarray:
        latest = np.floor(times / self._period_s).astype(np.int64)
        power = np.sum(self._waves(np.add.outer(NEIGHBOURS, latest), times) ** 2, axis=0)
        ebb = 1 - values_at(self._depth, times)
        calm = 0.8 + 6 * ebb + 0.4 * self._drift(0, times, 7.0)
        power += (calm[:, np.newaxis, np.newaxis] * FAR) ** 2
        return np.sqrt(power)

    def _waves(self, wave: np.ndarray, times: np.ndarray) -> np.ndarray:
        """RMS of the bands, (waves, times, 2, bands), of waves with numbers (waves, times)."""
        # No two waves come in the same time, are of the same size, or break in the same place;
        # and the sea has great and small waves in turn, as swells from afar meet.
        breaks = (wave + 0.7 * self._chance(1, wave)) * self._period_s
        swell = self._drift(2, breaks, 6 * self._period_s)
        size = (0.35 + 0.65 * self._chance(3, wave)) * (0.5 + swell)
        pace = (0.8 + 0.5 * self._chance(4, wave)) * self._period_s / 9
        place = 1.6 * self._chance(5, wave) - 0.8
        travel = 1.6 * self._chance(6, wave) - 0.8 - place
        since = (times - breaks) / pace
        after = since[..., np.newaxis] - PEAK_S
        bands = HEIGHT / (np.exp(-after / RISE_S) + np.exp(after / FALL_S))
        # The foam runs along the beach while it dies.
        pan = place + travel * np.clip(since / 8, 0, 1)
        angle = np.pi / 4 * (1 + pan)
        ears = size[..., np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        return ears[..., np.newaxis] * bands[..., np.newaxis, :]
