"""Singing bowls: struck softly, they ring for most of a minute and beat slowly with themselves."""

import numpy as np

from audio.beds.layer import BedLayer

# Partials of a bronze bowl: frequency over that of the lowest, amplitude, and the time in which it
# falls to 1/e at a lowest partial of 220 Hz, in seconds (after Inácio, Henrique and Antunes, 2006).
PARTIALS = (
    (1.00, 1.00, 7.0),
    (2.78, 0.55, 4.5),
    (5.18, 0.28, 2.4),
    (8.16, 0.12, 1.3),
    (11.66, 0.05, 0.7),
)
# Every partial is a pair, because no bowl is quite round; the two beat this often a second, and
# not in the same moment in both ears.
BEATS_HZ = (0.45, 0.9, 1.7, 2.6, 3.4)

# Three bowls: each pitch over that of the first, and its place from left (0) to right (1).
BOWLS = ((1.0, 0.5), (1.5, 0.25), (2.0, 0.72))

RINGING_S = 45.0
# The level is that of strokes at least this often.
LEVELLED_S = 10.0
MALLET_S = 0.012
GRID = 1024
HIGHEST_HZ = 18_000


class BowlsLayer(BedLayer):
    """Bowls around ``pitch_hz``, struck every ``interval_s`` seconds, or at random with that mean.

    ``strikes`` is ``regular`` or ``random``. At random a stroke comes up to 0.4 of the interval
    early or late, so that none is missed and no two fall together. ``level_db`` is that of the
    long run while strokes are 10 s apart or less; rarer ones are as loud as at 10 s.
    """

    def __init__(self, *, pitch_hz: float, interval_s: float, strikes: str, **common) -> None:
        self._pitch_hz, self._interval_s = pitch_hz, interval_s
        self._stray = 0.4 if strikes == "random" else 0.0
        super().__init__(**common)

    def _prepare(self) -> None:
        self._waves = [
            self._narrowed(self._wave(self._pitch_hz * ratio, place)) for ratio, place in BOWLS
        ]

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the frames from ``start`` on to ``block``, float64 of shape (frames, 2)."""
        stop, interval = start + len(block), self._interval_s * self._rate
        ringing = self._waves[0].shape[1]
        for strike in range(int((start - ringing) // interval) - 1, int(stop // interval) + 2):
            if strike < 0:
                continue
            begins, bowl, force = self._strike(strike)
            first, last = max(start, begins), min(stop, begins + ringing)
            if first < last:
                sound = self._waves[bowl][:, first - begins : last - begins] * force
                block[first - start : last - start] += sound.T

    def _strike(self, strike: int) -> tuple[int, int, np.float32]:
        """When stroke number ``strike`` falls (frame), on which bowl, and how hard."""
        early, which, force = (float(self._chance(n, np.array([strike]))[0]) for n in range(3))
        begins_s = (strike + 0.1 + self._stray * (2 * early - 1)) * self._interval_s
        gain = self._gain * (0.6 + 0.4 * force)
        return max(0, round(begins_s * self._rate)), int(which * len(BOWLS)), np.float32(gain)

    def _rms(self) -> float:
        """RMS over the ringing of a stroke, so rare strokes are no louder than frequent ones."""
        # Added up in float32, it would be another level on another processor.
        energy = np.mean([np.square(w).sum(dtype=np.float64) / 2 for w in self._waves])
        forces = 0.6 + 0.4 * (np.arange(100) + 0.5) / 100
        ringing_s = min(self._interval_s, LEVELLED_S)
        return float(np.sqrt(energy * np.mean(forces**2) / (ringing_s * self._rate)))

    def _wave(self, lowest_hz: float, place: float) -> np.ndarray:
        """A bowl struck once, float32 of shape (2, frames)."""
        wave = np.zeros((2, round(RINGING_S * self._rate)), np.float32)
        sides = np.array([[np.cos(np.pi / 2 * place)], [np.sin(np.pi / 2 * place)]], np.float32)
        for (ratio, height, decay_s), beat_hz in zip(PARTIALS, BEATS_HZ, strict=True):
            hz, falls_s = lowest_hz * ratio, decay_s * np.sqrt(220 / lowest_hz)
            if hz > HIGHEST_HZ:
                continue
            lower = self._ring(hz - beat_hz / 2, falls_s)
            upper = self._ring(hz + beat_hz / 2, falls_s)
            pair = [lower.imag + 0.5 * upper.imag, lower.imag + 0.5 * upper.real]
            wave[:, : len(lower)] += np.float32(height) * sides * pair
        rise = round(MALLET_S * self._rate)
        wave[:, :rise] *= np.sin(np.pi / 2 * np.arange(rise) / rise) ** 2
        wave[:, -self._rate :] *= np.linspace(1, 0, self._rate, dtype=np.float32)
        return wave

    def _ring(self, hz: float, falls_s: float) -> np.ndarray:
        """A turning phasor that dies away, complex64, until it is 85 dB down."""
        rows = round(min(10 * falls_s, RINGING_S) * self._rate) // GRID
        turn = (2j * np.pi * hz - 1 / falls_s) / self._rate
        firsts, within = (np.exp(turn * np.arange(n) * s) for n, s in ((rows, GRID), (GRID, 1)))
        return np.outer(firsts.astype(np.complex64), within.astype(np.complex64)).reshape(-1)
