"""What is known of a part of the mix before it is rendered: its energy in each tenth of a second.

A part's course in time is known from the spec, and how loud it is for that from short excerpts
heard here and there. Each spoken line is heard once and counted wherever it is spoken.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from audio.excerpts import (
    EXCERPT_S,
    EXCERPT_STEPS,
    HOPS_A_SECOND,
    HOPS_A_STEP,
    NOTHING,
    Excerpt,
    Layer,
    Listener,
)
from audio.limiter import REACH_S
from audio.loudness import STEPS_A_SECOND, windowed

STEP_S = 1 / STEPS_A_SECOND

# An excerpt is heard where the part is loudest within so many steps, not in a slow beat's pause.
_NEAR_STEPS = 40

# Each part is heard in so many places, and in twice as many again while too little is known of it,
# up to so many or to one excerpt in so many seconds.
FIRST_PLACES, MOST_PLACES = 8, 128
EVERY_S = 12.5

# Lines heard; the others are taken to be as loud as these.
MOST_LINES = 16

# Middles of an excerpt's steps.
_STEPS_S = (np.arange(EXCERPT_STEPS) + 0.5) * STEP_S

# What is this much softer than the loudest, as a course, never meets the limiter.
_FAINT = 1e-4

# Steps of a curve that are worked out at a time.
_SAMPLED = 2**13

_LIMITER_HOPS = round(REACH_S * HOPS_A_SECOND)
_GOLDEN_RATIO = (5**0.5 - 1) / 2

Curve = Callable[[np.ndarray], np.ndarray]


def ones(times_s: np.ndarray) -> np.ndarray:
    """1 at every time."""
    return np.ones(len(times_s))


@dataclass(frozen=True)
class Part:
    """A layer of the mix, or several that may move together, such as all beats.

    Attributes
    ----------
    layer : makes the sound; of no other use afterwards, as it has been asked out of order.
    course : energy in the steps of ``STEP_S`` around times in seconds, in any unit, as far as it is
        known: that of its level at least.
    gain : further gain at times in seconds that ``layer`` does not apply itself: ducking.
    period_s : after so long the same is heard again.
    tonal : whether its peaks come so regularly that they add to those of the others.
    """

    layer: Layer
    course: Curve = ones
    gain: Curve = ones
    period_s: float = math.inf
    tonal: bool = False


@dataclass(frozen=True)
class Line:
    """A spoken line at one of its places, in frames; equal ``text`` means equal sound."""

    text: str
    start: int
    frames: int


class PartGuess:
    """A part's energy in each tenth of a second: its course in time, as loud as it was heard."""

    def __init__(self, listener: Listener, part: Part, fade: Curve) -> None:
        self._listener, self._part = listener, part
        self.tonal = part.tonal
        self._known = _sampled(part.course, listener.times_s)
        changed = _sampled(lambda times_s: part.gain(times_s) * fade(times_s), listener.times_s)
        self._course = self._known * np.square(changed, out=changed)
        self._heard: list[tuple[float, Excerpt]] = []
        self.hear_more()

    @property
    def is_known_well(self) -> bool:
        """Whether so much was heard that no more will be."""
        return len(self._heard) >= max(MOST_PLACES, self._listener.duration_s / EVERY_S)

    @property
    def doubt(self) -> float:
        """How far the energy may be off, as a part of it: its standard error."""
        heard = [excerpt.energies.mean() for _, excerpt in self._heard]
        return float(np.std(heard) / (np.mean(heard) + NOTHING) / np.sqrt(len(heard)))

    def hear_more(self) -> None:
        """Hear as many excerpts again as there are, each far from all others."""
        count = len(self._heard)
        # Multiples of the golden ratio fill a circle evenly, however many there are.
        numbers = np.arange(count, max(FIRST_PLACES, 2 * count)) + 0.5
        steps = self._loud_steps(numbers * _GOLDEN_RATIO % 1)
        # In order of what is heard, because a recording is read from its start on.
        self._heard += map(self._excerpt, sorted(steps, key=self._first_heard_s))
        self._heard.sort(key=lambda heard: heard[0])

    def _loud_steps(self, places: np.ndarray) -> list[int]:
        # Spread over what is loud: where it is silent there is nothing to be learnt.
        until = np.sqrt(self._known[: 1 - EXCERPT_STEPS])
        np.cumsum(until, out=until)
        return [self._loudest_near(step) for step in np.searchsorted(until, places * until[-1])]

    def _loudest_near(self, step: int) -> int:
        near = self._known[step : step + _NEAR_STEPS + EXCERPT_STEPS - 1]
        return int(step + np.argmax(windowed(near, EXCERPT_STEPS)))

    def _first_heard_s(self, step: int) -> float:
        return step * STEP_S % self._part.period_s

    def _excerpt(self, step: int) -> tuple[float, Excerpt]:
        """The time of its middle, and how it sounds for a course of 1 throughout."""
        start = round(self._first_heard_s(step) * self._listener.rate)
        excerpt = self._listener.excerpt(self._part.layer, start)
        # A level may have moved since it was first heard.
        course = self._part.course(start / self._listener.rate + _STEPS_S)
        # Peaks are those of its loudest step, energies those of all.
        known, greatest = (max(NOTHING, of(course)) for of in (np.mean, np.max))
        heard = Excerpt(excerpt.energies / known, excerpt.peaks / np.sqrt(greatest))
        return step * STEP_S + EXCERPT_S / 2, heard

    @property
    def energies(self) -> np.ndarray:
        """Before the limiter."""
        heard = np.array([excerpt.energies.mean() for _, excerpt in self._heard], np.float32)
        return self._course * heard[self._nearest()]

    @property
    def peaks(self) -> np.ndarray:
        """Those of an ordinary hundredth of a second."""
        heard = np.array([excerpt.peaks.mean() for _, excerpt in self._heard], np.float32)
        return np.sqrt(self._course) * heard[self._nearest()]

    def _nearest(self) -> np.ndarray:
        times_s = np.array([time_s for time_s, _ in self._heard])
        return np.searchsorted((times_s[1:] + times_s[:-1]) / 2, self._listener.times_s)

    def limited(
        self, *, gain: float, ceiling: float, tones: float, others: float
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """What is left of each step's energy, and of that of the other parts, behind the limiter.

        None where the part never meets the ceiling; ``tones`` and ``others`` are the peaks of the
        other parts.
        """
        peaks = np.array([excerpt.peaks for _, excerpt in self._heard])

        def together(course: float) -> np.ndarray:
            own = np.sqrt(course) * peaks
            return tones + (own + others if self.tonal else np.hypot(own, others))

        if gain * together(self._course.max()).max() <= ceiling:
            return None
        energies = np.array([excerpt.energies for _, excerpt in self._heard]) + NOTHING
        greatest = max(NOTHING, self._course.max())
        courses = greatest * np.geomspace(max(_FAINT, self._course.min() / greatest), 1, 24)
        own, of_others = np.empty((2, len(courses), len(peaks)))
        for n, course in enumerate(courses):
            powers = _limiter_gains(gain * together(course), ceiling) ** 2
            own[n] = np.average(powers, axis=1, weights=energies)
            of_others[n] = powers.mean(axis=1)
        return self._by_course(courses, own), self._by_course(courses, of_others)

    def _by_course(self, courses: np.ndarray, values: np.ndarray) -> np.ndarray:
        """In each step the value of the nearest excerpt, between those of two ``courses``.

        ``values`` has the shape (courses, excerpts).
        """
        at = np.log(np.maximum(NOTHING, self._course))
        found = np.empty(len(at), np.float32)
        edges = np.searchsorted(self._nearest(), np.arange(values.shape[1] + 1))
        for n, (first, last) in enumerate(pairwise(edges)):
            found[first:last] = np.interp(at[first:last], np.log(courses), values[:, n])
        return found


class SpeechGuess:
    """The lines: each different one heard once, and set down wherever it is spoken."""

    def __init__(self, listener: Listener, part: Part, lines: Sequence[Line], fade: Curve) -> None:
        firsts = {line.text: line for line in reversed(lines)}
        # Those that are not heard count as one that is as long.
        by_length = sorted(firsts.values(), key=lambda line: line.frames)
        stride = -(-len(firsts) // MOST_LINES) or 1
        number = {line.text: n // stride for n, line in enumerate(by_length)}
        self._excerpts = [self._excerpt(listener, part, line) for line in by_length[::stride]]
        self._places: list[list[int]] = [[] for _ in self._excerpts]
        for line in lines:
            step = round(line.start / listener.rate * STEPS_A_SECOND)
            self._places[number[line.text]].append(step)
        self._course = _sampled(
            lambda times_s: part.course(times_s) * np.square(part.gain(times_s) * fade(times_s)),
            listener.times_s,
        )

    def energies(self, steps: int) -> np.ndarray:
        """Before the limiter, in each of so many steps."""
        silence = np.zeros(steps, np.float32)
        return self.limited(silence, gain=1.0, ceiling=np.inf)[0]

    @staticmethod
    def _excerpt(listener: Listener, part: Part, line: Line) -> Excerpt:
        """The line as it sounds for a course of 1."""
        excerpt = listener.whole(part.layer, line.start, line.frames)
        hops_s = (np.arange(len(excerpt.peaks)) + 0.5) / HOPS_A_SECOND
        return excerpt.over(part.course(line.start / listener.rate + hops_s))

    def limited(
        self, others: np.ndarray, *, gain: float, ceiling: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Energy of the lines in each step, and what they leave of that of the other parts.

        ``others`` are the peaks of the other parts.
        """
        energies, left = np.zeros_like(others), np.ones_like(others)
        for excerpt, places in zip(self._excerpts, self._places, strict=True):
            middle = min(places[len(places) // 2], len(others) - 1)
            hops = middle + np.arange(len(excerpt.peaks)) // HOPS_A_STEP
            course = self._course[np.minimum(hops, len(others) - 1)]
            peaks = np.hypot(others[middle], excerpt.peaks * np.sqrt(course))
            powers = _limiter_gains(gain * peaks, ceiling) ** 2
            line, powers = _stepwise(excerpt.energies * powers, 0), _stepwise(powers, 1)
            for step in places:
                here = slice(step, step + len(line))
                inside = len(energies[here])
                energies[here] += line[:inside] * self._course[here]
                left[here] = np.minimum(left[here], powers[:inside])
        return energies, left


def _sampled(curve: Curve, times_s: np.ndarray) -> np.ndarray:
    """The curve at ``times_s``, float32, some at a time: eight hours have 300,000 of them."""
    values = np.empty(len(times_s), np.float32)
    for first in range(0, len(times_s), _SAMPLED):
        some = slice(first, first + _SAMPLED)
        values[some] = curve(times_s[some])
    return values


def _limiter_gains(peaks: np.ndarray, ceiling: float) -> np.ndarray:
    """What the limiter does, hundredth by hundredth of a second."""
    needs = np.minimum(1, ceiling / np.maximum(peaks, NOTHING))
    return _around(_around(needs).min(axis=-1)).mean(axis=-1)


def _around(hops: np.ndarray) -> np.ndarray:
    """Each hop with those within the limiter's reach; behind the last comes the first again."""
    sides = [(0, 0)] * (hops.ndim - 1) + [(_LIMITER_HOPS // 2, _LIMITER_HOPS // 2)]
    return sliding_window_view(np.pad(hops, sides, mode="wrap"), _LIMITER_HOPS, axis=-1)


def _stepwise(hops: np.ndarray, beyond: float) -> np.ndarray:
    """Mean of each tenth of a second; after the last hop comes ``beyond``."""
    padded = np.pad(hops, (0, -len(hops) % HOPS_A_STEP), constant_values=beyond)
    return padded.reshape(-1, HOPS_A_STEP).mean(axis=1)
