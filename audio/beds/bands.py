"""Noise whose spectrum moves, as that of most sounds of nature does."""

from functools import lru_cache
from typing import ClassVar

import numpy as np

from audio.beds.grains import STRETCH, GrainsLayer
from audio.beds.rows import row

# Moments all over three hours tell how loud a sound that moves is in the long run.
MOMENTS_S = np.arange(5000) * 2.1789

# Frames of the rows from which the grains are taken, 1.5 s at 44.1 kHz; longer ones would not stay
# in the cache.
ROW_FRAMES = 2**16


@lru_cache(maxsize=2)
def band_rows(bands_hz: tuple[float, ...], sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise in bands, and how much they have in common.

    Each band falls off linearly over the logarithm of frequency to the middles of its neighbours,
    so equal levels an octave apart are pink noise.

    Returns
    -------
    rows : float64 of shape (bands, ``ROW_FRAMES``), each with an RMS of one.
    overlaps : the mean of the product of each two, shape (bands, bands).
    """
    middles = np.log(bands_hz)
    knots = [2 * middles[0] - middles[1], *middles, 2 * middles[-1] - middles[-2]]
    bins_hz = np.arange(ROW_FRAMES // 2 + 1) * (sample_rate / ROW_FRAMES)
    here = np.log(np.maximum(bins_hz, 1e-3))
    shapes = np.array([np.interp(here, knots, one) for one in np.eye(len(knots))[1:-1]])
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True)
    return row(shapes * (ROW_FRAMES / np.sqrt(2)), number=0), shapes @ shapes.T


class BandsLayer(GrainsLayer):
    """Noise in a few bands around ``BANDS_HZ``: the sound tells the RMS of each at each moment."""

    BANDS_HZ: ClassVar[tuple[float, ...]] = (30, 60, 120, 250, 500, 1000, 2000, 4000, 8000, 15_000)

    def _prepare(self) -> None:
        super()._prepare()
        self._rows, self._overlaps = band_rows(self.BANDS_HZ, self._rate)
        self._stretch: int | None = None

    def _levels(self, times: np.ndarray) -> np.ndarray:
        """RMS of each band at ``times`` in seconds; broadcasts to (times, 2, bands)."""
        raise NotImplementedError

    def _fill(self, grains: np.ndarray, number: int) -> None:
        starts = self._places(number, among=ROW_FRAMES - self.GRAIN)
        ears = grains.reshape(-1, self.GRAIN)
        for levels, start, ear in zip(self._levels_of(number), starts, ears, strict=True):
            # Processors add in orders of their own: rounded from float64, the sums are the same.
            ear[:] = levels @ self._rows[:, start : start + self.GRAIN]

    def _levels_of(self, number: int) -> np.ndarray:
        """Those of each grain of piece ``number`` and ear, shape (2 · GRAINS, bands)."""
        stretch, place = divmod(number, STRETCH)
        if stretch != self._stretch:
            steps = self.STEP * np.arange(STRETCH * self.GRAINS) + self.GRAIN // 2
            levels = self._gain * self._levels((stretch * STRETCH * self.HOP + steps) / self._rate)
            levels = np.broadcast_to(levels, (len(steps), 2, len(self._rows)))
            self._coming = levels.reshape(STRETCH, 2 * self.GRAINS, -1)
            self._stretch = stretch
        return self._coming[place]

    def _rms(self) -> float:
        levels = self._levels(MOMENTS_S)
        power = np.einsum("tcb,bd,tcd->tc", levels, self._overlaps, levels).mean()
        return float(np.sqrt(power * self._kept()))
