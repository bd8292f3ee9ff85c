"""Noise of any spectrum: random spectra, transformed and faded into each other."""

from functools import cache
from typing import ClassVar

import numpy as np

from audio.beds.grains import STRETCH, GrainsLayer

# Moments all over three hours tell how loud a sound that moves is in the long run.
MOMENTS_S = np.arange(5000) * 2.1789

# Complex numbers in the row from which all spectra are made, and what it is seeded with.
WHITE_BINS = 2**18
WHITE_SEED = 20_110_711

# A matrix product with more multiplications than this may wake threads, which other layers and
# other processes pay for.
MOST_PRODUCTS = 2**17


@cache
def white_spectrum() -> np.ndarray:
    """The random row: float32, real and imaginary parts in turn, each normal with variance one.

    They are sums of eight whole numbers, which every processor adds alike.
    """
    words = np.random.PCG64(WHITE_SEED).random_raw(2 * WHITE_BINS)
    sums = words.view(np.int8).reshape(-1, 8).sum(axis=1, dtype=np.float32)
    # Whole numbers spread evenly over 8 bits have a standard deviation of 2⁷/√3.
    return sums * np.float32(np.sqrt(3 / 8) / 2**7)


class SpectralLayer(GrainsLayer):
    """Gaussian noise whose spectrum each kind of sound tells, grain by grain.

    A grain is the inverse Fourier transform of random numbers times the magnitudes wanted. The
    random numbers of each grain are a stretch of one long row (:func:`white_spectrum`), from a
    random place on. A stretch that begins elsewhere, if only one number on, makes another noise:
    not a frame of it is that of the first, nor are the two alike when they are moved.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.BINS = cls.GRAIN // 2 + 1

    def _prepare(self) -> None:
        super()._prepare()
        self._spectrum = np.empty((self.GRAINS, 2, self.BINS), np.complex64)

    @property
    def _unit(self) -> float:
        return self.GRAIN / 2

    @property
    def _bins_hz(self) -> np.ndarray:
        return np.arange(self.BINS) * (self._rate / self.GRAIN)

    def _magnitudes(self, number: int) -> np.ndarray:
        """Magnitudes of piece ``number``, float32 of shape (GRAINS, 2, 2 · BINS).

        Each stands there twice, for the real and for the imaginary part. Where the sum of the
        squares of the bins is ``_unit`` squared, the sound has an RMS of one before its gain.
        """
        raise NotImplementedError

    def _fill(self, grains: np.ndarray, number: int) -> None:
        white, floats = white_spectrum(), 2 * self.BINS
        spectra = self._spectrum.view(np.float32).reshape(-1, floats)
        magnitudes = self._magnitudes(number).reshape(-1, floats)
        starts = self._places(number, among=WHITE_BINS - self.BINS)
        for start, magnitude, spectrum in zip(starts, magnitudes, spectra, strict=True):
            np.multiply(white[2 * start : 2 * start + floats], magnitude, out=spectrum)
        np.fft.irfft(self._spectrum, out=grains)


class BandsLayer(SpectralLayer):
    """Noise whose spectrum moves: the sound tells the RMS of a few bands at each moment.

    ``BANDS_HZ`` are the middles of the bands; each falls off linearly over the logarithm of
    frequency to the middles of its neighbours, so equal levels an octave apart are pink noise.
    """

    BANDS_HZ: ClassVar[tuple[float, ...]] = (30, 60, 120, 250, 500, 1000, 2000, 4000, 8000, 15_000)

    def _prepare(self) -> None:
        super()._prepare()
        middles = np.log(self.BANDS_HZ)
        knots = [2 * middles[0] - middles[1], *middles, 2 * middles[-1] - middles[-2]]
        here = np.log(np.maximum(self._bins_hz, 1e-3))
        shapes = np.array([np.interp(here, knots, one) for one in np.eye(len(knots))[1:-1]])
        shapes *= self._unit / np.linalg.norm(shapes, axis=1, keepdims=True)
        self._bands = shapes.astype(np.float32)
        twice = self._bands.repeat(2, axis=1)
        self._parts = np.array_split(
            twice, -(-twice.size * 2 * self.GRAINS // MOST_PRODUCTS), axis=1
        )
        self._shaped = np.empty((2 * self.GRAINS, 2 * self.BINS), np.float32)
        self._stretch: int | None = None

    def _levels(self, times: np.ndarray) -> np.ndarray:
        """RMS of each band at ``times`` in seconds; broadcasts to (times, 2, bands)."""
        raise NotImplementedError

    def _magnitudes(self, number: int) -> np.ndarray:
        stretch, place = divmod(number, STRETCH)
        if stretch != self._stretch:
            steps = self.STEP * np.arange(STRETCH * self.GRAINS) + self.GRAIN // 2
            levels = self._gain * self._levels((stretch * STRETCH * self.HOP + steps) / self._rate)
            levels = np.broadcast_to(levels, (len(steps), 2, len(self._bands)))
            self._coming = levels.astype(np.float32).reshape(STRETCH, 2 * self.GRAINS, -1)
            self._stretch = stretch
        done = 0
        for part in self._parts:
            self._shaped[:, done : done + part.shape[1]] = self._coming[place] @ part
            done += part.shape[1]
        return self._shaped

    def _rms(self) -> float:
        levels = self._levels(MOMENTS_S)
        overlaps = self._bands @ self._bands.T / self._unit**2
        power = np.einsum("tcb,bd,tcd->tc", levels, overlaps, levels).mean()
        return float(np.sqrt(power * self._kept()))
