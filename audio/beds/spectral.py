"""Noise of any spectrum, fixed or moving: random spectra, transformed and faded into each other."""

from functools import cache
from typing import ClassVar

import numpy as np

from audio.beds.pieces import PiecesLayer

# Pieces whose levels are worked out together, because few numbers at a time are slow.
STRETCH = 16

# Moments all over three hours tell how loud a sound that moves is in the long run.
MOMENTS_S = np.arange(5000) * 2.1789

# Complex numbers in the row from which all noise is made, and what it is seeded with.
WHITE_BINS = 2**18
WHITE_SEED = 20_110_711
# The series of chances that says from where on.
PLACES = 16

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


class SpectralLayer(PiecesLayer):
    """Gaussian noise whose spectrum each kind of sound tells, grain by grain.

    A grain is the inverse Fourier transform of random numbers times the magnitudes wanted. It
    fades into the next over ``FADE`` frames along quarter sines, whose squares sum to one: power
    stands still, and grains that have nothing in common leave no seam. Several are made at a
    time because that is fastest.

    The random numbers of each grain are a stretch of one long row (:func:`white_spectrum`), from
    a random place on. A stretch that begins elsewhere, if only one number on, makes another noise:
    not a frame of it is that of the first, nor are the two alike when they are moved.
    """

    GRAIN: ClassVar[int] = 4096
    FADE: ClassVar[int] = 512
    GRAINS: ClassVar[int] = 8

    def __init_subclass__(cls) -> None:
        cls.STEP = cls.GRAIN - cls.FADE
        cls.HOP, cls.TAIL = cls.GRAINS * cls.STEP, cls.FADE
        cls.BINS = cls.GRAIN // 2 + 1

    def _prepare(self) -> None:
        rise = np.sin(np.pi / 2 * (np.arange(self.FADE) + 0.5) / self.FADE)
        self._rise = rise.astype(np.float32)
        self._spectrum = np.empty((self.GRAINS, 2, self.BINS), np.complex64)
        self._grains = np.empty((self.GRAINS, 2, self.GRAIN), np.float32)
        self._whole = np.zeros((2, self.HOP + self.TAIL), np.float32)
        self._planned: int | None = None

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

    def _starts(self, number: int) -> list[int]:
        """Where in the random row the grains of piece ``number`` begin."""
        stretch, place = divmod(number, STRETCH)
        if stretch != self._planned:
            grains = 2 * self.GRAINS * STRETCH
            chances = self._chance(PLACES, stretch * grains + np.arange(grains))
            starts = 2 * (chances * (WHITE_BINS - self.BINS)).astype(np.int64)
            self._plan, self._planned = starts.reshape(STRETCH, -1).tolist(), stretch
        return self._plan[place]

    def _piece(self, number: int) -> np.ndarray:
        white, floats = white_spectrum(), 2 * self.BINS
        spectra = self._spectrum.view(np.float32).reshape(-1, floats)
        magnitudes = self._magnitudes(number).reshape(-1, floats)
        for start, magnitude, spectrum in zip(
            self._starts(number), magnitudes, spectra, strict=True
        ):
            np.multiply(white[start : start + floats], magnitude, out=spectrum)
        grains = np.fft.irfft(self._spectrum, out=self._grains)
        grains[..., : self.FADE] *= self._rise
        grains[..., self.STEP :] *= self._rise[::-1]
        steps = self._whole[:, : self.HOP].reshape(2, self.GRAINS, self.STEP).swapaxes(0, 1)
        np.copyto(steps, grains[..., : self.STEP])
        steps[1:, :, : self.FADE] += grains[:-1, :, self.STEP :]
        self._whole[:, self.HOP : self.HOP + self.FADE] = grains[-1, :, self.STEP :]
        self._whole[:, self.HOP + self.FADE :] = 0
        return self._whole


class FixedLayer(SpectralLayer):
    """Noise whose spectrum stands still."""

    def _prepare(self) -> None:
        super()._prepare()
        power = self._power()
        power *= self._unit**2 / power.sum(axis=-1, keepdims=True)
        self._shape = np.sqrt(power).astype(np.float32).repeat(2, axis=-1)

    def _power(self) -> np.ndarray:
        """Relative power of each bin; of shape (BINS,), or (2, BINS) where the ears differ."""
        raise NotImplementedError

    def _magnitudes(self, number: int) -> np.ndarray:
        return np.broadcast_to(self._gain * self._shape, (self.GRAINS, 2, 2 * self.BINS))

    def _rms(self) -> float:
        return float(np.sqrt(self._kept()))


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
