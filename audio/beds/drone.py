"""A warm pad in a key: every overtone of every note is a narrow band of noise, which drifts and
beats slowly by itself, as many players on one note do (after Nasca's PADsynth)."""

from typing import ClassVar

import numpy as np

from audio.beds.spectral import SpectralLayer

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


class DroneLayer(SpectralLayer):
    """The note ``key`` of ``octave`` and those of its ``chord`` above, for ever."""

    # Long grains, for lines half a hertz wide, that fade into each other all the time.
    GRAIN: ClassVar[int] = 131_072
    FADE: ClassVar[int] = 65_536
    GRAINS: ClassVar[int] = 2

    def __init__(self, *, key: str, octave: int, chord: str, **common) -> None:
        root = note_hz(key, octave)
        self._notes_hz = [root * 2 ** (step / 12) for step in CHORDS[chord]]
        super().__init__(**common)

    def _prepare(self) -> None:
        super()._prepare()
        # The ears are a little out of tune with each other.
        power = np.array([self._chord(detuned) for detuned in (0.9995, 1.0005)]) ** 2
        power *= self._unit**2 / power.sum(axis=-1, keepdims=True)
        self._shape = np.sqrt(power).astype(np.float32).repeat(2, axis=-1)

    def _magnitudes(self, number: int) -> np.ndarray:
        return np.broadcast_to(self._gain * self._shape, (self.GRAINS, 2, 2 * self.BINS))

    def _rms(self) -> float:
        return float(np.sqrt(self._kept()))

    def _chord(self, detuned: float) -> np.ndarray:
        magnitudes = np.zeros(self.BINS)
        for note in self._notes_hz:
            for overtone in range(1, OVERTONES + 1):
                hz = note * overtone * detuned
                breadth = max(hz * (2 ** (CENTS / 1200) - 1), 0.25)
                height = overtone**-1.2 / (1 + (hz / DARK_HZ) ** 2) / np.sqrt(breadth)
                magnitudes += height * np.exp(-(((self._bins_hz - hz) / breadth) ** 2) / 2)
        return magnitudes
