"""Values that move: keyframes in time, the curve from each to the next, and the phase they make."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from audio.scratch import Scratch

Curve = Literal["step", "linear", "smooth", "exponential"]

# A level that jumps would click, so a step of it takes this long.
SOFT_STEP_S = 0.01

# The phase is a polynomial over at most so many frames, and an exponential curve moves by at most
# e within them, for which a Taylor series converges fast.
CELL_FRAMES = 2**17
SMALLEST_TERM = 1e-12
# Cells kept in memory: those that neighbouring stretches of sound share.
CELLS_KEPT = 4
MOST_DERIVATIVES = 18

# Frames and keyframes that differ by rounding only are at the same time.
_SAME_TIME_S = 1e-9

_COUNT = np.arange(CELL_FRAMES, dtype=np.float64)


class Keyframe(NamedTuple):
    """A value at a time; ``curve`` says how one gets from here to the next keyframe.

    step
        Stay, and jump when the next keyframe comes.
    linear
        Equal steps in equal times.
    smooth
        As 3u² − 2u³: the movement begins and ends at rest.
    exponential
        Equal ratios in equal times; both values have the same sign, and neither is 0.
    """

    time_s: float
    value: float
    curve: Curve = "linear"


Value = float | tuple[Keyframe, ...]


def keyframes_of(value: Value) -> tuple[Keyframe, ...]:
    """The keyframes of a value; one alone for a value that stands still."""
    return value if isinstance(value, tuple) else (Keyframe(0.0, value, "step"),)


def highest(value: Value) -> float:
    """The greatest value there ever is."""
    return max(frame.value for frame in keyframes_of(value))


def values_at(value: Value, times_s: np.ndarray) -> np.ndarray:
    """The value at each of ``times_s``, in any order; float64.

    Before the first keyframe and after the last it stands still.
    """
    frames = keyframes_of(value)
    values = np.full(len(times_s), float(frames[0].value))
    passed = np.searchsorted([frame.time_s for frame in frames], times_s, side="right")
    for n in range(max(1, passed.min()), passed.max() + 1):
        inside = passed == n
        here, there = frames[n - 1], frames[n : n + 1]
        values[inside] = _between(here, *there, times_s[inside]) if there else here.value
    return values


def _between(here: Keyframe, there: Keyframe, times_s: np.ndarray) -> np.ndarray:
    done = np.minimum((times_s - here.time_s) / (there.time_s - here.time_s), 1)
    if here.curve == "step":
        return np.where(done < 1, here.value, there.value)
    if here.curve == "exponential":
        return here.value * (there.value / here.value) ** done
    if here.curve == "smooth":
        done = done * done * (3 - 2 * done)
    return here.value + (there.value - here.value) * done


def cycles_at(value: Value, times_s: np.ndarray) -> np.ndarray:
    """Cycles that a frequency has gone through at each of ``times_s``; float64, any shape.

    Good to 10⁻⁹ after hours; :class:`Phase` is for samples.
    """
    movement = _Movement(value)
    cycles = np.zeros(times_s.shape)
    passed = np.searchsorted(movement.starts, times_s, side="right")
    for n in np.unique(passed):
        inside = passed == n
        cycles[inside] = movement.stretches[n].integral(times_s[inside])
    return cycles


def softened(value: Value) -> Value:
    """The value with each step taken in the last 10 ms before it, smoothly."""
    frames = keyframes_of(value)
    soft = []
    for here, there in zip(frames, (*frames[1:], None), strict=True):
        if here.curve == "step" and there is not None:
            leave_s = max(here.time_s, there.time_s - SOFT_STEP_S)
            if leave_s > here.time_s:
                soft.append(here)
            here = Keyframe(leave_s, here.value, "smooth")
        soft.append(here)
    return tuple(soft)


@dataclass(frozen=True)
class _Stretch:
    """A frequency from one keyframe to the next; ``before`` is its integral up to here."""

    here: Keyframe
    there: Keyframe | None
    before: np.longdouble

    @property
    def length_s(self) -> float:
        return self.there.time_s - self.here.time_s

    @property
    def log_ratio(self) -> float:
        """How often the value grows by e on the way; 0 where the curve is no exponential."""
        if self.there is None or self.here.curve != "exponential":
            return 0.0
        return math.log(self.there.value / self.here.value)

    def integral(self, time_s: np.longdouble) -> np.longdouble:
        """Cycles from the start of the track to ``time_s`` in this stretch, in closed form."""
        since = time_s - self.here.time_s
        moved = since * self.here.value
        if self.there is not None:
            rise, done = self.there.value - self.here.value, since / self.length_s
            if self.here.curve == "linear":
                moved += rise * since * done / 2
            elif self.here.curve == "smooth":
                moved += rise * since * done**2 * (1 - done / 2)
            elif self.log_ratio:
                growth = self.log_ratio / self.length_s
                moved = self.here.value * np.expm1(growth * since) / growth
        return self.before + moved

    def derivatives(self, time_s: float) -> list[float]:
        """The frequency at ``time_s`` and as many of its derivatives by time as matter."""
        since = time_s - self.here.time_s
        if self.there is None or self.here.curve == "step":
            return [self.here.value]
        rise, done = self.there.value - self.here.value, since / self.length_s
        if self.here.curve == "linear":
            return [self.here.value + rise * done, rise / self.length_s]
        if self.here.curve == "smooth":
            return [
                self.here.value + rise * done * done * (3 - 2 * done),
                rise * 6 * done * (1 - done) / self.length_s,
                rise * (6 - 12 * done) / self.length_s**2,
                rise * -12 / self.length_s**3,
            ]
        growth = self.log_ratio / self.length_s
        value = self.here.value * math.exp(growth * since)
        return [value * growth**n for n in range(MOST_DERIVATIVES)]


class _Movement:
    """A frequency that moves, and its integral."""

    def __init__(self, value: Value) -> None:
        frames = keyframes_of(value)
        self.starts = [frame.time_s for frame in frames]
        before = np.longdouble(frames[0].value) * frames[0].time_s
        self.stretches = [_Stretch(Keyframe(0.0, frames[0].value, "step"), None, np.longdouble(0))]
        for here, there in zip(frames, (*frames[1:], None), strict=True):
            stretch = _Stretch(here, there, before)
            self.stretches.append(stretch)
            if there is not None:
                before = stretch.integral(np.longdouble(there.time_s))

    def at(self, time_s: float) -> _Stretch:
        return self.stretches[bisect_right(self.starts, time_s + _SAME_TIME_S)]


class Phase:
    """What frequencies come to: the integrals of sums of moving frequencies over time.

    Each stretch between keyframes has a closed form, which is evaluated in extended precision
    once for each cell; within the cell the phase is a polynomial in the number of frames since
    its start, small enough for float64 to hold to 10⁻¹¹ cycles. So nothing accumulates, however
    late in the track, and a frame's phase depends on its number alone.

    Parameters
    ----------
    tones : for each tone its parts, (weight, value in Hz), as in ``[(1, carrier), (0.5, beat)]``.
    sample_rate : frames a second.
    shift : phase at the start of the track, in cycles.
    """

    def __init__(
        self, *tones: Sequence[tuple[float, Value]], sample_rate: int, shift: float = 0.0
    ) -> None:
        self._rate, self._shift, self.tones = sample_rate, shift, len(tones)
        self._tones = [[(weight, _Movement(value)) for weight, value in tone] for tone in tones]
        values = [value for tone in tones for _, value in tone]
        times = {frame.time_s for value in values for frame in keyframes_of(value)}
        frames = (math.ceil((time_s - _SAME_TIME_S / 2) * sample_rate) for time_s in times)
        self._edges = sorted({0, *frames})
        self._sizes = [self._cell_frames(edge) for edge in self._edges]
        self._terms = lru_cache(CELLS_KEPT)(self._terms_of)
        self._scratch = Scratch()

    def cycles(self, start: int, count: int, *, every: int = 1) -> np.ndarray:
        """Phases in cycles, less whole ones: float64 in −0.5…0.5, shape (tones, ``count``).

        They are those of the frames ``every`` so many from ``start`` on. The memory is used again
        by the next call with the same ``every``.
        """
        turns = self._scratch(f"turns {every}", (len(self._tones), count))
        done, end = 0, start + count * every
        while done < count:
            here = start + done * every
            first, stop, terms = self._cell(here)
            passed = _COUNT[here - first : min(stop, end) - first : every]
            part = turns[:, done : done + len(passed)]
            np.multiply(passed, terms[-1], out=part)
            for term in terms[-2:0:-1]:
                part += term
                part *= passed
            part += terms[0]
            done += len(passed)
        turns -= np.rint(turns, out=self._scratch(f"whole {every}", turns.shape))
        return turns

    def is_smooth(self, start: int, stop: int) -> bool:
        """Whether no keyframe lies between two frames, so that all frequencies move smoothly."""
        return bisect_right(self._edges, start) == bisect_right(self._edges, stop - 1)

    def _cell(self, frame: int) -> tuple[int, int, np.ndarray]:
        """The cell that ``frame`` lies in: its first frame, the one after its last, and the terms
        of its polynomials, lowest first, of shape (terms, tones, 1)."""
        # Frames before the track go on as its first ones do.
        edge = max(0, bisect_right(self._edges, frame) - 1)
        first = self._edges[edge]
        size = self._sizes[edge]
        first += (frame - first) // size * size
        stop = min([first + size, *self._edges[edge + 1 : edge + 2]])
        return first, stop, self._terms(first, stop - first)

    def _cell_frames(self, first: int) -> int:
        time_s = first / self._rate
        stretches = [part.at(time_s) for tone in self._tones for _, part in tone]
        speeds = [abs(s.log_ratio) / s.length_s for s in stretches if s.log_ratio]
        return max(1, min([CELL_FRAMES, *(int(self._rate / speed) for speed in speeds)]))

    def _terms_of(self, first: int, frames: int) -> np.ndarray:
        time_s = np.longdouble(first) / self._rate
        terms = np.zeros((MOST_DERIVATIVES + 1, len(self._tones)))
        for number, tone in enumerate(self._tones):
            total = np.longdouble(self._shift)
            for weight, part in tone:
                stretch = part.at(float(time_s))
                total += weight * stretch.integral(time_s)
                for n, rate in enumerate(stretch.derivatives(float(time_s)), start=1):
                    terms[n, number] += weight * rate / math.factorial(n) / self._rate**n
            terms[0, number] = total - np.rint(total)
        reach = np.abs(terms).max(axis=1) * float(frames) ** np.arange(len(terms))
        matter = np.flatnonzero(reach[2:] > SMALLEST_TERM)
        return terms[: 3 + matter[-1] if len(matter) else 2, :, np.newaxis]
