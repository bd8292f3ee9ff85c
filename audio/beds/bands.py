"""Noise whose spectrum moves, as that of most sounds of nature does."""

from abc import abstractmethod
from functools import lru_cache
from typing import ClassVar, NamedTuple

import numpy as np

from audio.beds.grains import STRETCH, GrainsLayer
from audio.beds.rows import row
from audio.loudness import k_response

# Moments all over three hours tell how loud a sound that moves is in the long run.
MOMENTS_S = np.arange(5000) * 2.1789

# Frames of the rows from which the grains are taken, 1.5 s at 44.1 kHz; longer ones would not stay
# in the cache.
ROW_FRAMES = 2**16


# Levels are told at every so many tenths of a second where only their energy counts.
SPARSE = 4


class Bands(NamedTuple):
    """Noise in bands: ``rows`` of shape (bands, ``ROW_FRAMES``), each with an RMS of one.

    ``overlaps`` are the means of the products of each two, shape (bands, bands), and
    ``heard_overlaps`` the same behind the K filter.
    """

    rows: np.ndarray
    overlaps: np.ndarray
    heard_overlaps: np.ndarray


@lru_cache(maxsize=2)
def noise_bands(middles_hz: tuple[float, ...], sample_rate: int, dtype: type) -> Bands:
    """Bands of noise that each fall off linearly, over the logarithm of frequency, to the middles
    of their neighbours; so equal levels an octave apart are pink noise."""
    middles = np.log(middles_hz)
    knots = [2 * middles[0] - middles[1], *middles, 2 * middles[-1] - middles[-2]]
    bins_hz = np.arange(ROW_FRAMES // 2 + 1) * (sample_rate / ROW_FRAMES)
    here = np.log(np.maximum(bins_hz, 1e-3))
    shapes = np.array([np.interp(here, knots, one) for one in np.eye(len(knots))[1:-1]])
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True)
    heard = shapes * k_response(bins_hz, sample_rate)
    rows = row(shapes * (ROW_FRAMES / np.sqrt(2)), number=0)
    return Bands(rows.astype(dtype), shapes @ shapes.T, heard @ heard.T)


class BandsLayer(GrainsLayer):
    """Noise in a few bands around ``BANDS_HZ``: the sound tells the RMS of each at each moment."""

    BANDS_HZ: ClassVar[tuple[float, ...]] = (30, 60, 120, 250, 500, 1000, 2000, 4000, 8000, 15_000)

    def _prepare(self) -> None:
        super()._prepare()
        self._bands = noise_bands(self.BANDS_HZ, self._rate, self._dtype)
        self._stretch: int | None = None

    @abstractmethod
    def _levels(self, times: np.ndarray) -> np.ndarray:
        """RMS of each band at ``times`` in seconds; broadcasts to (times, 2, bands)."""

    def _fill(self, grains: np.ndarray, number: int) -> None:
        starts = self._places(number, among=ROW_FRAMES - self.GRAIN)
        ears = grains.reshape(-1, self.GRAIN)
        for levels, start, ear in zip(self._levels_of(number), starts, ears, strict=True):
            np.matmul(levels, self._bands.rows[:, start : start + self.GRAIN], out=ear)

    def _levels_of(self, number: int) -> np.ndarray:
        """Those of each grain of piece ``number`` and ear, shape (2 · GRAINS, bands)."""
        stretch, place = divmod(number, STRETCH)
        if stretch != self._stretch:
            steps = self.STEP * np.arange(STRETCH * self.GRAINS) + self.GRAIN // 2
            levels = self._gain * self._levels((stretch * STRETCH * self.HOP + steps) / self._rate)
            levels = np.broadcast_to(
                levels.astype(self._dtype), (len(steps), 2, len(self.BANDS_HZ))
            )
            self._coming = levels.reshape(STRETCH, 2 * self.GRAINS, -1)
            self._stretch = stretch
        return self._coming[place]

    def energy_at(self, times_s: np.ndarray) -> np.ndarray:
        """That of the noise behind the K filter."""
        sparse_s = times_s[::SPARSE]
        return np.interp(times_s, sparse_s, self._power(sparse_s, self._bands.heard_overlaps))

    def _power(self, times_s: np.ndarray, overlaps: np.ndarray) -> np.ndarray:
        """Mean square of both ears' noise at times."""
        levels = self._levels(times_s)
        return (levels @ overlaps * levels).sum(axis=-1).mean(axis=-1)

    def _rms(self) -> float:
        return float(np.sqrt(self._power(MOMENTS_S, self._bands.overlaps).mean() * self._kept()))
