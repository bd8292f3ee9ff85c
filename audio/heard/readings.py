"""What was measured of a beat, and the excerpt that it was measured in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soundfile

from audio.curves import Value, values_at


@dataclass(frozen=True)
class Reading:
    """One beat at ``time_s``.

    Attributes
    ----------
    carrier_hz, beat_hz : as measured; None where no such tone, or no pulse, stands out.
    carrier_error_hz, beat_error_hz : measured less meant; None if nothing was meant or found.
    snr_db : power of the tone over all else but the other beats: noise, beds and voices as well.
    depth : how far an isochronic or embedded beat lets the whole sound down, 0 to 1. Where other
        sounds go on meanwhile it is less than that of the beat itself.
    """

    time_s: float
    carrier_hz: float | None = None
    beat_hz: float | None = None
    carrier_error_hz: float | None = None
    beat_error_hz: float | None = None
    snr_db: float | None = None
    depth: float | None = None


@dataclass(frozen=True)
class HeardBeat:
    """A beat of ``kind`` (binaural, monaural, isochronic, embedded, or a plain tone)."""

    kind: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Excerpt:
    """A piece of the recording, shape (frames, 2), that begins at frame ``start``."""

    sound: np.ndarray
    start: int
    rate: int

    @property
    def times_s(self) -> np.ndarray:
        """The time of each frame in the recording."""
        return np.arange(self.start, self.start + len(self.sound)) / self.rate

    @property
    def middle_s(self) -> float:
        """The time of its middle."""
        return (self.start + len(self.sound) // 2) / self.rate

    def at_middle(self, value: Value) -> float:
        """What a value that moves is there."""
        return float(values_at(value, np.array([self.middle_s]))[0])

    def without(self, models: Sequence[np.ndarray]) -> "Excerpt":
        """The rest once these sounds, each of its shape, are taken away."""
        return Excerpt(self.sound - sum(models), self.start, self.rate) if models else self


def excerpt_at(file: soundfile.SoundFile, frames: int, place: float, length_s: float) -> Excerpt:
    """So much of the first ``frames`` of ``file``, or all of them, with ``place`` (0 to 1) of the
    rest before it."""
    length = min(frames, round(length_s * file.samplerate))
    start = round(place * (frames - length))
    file.seek(start)
    return Excerpt(file.read(length, dtype="float64", always_2d=True), start, file.samplerate)
