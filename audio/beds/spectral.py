"""Noise of any spectrum, fixed or moving: random spectra, transformed and faded into each other."""

from typing import ClassVar

import numpy as np

from audio.beds.pieces import PiecesLayer

# Pieces whose levels are worked out together, because few numbers at a time are slow.
STRETCH = 16

# Moments all over three hours tell how loud a sound that moves is in the long run.
MOMENTS_S = np.arange(5000) * 2.1789


class SpectralLayer(PiecesLayer):
    """Gaussian noise whose spectrum each kind of sound tells, grain by grain.

    A grain is the inverse Fourier transform of random numbers times the magnitudes wanted. It
    fades into the next over ``FADE`` frames along quarter sines, whose squares sum to one: power
    stands still, and grains that have nothing in common leave no seam. Several are made at a
    time because that is fastest.
    """

    GRAIN: ClassVar[int] = 4096
    FADE: ClassVar[int] = 1024
    GRAINS: ClassVar[int] = 8

    def __init_subclass__(cls) -> None:
        cls.STEP = cls.GRAIN - cls.FADE
        cls.HOP, cls.TAIL = cls.GRAINS * cls.STEP, cls.FADE
        cls.BINS = cls.GRAIN // 2 + 1

    def _prepare(self) -> None:
        rise = np.sin(np.pi / 2 * (np.arange(self.FADE) + 0.5) / self.FADE)
        self._rise = rise.astype(np.float32)
        self._spectrum = np.zeros((self.GRAINS, 2, self.BINS), np.complex64)
        self._grains = np.empty((self.GRAINS, 2, self.GRAIN), np.float32)
        self._whole = np.empty((2, self.HOP + self.TAIL), np.float32)

    @property
    def _unit(self) -> float:
        # Whole numbers spread evenly over 8 bits have a standard deviation of 2⁷/√3.
        return self.GRAIN / 2 / (2**7 / np.sqrt(3))

    @property
    def _bins_hz(self) -> np.ndarray:
        return np.arange(self.BINS) * (self._rate / self.GRAIN)

    def _magnitudes(self, number: int) -> np.ndarray:
        """Magnitudes of piece ``number``, float32 that broadcasts to (GRAINS, 2, BINS).

        Where the sum of their squares is ``_unit`` squared, the sound has an RMS of one.
        """
        raise NotImplementedError

    def _piece(self, number: int, bits: np.random.PCG64) -> np.ndarray:
        magnitudes = self._magnitudes(number)
        # Eight bits a number are enough: each sample is the sum of thousands of them.
        numbers = self.GRAINS * 2 * 2 * self.BINS
        words = bits.random_raw(-(-numbers // 8)).astype("<u8", copy=False)
        parts = words.view(np.int8)[:numbers].reshape(self.GRAINS, 2, 2, self.BINS)
        np.multiply(parts[:, :, 0], magnitudes, out=self._spectrum.real)
        np.multiply(parts[:, :, 1], magnitudes, out=self._spectrum.imag)
        grains = np.fft.irfft(self._spectrum, out=self._grains)
        grains[..., : self.FADE] *= self._rise
        grains[..., -self.FADE :] *= self._rise[::-1]
        piece = self._whole
        piece.fill(0)
        for start, grain in zip(range(0, self.HOP, self.STEP), grains, strict=True):
            piece[:, start : start + self.GRAIN] += grain
        return piece


class FixedLayer(SpectralLayer):
    """Noise whose spectrum stands still."""

    def _prepare(self) -> None:
        super()._prepare()
        power = self._power()
        power *= self._unit**2 / power.sum(axis=-1, keepdims=True)
        self._shape = np.sqrt(power).astype(np.float32)

    def _power(self) -> np.ndarray:
        """Relative power of each bin; of shape (BINS,), or (2, BINS) where the ears differ."""
        raise NotImplementedError

    def _magnitudes(self, number: int) -> np.ndarray:
        return self._shape

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
        self._stretch: int | None = None

    def _levels(self, times: np.ndarray) -> np.ndarray:
        """RMS of each band at ``times`` in seconds; broadcasts to (times, 2, bands)."""
        raise NotImplementedError

    def _magnitudes(self, number: int) -> np.ndarray:
        stretch, place = divmod(number, STRETCH)
        if stretch != self._stretch:
            steps = self.STEP * np.arange(STRETCH * self.GRAINS) + self.GRAIN // 2
            levels = self._levels((stretch * STRETCH * self.HOP + steps) / self._rate)
            levels = np.broadcast_to(levels, (len(steps), 2, len(self._bands)))
            self._coming = levels.astype(np.float32).reshape(STRETCH, self.GRAINS, 2, -1)
            self._stretch = stretch
        # Not a matrix product: those wake threads, and differ from one processor to the next.
        return np.einsum("tcb,bf->tcf", self._coming[place], self._bands)

    def _rms(self) -> float:
        levels = self._levels(MOMENTS_S)
        overlaps = self._bands @ self._bands.T / self._unit**2
        power = np.einsum("tcb,bd,tcd->tc", levels, overlaps, levels).mean()
        return float(np.sqrt(power * self._kept()))
