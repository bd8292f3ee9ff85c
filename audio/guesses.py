"""How loud a mix is in each tenth of a second, foretold from its parts.

A part's course in time is known from the spec, and how loud it is for that from short excerpts
heard here and there. Each spoken line is heard once and counted wherever it is spoken. Parts add in
power.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from audio.layers import Layer
from audio.loudness import BLOCK_S, STEPS_A_SECOND, k_weighted, windowed
from audio.randomness import golden

STEP_S = 1 / STEPS_A_SECOND

# Excerpts are as long as a gating block; the filter settles in the tenth of a second before.
EXCERPT_STEPS = round(BLOCK_S * STEPS_A_SECOND)
SETTLING_S = 0.1

# Each part is heard in so many places, where it is loudest within so many steps, not in a slow
# beat's pause.
PLACES, NEAR_STEPS = 4, 40

# Lines heard; the others are taken to be as loud as these.
MOST_LINES = 16

# Steps of a curve that are worked out at a time.
_SAMPLED = 2**11

_NOTHING = 1e-30

Course = Callable[[np.ndarray], np.ndarray]


def ones(times_s: np.ndarray) -> np.ndarray:
    """1 at every time."""
    return np.ones(len(times_s))


@dataclass(frozen=True)
class Part:
    """A layer of the mix, or several that may move together, such as all beats.

    Attributes
    ----------
    layer : makes the sound.
    course : energy in the steps of ``STEP_S`` around times in seconds, in any unit, as far as it is
        known: that of its level at least.
    gain : further gain at times in seconds that ``layer`` does not apply itself: ducking.
    """

    layer: Layer
    course: Course = ones
    gain: Course = ones


@dataclass(frozen=True)
class Line:
    """A spoken line at one of its places, in frames; equal ``text`` means equal sound."""

    text: str
    start: int
    frames: int


class Foretelling:
    """The energies of parts in each tenth of a second of a track.

    Parameters
    ----------
    total_frames : length of the track.
    sample_rate : in Hz.
    fade : gain of the whole at times in seconds.
    look : called every now and then; may raise, to stop.
    """

    def __init__(
        self,
        *,
        total_frames: int,
        sample_rate: int,
        fade: Course,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self._rate, self._look = sample_rate, look
        steps = int(total_frames / sample_rate * STEPS_A_SECOND)
        self._times_s = (np.arange(steps) + 0.5) * STEP_S
        self._fade = self._sampled(fade)

    def of_part(self, part: Part) -> np.ndarray:
        """K-weighted mean squares, float32 of shape (steps,)."""
        known = self._sampled(part.course)
        heard = np.mean([self._excerpt(part, step) for step in _loud_steps(known)])
        return known * self._turned(part) * np.float32(heard)

    def of_lines(self, part: Part, lines: Sequence[Line]) -> np.ndarray:
        """The same of spoken lines; ``part`` says them."""
        firsts = {line.text: line for line in reversed(lines)}
        # Those that are not heard count as one that is about as long.
        by_length = sorted(firsts.values(), key=lambda line: line.frames)
        stride = -(-len(firsts) // MOST_LINES)
        heard = [self._line(part, line) for line in by_length[::stride]]
        like = {line.text: heard[n // stride] for n, line in enumerate(by_length)}
        course = self._sampled(part.course) * self._turned(part)
        energies = np.zeros_like(course)
        for line in lines:
            first = round(line.start / self._rate * STEPS_A_SECOND)
            said = like[line.text][: len(course) - first]
            here = slice(first, first + len(said))
            energies[here] += said * course[here]
        return energies

    def _excerpt(self, part: Part, step: int) -> float:
        """How loud the part is from ``step`` on, for a course of 1."""
        start_s = step * STEP_S
        times_s = start_s + (np.arange(EXCERPT_STEPS) + 0.5) * STEP_S
        settling_s = min(start_s, SETTLING_S)
        energies = self._energies(part.layer, start_s - settling_s, BLOCK_S + settling_s)
        # A level may have moved since it was first heard.
        return energies[-EXCERPT_STEPS:].mean() / max(_NOTHING, part.course(times_s).mean())

    def _line(self, part: Part, line: Line) -> np.ndarray:
        """How loud the line is in each step from its start on, for a course of 1."""
        start_s = line.start / self._rate
        energies = self._energies(part.layer, start_s, line.frames / self._rate)
        times_s = start_s + (np.arange(len(energies)) + 0.5) * STEP_S
        return energies / np.maximum(_NOTHING, part.course(times_s))

    def _energies(self, layer: Layer, start_s: float, length_s: float) -> np.ndarray:
        """K-weighted mean squares of a sound from ``start_s`` on, step by step."""
        self._look()
        step = self._rate // STEPS_A_SECOND
        sound = np.zeros((2, math.ceil(length_s * STEPS_A_SECOND - 1e-6), step), np.float32)
        layer.add_to(sound.reshape(2, -1).T, round(start_s * self._rate))
        ears = sound[:1] if np.array_equal(*sound) else sound
        weighted = np.square(k_weighted(ears.reshape(len(ears), -1), self._rate))
        return 2 * weighted.mean(axis=0).reshape(-1, step).mean(axis=1)

    def _turned(self, part: Part) -> np.ndarray:
        """What further gains leave of the part's energy."""
        return np.square(self._sampled(part.gain) * self._fade)

    def _sampled(self, curve: Course) -> np.ndarray:
        """The curve at all steps, float32, some at a time: eight hours have 300,000 of them."""
        parts = []
        for times_s in np.split(self._times_s, range(_SAMPLED, len(self._times_s), _SAMPLED)):
            self._look()
            parts.append(np.float32(curve(times_s)))
        return np.concatenate(parts)


def _loud_steps(known: np.ndarray) -> list[int]:
    """Where to hear a part of that course: spread over what is loud, as silence tells nothing."""
    until = np.cumsum(np.sqrt(known[: 1 - EXCERPT_STEPS]))
    steps = np.searchsorted(until, golden(0, PLACES) * until[-1])
    return [_loudest_near(known, step) for step in steps]


def _loudest_near(known: np.ndarray, step: int) -> int:
    near = known[step : step + NEAR_STEPS + EXCERPT_STEPS - 1]
    return int(step + np.argmax(windowed(near, EXCERPT_STEPS)))
