"""What all beds share: a level, a width, and chance that follows from the seed."""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from audio.beds.chance import chance, drift
from audio.levels import rms_of
from audio.randomness import Stream


class BedLayer(ABC):
    """A sound without end that follows from its seed; blocks may be of any size.

    Parameters
    ----------
    level_db : RMS level a channel in the long run, in dBFS after AES17.
    width : 1 as wide as the sound is made, 0 the same in both ears; the level stays.
    seed : one whole number from 0 on, or several: another seed is another sound of its kind.
    sample_rate : frames a second.
    dtype : in which sums are made that processors add in orders of their own; float64 lets them
        agree to the last of 24 bits.
    look : called every now and then while a recording is read; may raise, to stop that.
    """

    def __init__(
        self,
        *,
        level_db: float,
        width: float = 1.0,
        seed: int | tuple[int, ...] = 0,
        sample_rate: int = 44_100,
        dtype: type = np.float64,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self._look = look
        self._rate, self._dtype = sample_rate, dtype
        self._entropy = seed
        self._kind = zlib.crc32(type(self).__name__.encode())
        self._keys = self._seeds(0).generate_state(17, np.uint64).tolist()
        self._narrowing = (1 - width) / 2
        self._prepare()
        self._gain = np.float32(rms_of(level_db) / self._rms())

    @abstractmethod
    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the frames from ``start`` on to ``block``, floats of shape (frames, 2)."""

    def energy_at(self, times_s: np.ndarray) -> np.ndarray:
        """The sound's energy around times, in any unit, as far as it is known beforehand."""
        return np.ones(len(times_s))

    @abstractmethod
    def _rms(self) -> float:
        """RMS a channel in the long run, before the gain and after the narrowing."""

    @abstractmethod
    def _prepare(self) -> None:
        """Make what is made only once."""

    def _narrowed(self, sound: np.ndarray) -> np.ndarray:
        """Bring the channels of ``sound``, shape (2, frames), together in place."""
        if self._narrowing:
            given = (sound[0] - sound[1]) * np.float32(self._narrowing)
            sound[0] -= given
            sound[1] += given
        return sound

    def _kept(self, likeness: float = 0.0) -> float:
        """Part of the power that :meth:`_narrowed` leaves of channels with this correlation."""
        n = self._narrowing
        return (1 - n) ** 2 + n**2 + 2 * n * (1 - n) * likeness

    def _seeds(self, *key: int) -> np.random.SeedSequence:
        return np.random.SeedSequence(self._entropy, spawn_key=(Stream.NOISE, self._kind, *key))

    def _chance(self, which: int, index: np.ndarray) -> np.ndarray:
        """Random numbers 0…1, one for each ``index``; ``which`` (0 to 16) names the series."""
        return chance(self._keys[which], index)

    def _drift(self, which: int, times: np.ndarray, period_s: float) -> np.ndarray:
        """A smooth aimless movement 0…1 over ``times`` in seconds, on average 1/2."""
        return drift(self._keys[which], times, period_s)
