"""Singing bowls: struck softly, they ring for most of a minute and beat slowly with themselves."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from audio.beds.pieces import PiecesLayer
from audio.curves import Value, keyframes_of, values_at

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
# Nobody waits longer for the first stroke.
FIRST_S = 3.0
# The level is that of strokes at least this often.
LEVELLED_S = 10.0
MALLET_S, DAMPED_S = 0.012, 1.0
HIGHEST_HZ = 18_000
# A partial is left out once it has fallen to e to the minus this: 87 dB.
SILENT = 10

# Worked out at a time: so many rows of so many frames, in groups small enough for one processor.
GRID, GROUPS, ROWS = 1024, 4, 8
# Strokes kept in memory: more than can ring at once.
KEPT_STROKES = 24


class Tones(NamedTuple):
    """Tones that die away: the real part of ``heights · exp(turns · frame)``, summed.

    ``turns`` is complex128 of shape (tones,), those that ring longest first, and ``heights`` of
    shape (2, tones).
    """

    turns: np.ndarray
    heights: np.ndarray


class Stroke(NamedTuple):
    """From one frame to another, its tones, and the first ``GRID`` frames of each as cosine and
    minus sine, float64 of shape (2 · tones, ``GRID``)."""

    begins: int
    stops: int
    tones: Tones
    within: np.ndarray


class BowlsLayer(PiecesLayer):
    """Bowls around ``pitch_hz``, struck every ``interval_s`` seconds, or at random with that mean.

    A bowl is tuned to what ``pitch_hz`` is when it is struck. ``strikes`` is ``regular`` or
    ``random``. At random a stroke comes up to 0.4 of the interval early or late, so that none is
    missed and no two fall together. ``level_db`` is that of the long run while strokes are 10 s
    apart or less; rarer ones are as loud as at 10 s.
    """

    HOP, TAIL = GROUPS * ROWS * GRID, 0

    def __init__(self, *, pitch_hz: Value, interval_s: float, strikes: str, **common) -> None:
        self._pitch_hz, self._interval_s = pitch_hz, interval_s
        self._stray = 0.4 if strikes == "random" else 0.0
        super().__init__(**common)

    def _prepare(self) -> None:
        self._stroke = lru_cache(KEPT_STROKES)(self._stroke_of)

    def energy_at(self, times_s: np.ndarray) -> np.ndarray:
        """That of the strokes that ring around times, but where they are close to each other."""
        if self._interval_s < LEVELLED_S:
            return super().energy_at(times_s)
        energy = np.zeros(len(times_s))
        earliest, latest = (times_s[[0, -1]] - (RINGING_S, 0)) / self._interval_s
        for strike in range(max(0, int(earliest) - 1), int(latest) + 2):
            stroke = self._stroke(strike)
            turns, heights = stroke.tones.turns, self._narrowed(stroke.tones.heights.copy())
            edges = np.divide((stroke.begins, stroke.stops), self._rate)
            rings = slice(*np.searchsorted(times_s, edges))
            since = times_s[rings] * self._rate - stroke.begins
            pointers = heights[..., np.newaxis] * np.exp(np.outer(turns, since))
            # The two of a pair beat slowly enough to be followed.
            pairs = pointers.reshape(2, len(turns) // 2, 2, len(since)).sum(axis=2)
            energy[rings] += np.square(np.abs(pairs)).sum(axis=(0, 1))
        return energy

    def _piece(self, number: int) -> np.ndarray:
        sound, start = np.zeros((2, self.HOP), np.float32), number * self.HOP
        earliest = (start / self._rate - RINGING_S) / self._interval_s
        latest = (start + self.HOP) / self._rate / self._interval_s
        for strike in range(max(0, int(earliest) - 1), int(latest) + 2):
            stroke = self._stroke(strike)
            since = start - stroke.begins
            skipped = max(0, -since)
            if skipped < self.HOP and start < stroke.stops:
                rings = self._ringing_of(stroke, since + skipped)
                sound[:, skipped:] += rings[:, : self.HOP - skipped]
        return sound

    def _ringing_of(self, stroke: Stroke, since: int) -> np.ndarray:
        """A piece of a stroke that begins ``since`` frames after it, float64 of shape (2, HOP)."""
        turns, heights = stroke.tones
        live = np.count_nonzero(since * -turns.real < SILENT)
        firsts = since + GRID * np.arange(GROUPS * ROWS)
        pointers = heights[:, np.newaxis, :live] * np.exp(np.outer(firsts, turns[:live]))
        # Processors add in orders of their own: rounded from float64, the sums are the same.
        parts = pointers.view(np.float64).reshape(2, GROUPS, ROWS, 2 * live)
        sound = (parts @ stroke.within[: 2 * live]).reshape(2, self.HOP)
        frames = since + np.arange(self.HOP)
        if since < MALLET_S * self._rate:
            sound *= np.sin(np.pi / 2 * np.minimum(1, frames / (MALLET_S * self._rate))) ** 2
        damped = (RINGING_S - frames[[0, -1]] / self._rate) / DAMPED_S
        if damped[1] < 1:
            sound *= np.clip(np.linspace(*damped, self.HOP), 0, 1)
        return sound

    def _stroke_of(self, strike: int) -> Stroke:
        """Stroke number ``strike``: when it falls, on which bowl, and how hard, is chance."""
        early, which, force = (float(self._chance(n, np.array([strike]))[0]) for n in range(3))
        first_s = min(FIRST_S, 0.1 * self._interval_s)
        begins_s = first_s + (strike + self._stray * (2 * early - 1)) * self._interval_s
        begins_s = max(0, begins_s)
        pitch_hz = values_at(self._pitch_hz, np.array([begins_s]))[0]
        tones = self._tones(pitch_hz, *BOWLS[int(which * len(BOWLS))])
        tones = tones._replace(heights=tones.heights * self._gain * (0.6 + 0.4 * force))
        within = np.exp(np.outer(tones.turns, np.arange(GRID)))
        rows = np.stack([within.real, -within.imag], axis=1).reshape(-1, GRID)
        begins, rings = round(begins_s * self._rate), SILENT / -tones.turns.real.max()
        return Stroke(begins, begins + min(round(RINGING_S * self._rate), int(rings)), tones, rows)

    def _tones(self, pitch_hz: float, ratio: float, place: float) -> Tones:
        """Those of a bowl struck once."""
        lowest_hz = pitch_hz * ratio
        ratios, sizes, decays_s = np.array([p for p in PARTIALS if p[0] * lowest_hz < HIGHEST_HZ]).T
        split = np.outer(BEATS_HZ[: len(ratios)], (-0.5, 0.5))
        falls_s = decays_s[:, np.newaxis] * np.sqrt(220 / lowest_hz)
        hz = lowest_hz * ratios[:, np.newaxis] + split
        turns = (2j * np.pi * hz - 1 / falls_s) / self._rate
        sides = np.array([[np.cos(np.pi / 2 * place)], [np.sin(np.pi / 2 * place)]])
        # Sines in both ears, but the upper one of a pair a quarter behind in the right.
        phases = np.array([[-1j, -0.5j], [-1j, 0.5]])
        heights = sides[:, np.newaxis] * sizes[:, np.newaxis] * phases[:, np.newaxis]
        return Tones(turns.reshape(-1), heights.reshape(2, -1))

    def _rms(self) -> float:
        """RMS over the ringing of a stroke, so rare strokes are no louder than frequent ones."""
        pitches_hz = [frame.value for frame in keyframes_of(self._pitch_hz)]
        bowls = [self._tones(hz, *bowl) for hz in pitches_hz for bowl in BOWLS]
        energy = np.mean([_energy(turns, self._narrowed(heights)) for turns, heights in bowls])
        forces = 0.6 + 0.4 * (np.arange(100) + 0.5) / 100
        ringing_s = min(self._interval_s, LEVELLED_S)
        return float(np.sqrt(energy * np.mean(forces**2) / (ringing_s * self._rate)))


def _energy(turns: np.ndarray, heights: np.ndarray) -> float:
    """Sum of the squares of all frames of :class:`Tones`, the mean of both ears: the integral."""
    # A real part is half the sum with what mirrors it, and each product of two has an integral.
    turns, heights = np.append(turns, turns.conj()), np.hstack([heights, heights.conj()]) / 2
    integrals = -1 / np.add.outer(turns, turns)
    return float(np.einsum("ek,kl,el->", heights, integrals, heights).real / 2)
