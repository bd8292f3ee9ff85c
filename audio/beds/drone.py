"""A warm pad in a key: every overtone of every note is a narrow band of noise, which drifts and
beats slowly by itself, as many players on one note do (after Nasca's PADsynth)."""

from functools import cache
from typing import ClassVar

import numpy as np

from audio.beds.grains import GrainsLayer

KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
# Semitones above the key note.
CHORDS = {
    "octave": (0, 12),
    "fifth": (0, 7, 12),
    "major": (0, 7, 12, 16),
    "minor": (0, 7, 12, 15),
}
# Overtones up to here, each softer than the last; a low-pass keeps the pad warm.
OVERTONES = 14
DARK_HZ = 900
# Half the breadth of the band around an overtone.
CENTS = 6


def note_hz(key: str, octave: int) -> float:
    """Frequency in equal temperament; A of octave 4 is 440 Hz."""
    return 440 * 2 ** (octave - 4 + (KEYS.index(key) - KEYS.index("A")) / 12)


# Complex numbers in the random row from which all spectra are made, and what it is seeded with.
WHITE_BINS = 2**18
WHITE_SEED = 20_110_711


@cache
def white_spectrum() -> np.ndarray:
    """The random row: float32, real and imaginary parts in turn, each normal with variance one.

    They are sums of eight whole numbers, which every processor adds alike.
    """
    words = np.random.PCG64(WHITE_SEED).random_raw(2 * WHITE_BINS)
    sums = words.view(np.int8).reshape(-1, 8).sum(axis=1, dtype=np.float32)
    # Whole numbers spread evenly over 8 bits have a standard deviation of 2⁷/√3.
    return sums * np.float32(np.sqrt(3 / 8) / 2**7)


class DroneLayer(GrainsLayer):
    """The note ``key`` of ``octave`` and those of its ``chord`` above, for ever.

    A grain is the inverse Fourier transform of random numbers times the magnitudes wanted. The
    random numbers of each grain are a stretch of one long row (:func:`white_spectrum`), from a
    random place on. A stretch that begins elsewhere, if only one number on, makes another noise:
    not a frame of it is that of the first, nor are the two alike when they are moved.
    """

    # Long grains, for lines half a hertz wide, that fade into each other all the time.
    GRAIN: ClassVar[int] = 131_072
    FADE: ClassVar[int] = 65_536
    GRAINS: ClassVar[int] = 2
    BINS: ClassVar[int] = GRAIN // 2 + 1

    def __init__(self, *, key: str, octave: int, chord: str, **common) -> None:
        root = note_hz(key, octave)
        self._notes_hz = [root * 2 ** (step / 12) for step in CHORDS[chord]]
        super().__init__(**common)

    def _prepare(self) -> None:
        super()._prepare()
        # The ears are a little out of tune with each other.
        power = np.array([self._chord(detuned) for detuned in (0.9995, 1.0005)]) ** 2
        power *= (self.GRAIN / 2) ** 2 / power.sum(axis=-1, keepdims=True)
        # Each magnitude twice, for the real and for the imaginary part.
        self._magnitudes = np.sqrt(power).astype(np.float32).repeat(2, axis=-1)
        self._spectrum = np.empty((self.GRAINS, 2, self.BINS), np.complex64)

    def _fill(self, grains: np.ndarray, number: int) -> None:
        white, floats = white_spectrum(), 2 * self.BINS
        starts = iter(self._places(number, among=WHITE_BINS - self.BINS))
        for ears in self._spectrum.view(np.float32):
            for spectrum, magnitudes in zip(ears, self._magnitudes, strict=True):
                start = 2 * next(starts)
                np.multiply(white[start : start + floats], magnitudes, out=spectrum)
        np.fft.irfft(self._spectrum, out=grains)
        grains *= self._gain

    def _rms(self) -> float:
        return float(np.sqrt(self._kept()))

    def _chord(self, detuned: float) -> np.ndarray:
        bins_hz = np.arange(self.BINS) * (self._rate / self.GRAIN)
        magnitudes = np.zeros(self.BINS)
        for note in self._notes_hz:
            for overtone in range(1, OVERTONES + 1):
                hz = note * overtone * detuned
                breadth = max(hz * (2 ** (CENTS / 1200) - 1), 0.25)
                height = overtone**-1.2 / (1 + (hz / DARK_HZ) ** 2) / np.sqrt(breadth)
                magnitudes += height * np.exp(-(((bins_hz - hz) / breadth) ** 2) / 2)
        return magnitudes
