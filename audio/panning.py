"""How loud a sound is in each ear: its level, its place between the ears, and its turning."""

import numpy as np

from audio.curves import (
    Phase,
    Value,
    cycles_at,
    highest,
    keyframes_of,
    softened,
    values_at,
)
from audio.knots import KNOT_FRAMES, between_knots, knots_of
from audio.levels import amplitude_of
from audio.waves import Cosine

Gain = float | np.ndarray


class Balance:
    """Gains of the two ears for a sound that may grow, wander and turn.

    Towards one side the other ear falls off as a quarter cosine while this one stays as it is,
    so the sound never exceeds its level.

    Parameters
    ----------
    level_db : of the louder ear.
    pan : place from −1 (left) over 0 (middle) to 1 (right).
    spin_hz : times a second that the sound swings around its place and back, as far as there is
        room.
    """

    def __init__(
        self, *, level_db: Value, pan: Value = 0.0, spin_hz: Value = 0.0, sample_rate: int
    ) -> None:
        self._rate = sample_rate
        self._level_db, self._pan = softened(level_db), softened(pan)
        self._spin = None
        if highest(spin_hz):
            self._spin = Phase([(1, spin_hz)], sample_rate=sample_rate, shift=-0.25)
            self._swing = Cosine()
        self._moves = self._spin is not None or any(
            len(keyframes_of(value)) > 1 for value in (level_db, pan)
        )
        if not self._moves:
            left, right = self._at(np.zeros(1, np.int64))
            self._still = float(left[0]), float(right[0])

    def gains(self, start: int, frames: int) -> tuple[Gain, Gain]:
        """Gain of the left and of the right ear: numbers, or arrays of shape (frames,)."""
        if not self._moves:
            return self._still
        left, right = self._at(knots_of(start, frames))
        return between_knots(left, start, frames), between_knots(right, start, frames)

    def _at(self, knots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        times_s = knots / self._rate
        gain = amplitude_of(values_at(self._level_db, times_s))
        place = values_at(self._pan, times_s)
        if self._spin is not None:
            cycles = self._spin.cycles(int(knots[0]), len(knots), every=KNOT_FRAMES)
            place = swung(place, self._swing(cycles[0]))
        left, right = ears_of(place)
        return gain * left, gain * right


def swung(place: np.ndarray, swing: np.ndarray) -> np.ndarray:
    """Places −1…1 moved by a swing −1…1, as far as there is room."""
    return place + (1 - np.abs(place)) * swing


def energy_at(
    times_s: np.ndarray, *, level_db: Value, pan: Value = 0.0, spin_hz: Value = 0.0
) -> np.ndarray:
    """What a :class:`Balance` makes of a sound's energy, as the mean of both ears."""
    place = values_at(softened(pan), times_s)
    if highest(spin_hz):
        place = swung(place, np.sin(2 * np.pi * cycles_at(spin_hz, times_s)))
    left, right = ears_of(place)
    return (left**2 + right**2) / 2 * amplitude_of(values_at(softened(level_db), times_s)) ** 2


def ears_of(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gains of the left and of the right ear for places from −1 to 1."""
    left, right = (np.cos(np.pi / 2 * np.maximum(0, side)) for side in (place, -place))
    return left, right
