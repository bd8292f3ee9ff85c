"""The one gain that brings a whole track to its loudness, known before the track is rendered.

Layers that have nothing in common add in power. So the loudness of the mix follows from the
K-weighted energy of each layer in each tenth of a second: its course in time is known from the
spec, its energy from short excerpts heard here and there, and each spoken line is heard once and
counted wherever it is spoken. Gates, fades, ducking and the limiter are applied to those energies.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import scipy

from audio.levels import amplitude_of
from audio.limiter import CEILING_DB, REACH_S
from audio.loudness import STEPS_A_SECOND, integrated_lufs, k_weighted, windowed
from audio.true_peak import REACH, true_peaks

# Excerpts are as long as a gating block; the filter settles in the tenth of a second before.
EXCERPT_S, SETTLING_S = 0.4, 0.1
STEP_S = 1 / STEPS_A_SECOND
_EXCERPT_STEPS = round(EXCERPT_S * STEPS_A_SECOND)

# An excerpt is heard where the part is loudest within so many steps, not in a slow beat's pause.
_NEAR_STEPS = 40

# Each part is heard in so many places, and in twice as many again as long as what is not known of
# it could move the loudness of the whole by more than this, or to one excerpt in so many seconds.
FIRST_PLACES, MOST_PLACES = 8, 128
EVERY_S = 12.5
DOUBT_LU = 0.12

# Steps of a curve that are worked out at a time.
_SAMPLED = 2**13

# Lines heard; the others are taken to be as loud as these.
MOST_LINES = 16

# Sums and peaks are kept for each hundredth of a second of an excerpt.
_HOPS_A_STEP = 10
_HOPS_A_SECOND = _HOPS_A_STEP * STEPS_A_SECOND
_LIMITER_HOPS = round(REACH_S * _HOPS_A_SECOND)
# Peaks this many times the RMS are those of clicks, with as much again between their samples.
_SHARP = 4.0
_NOTHING = 1e-30
_GOLDEN_RATIO = (5**0.5 - 1) / 2

# The limiter flattens what it cannot lift: beyond this much over the first guess nothing is won.
_MOST_PUSH_DB = 6.0
_CLOSE_ENOUGH_LU = 0.02

Curve = Callable[[np.ndarray], np.ndarray]


class Layer(Protocol):
    """Something that sounds, and here must answer for any frame in any order."""

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the frames from ``start`` on to ``block``, float32 of shape (frames, 2)."""


def _ones(times_s: np.ndarray) -> np.ndarray:
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
    course: Curve = _ones
    gain: Curve = _ones
    period_s: float = math.inf
    tonal: bool = False


@dataclass(frozen=True)
class Line:
    """A spoken line at one of its places, in frames; equal ``text`` means equal sound."""

    text: str
    start: int
    frames: int


def master_gain(
    parts: Sequence[Part],
    *,
    target_lufs: float,
    total_frames: int,
    sample_rate: int,
    speech: Part | None = None,
    lines: Sequence[Line] = (),
    fade: Curve = _ones,
    ceiling: float = amplitude_of(CEILING_DB),
) -> float:
    """Factor that brings the mix, once limited, to an integrated loudness of ``target_lufs``.

    Parameters
    ----------
    parts : everything that sounds but the speech.
    target_lufs : integrated loudness wanted, in LUFS.
    total_frames : length of the track.
    sample_rate : in Hz.
    speech : the spoken lines, all in one layer.
    lines : where they are, their room and echo included.
    fade : gain of the whole at times in seconds.
    ceiling : of the limiter behind the gain.

    Returns
    -------
    float
        1.0 for a track that makes no sound.
    """
    listener = _Listener(total_frames, sample_rate)
    spoken = _Spoken(listener, speech or Part(_Silence()), lines, fade)
    guesses = [_Guess(listener, part, fade) for part in parts]
    _settle_doubts(guesses, spoken.energies(len(listener.times_s)))
    mix = _Mix(guesses, spoken, len(listener.times_s))

    first_db = target_lufs - mix.loudness_lufs(gain=1.0, ceiling=np.inf)
    if not np.isfinite(first_db):
        return 1.0
    gain_db = first_db
    for _ in range(8):
        missing_db = target_lufs - mix.loudness_lufs(gain=amplitude_of(gain_db), ceiling=ceiling)
        gain_db = min(gain_db + missing_db, first_db + _MOST_PUSH_DB)
        if abs(missing_db) < _CLOSE_ENOUGH_LU:
            break
    return amplitude_of(gain_db)


class _Silence:
    def add_to(self, block: np.ndarray, start: int) -> None:
        pass


@dataclass(frozen=True)
class _Excerpt:
    """K-weighted mean square and peak of a sound in each hundredth of a second."""

    energies: np.ndarray
    peaks: np.ndarray

    def over(self, course: float) -> "_Excerpt":
        course = max(course, _NOTHING)
        return _Excerpt(self.energies / course, self.peaks / np.sqrt(course))


class _Listener:
    """Hears excerpts of layers, and knows the times of a track's tenths of a second."""

    def __init__(self, total_frames: int, sample_rate: int) -> None:
        self.rate = sample_rate
        self.duration_s = total_frames / sample_rate
        steps = int(self.duration_s * STEPS_A_SECOND)
        self.times_s = (np.arange(steps) + 0.5) / STEPS_A_SECOND
        self._hop = sample_rate // _HOPS_A_SECOND

    def excerpt(self, layer: Layer, start: int) -> _Excerpt:
        """What sounds from ``start`` on, for the length of an excerpt."""
        frames = round(EXCERPT_S * self.rate)
        before = min(start, round(SETTLING_S * self.rate))
        block = np.zeros((2, before + frames), np.float32)
        layer.add_to(block.T, start - before)
        excerpt = self._excerpt(block, before)
        sharp = excerpt.peaks > _SHARP * np.sqrt(np.square(block[:, before:]).mean())
        for hop in np.flatnonzero(sharp):
            around = np.pad(block, ((0, 0), (REACH, REACH)))[:, before + hop * self._hop :]
            excerpt.peaks[hop] = true_peaks(around[:, : self._hop + 2 * REACH].T).max()
        return excerpt

    def whole(self, layer: Layer, start: int, frames: int) -> _Excerpt:
        """What sounds for ``frames`` after silence."""
        block = np.zeros((2, -(-frames // self._hop) * self._hop), np.float32)
        layer.add_to(block.T, start)
        if np.array_equal(*block):
            one = self._excerpt(block[:1], 0)
            return _Excerpt(2 * one.energies, one.peaks)
        return self._excerpt(block, 0)

    def _excerpt(self, block: np.ndarray, before: int) -> _Excerpt:
        """Of ``block``, shape (ears, frames), from the frame ``before`` on."""
        hops = (len(block), -1, self._hop)
        weighted = k_weighted(block, self.rate)[:, before:].reshape(hops)
        sound = block[:, before:].reshape(hops)
        return _Excerpt(
            energies=np.einsum("eht,eht->h", weighted, weighted) / self._hop,
            peaks=np.maximum(sound.max(axis=(0, 2)), -sound.min(axis=(0, 2))),
        )


def _sampled(curve: Curve, times_s: np.ndarray) -> np.ndarray:
    """The curve at ``times_s``, float32, some at a time: eight hours have 300,000 of them."""
    values = np.empty(len(times_s), np.float32)
    for first in range(0, len(times_s), _SAMPLED):
        some = slice(first, first + _SAMPLED)
        values[some] = curve(times_s[some])
    return values


class _Guess:
    """A part's energy in each tenth of a second: its course in time, as loud as it was heard."""

    def __init__(self, listener: _Listener, part: Part, fade: Curve) -> None:
        self._listener, self._part = listener, part
        self.tonal = part.tonal
        self._known = _sampled(part.course, listener.times_s)
        changed = _sampled(lambda times_s: part.gain(times_s) * fade(times_s), listener.times_s)
        self._course = self._known * np.square(changed, out=changed)
        self._heard: list[tuple[float, _Excerpt]] = []
        self.hear_more()

    @property
    def is_known_well(self) -> bool:
        return len(self._heard) >= max(MOST_PLACES, self._listener.duration_s / EVERY_S)

    @property
    def doubt(self) -> float:
        """How far the energy may be off, as a part of it: its standard error."""
        heard = [excerpt.energies.mean() for _, excerpt in self._heard]
        return float(np.std(heard) / (np.mean(heard) + _NOTHING) / np.sqrt(len(heard)))

    def hear_more(self) -> None:
        """Hear as many excerpts again as there are, each far from all others."""
        count = len(self._heard)
        # Multiples of the golden ratio fill a circle evenly, however many there are.
        numbers = np.arange(count, max(FIRST_PLACES, 2 * count)) + 0.5
        steps = [self._loud_step(place) for place in numbers * _GOLDEN_RATIO % 1]
        # In order of what is heard, because a recording is read from its start on.
        self._heard += map(self._excerpt, sorted(steps, key=self._first_heard_s))
        self._heard.sort(key=lambda heard: heard[0])

    def _loud_step(self, place: float) -> int:
        step = int(place * (len(self._known) - _EXCERPT_STEPS + 1))
        return step + int(np.argmax(self._known_around(step, _NEAR_STEPS)))

    def _known_around(self, step: int, count: int) -> np.ndarray:
        """What is known of an excerpt that begins with ``step``, and of ``count`` from there on."""
        return windowed(self._known[step : step + count + _EXCERPT_STEPS - 1], _EXCERPT_STEPS)

    def _first_heard_s(self, step: int) -> float:
        return step * STEP_S % self._part.period_s

    def _excerpt(self, step: int) -> tuple[float, _Excerpt]:
        """The time of its middle, and how it sounds for a course of 1."""
        start = round(self._first_heard_s(step) * self._listener.rate)
        excerpt = self._listener.excerpt(self._part.layer, start)
        return step * STEP_S + EXCERPT_S / 2, excerpt.over(self._known_around(step, 1)[0])

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
        energies = np.array([excerpt.energies for _, excerpt in self._heard]) + _NOTHING
        courses = np.geomspace(*np.maximum(_NOTHING, [self._course.min(), self._course.max()]), 24)
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
        at = np.log(np.maximum(_NOTHING, self._course))
        found = np.empty(len(at), np.float32)
        edges = np.searchsorted(self._nearest(), np.arange(values.shape[1] + 1))
        for n, (first, last) in enumerate(pairwise(edges)):
            found[first:last] = np.interp(at[first:last], np.log(courses), values[:, n])
        return found


def _settle_doubts(guesses: Sequence[_Guess], spoken: np.ndarray) -> None:
    """Hear more of what is least known, until no doubt about a part could move the loudness.

    A part may do that by its own energy, or by lifting many steps above the gate.
    """
    while unsure := [guess for guess in guesses if not guess.is_known_well]:
        whole = spoken + sum(guess.energies for guess in guesses)
        doubts_lu = [_moved_lu(whole, guess.doubt * guess.energies) for guess in unsure]
        if max(doubts_lu) <= DOUBT_LU:
            break
        unsure[int(np.argmax(doubts_lu))].hear_more()


def _moved_lu(steps: np.ndarray, doubt: np.ndarray) -> float:
    """How far apart the loudness is with ``doubt`` less, and more, energy in each step."""
    found = [_gated_lufs(steps + side * doubt) for side in (-1, 0, 1)]
    return max(found) - min(found) if max(found) > -math.inf else 0.0


def _gated_lufs(steps: np.ndarray) -> float:
    return integrated_lufs(windowed(steps))


class _Spoken:
    """The lines: each different one heard once, and set down wherever it is spoken."""

    def __init__(self, listener: _Listener, part: Part, lines: Sequence[Line], fade: Curve) -> None:
        firsts = {line.text: line for line in reversed(lines)}
        stride = -(-len(firsts) // MOST_LINES) or 1
        heard = list(firsts.values())[::stride]
        number = {text: n // stride for n, text in enumerate(firsts)}
        middles_s = np.array([line.start + line.frames / 2 for line in lines]) / listener.rate
        powers = part.course(middles_s) * np.square(part.gain(middles_s) * fade(middles_s))
        self._excerpts = [self._excerpt(listener, part, line) for line in heard]
        self._places: list[list[tuple[int, float]]] = [[] for _ in heard]
        for line, power in zip(lines, powers, strict=True):
            step = round(line.start / listener.rate * STEPS_A_SECOND)
            self._places[number[line.text]].append((step, float(power)))

    def energies(self, steps: int) -> np.ndarray:
        """Before the limiter, in each of so many steps."""
        silence = np.zeros(steps, np.float32)
        return self.limited(silence, gain=1.0, ceiling=np.inf)[0]

    @staticmethod
    def _excerpt(listener: _Listener, part: Part, line: Line) -> _Excerpt:
        """The line as it sounds for a course of 1."""
        middle_s = np.array([(line.start + line.frames / 2) / listener.rate])
        excerpt = listener.whole(part.layer, line.start, line.frames)
        return excerpt.over(part.course(middle_s)[0])

    def limited(
        self, others: np.ndarray, *, gain: float, ceiling: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Energy of the lines in each step, and what they leave of that of the other parts.

        ``others`` are the peaks of the other parts.
        """
        energies, left = np.zeros_like(others), np.ones_like(others)
        for excerpt, places in zip(self._excerpts, self._places, strict=True):
            step, power = places[len(places) // 2]
            peaks = np.hypot(others[min(step, len(others) - 1)], excerpt.peaks * np.sqrt(power))
            powers = _limiter_gains(gain * peaks, ceiling) ** 2
            line, powers = _stepwise(excerpt.energies * powers, 0), _stepwise(powers, 1)
            for step, power in places:
                here = slice(step, step + len(line))
                inside = len(energies[here])
                energies[here] += line[:inside] * power
                left[here] = np.minimum(left[here], powers[:inside])
        return energies, left


class _Mix:
    """Everything together."""

    def __init__(self, guesses: Sequence[_Guess], spoken: _Spoken, steps: int) -> None:
        self._guesses, self._spoken, self._steps = guesses, spoken, steps
        self._energies = [guess.energies for guess in guesses]
        self.peaks = sum(self._peaks_without(None))

    def _peaks_without(self, left_out: _Guess | None) -> tuple[np.ndarray, np.ndarray]:
        """Peaks of tones, which add up; and of the rest, which seldom meet, nor those of voices."""
        tonal, rough = np.zeros((2, self._steps), np.float32)
        for guess in self._guesses:
            if guess is left_out:
                continue
            if guess.tonal:
                tonal += guess.peaks
            else:
                rough += guess.peaks**2
        return tonal, np.sqrt(rough)

    def loudness_lufs(self, *, gain: float, ceiling: float) -> float:
        """Integrated loudness behind a factor ``gain`` and a limiter at ``ceiling``."""
        left = [np.ones(self._steps, np.float32) for _ in self._guesses]
        for guess in self._guesses:
            tones, others = map(float, map(np.median, self._peaks_without(guess)))
            limited = guess.limited(gain=gain, ceiling=ceiling, tones=tones, others=others)
            if limited:
                for other, power in zip(self._guesses, left, strict=True):
                    np.minimum(power, limited[other is not guess], out=power)
        spoken, turned = self._spoken.limited(self.peaks, gain=gain, ceiling=ceiling)
        for energies, power in zip(self._energies, left, strict=True):
            spoken += energies * np.minimum(power, turned)
        return _gated_lufs(gain**2 * spoken)


def _limiter_gains(peaks: np.ndarray, ceiling: float) -> np.ndarray:
    """What the limiter does, hundredth by hundredth of a second."""
    needs = np.minimum(1, ceiling / np.maximum(peaks, _NOTHING))
    lowest = scipy.ndimage.minimum_filter1d(needs, _LIMITER_HOPS, mode="wrap")
    return scipy.ndimage.uniform_filter1d(lowest, _LIMITER_HOPS, mode="wrap")


def _stepwise(hops: np.ndarray, beyond: float) -> np.ndarray:
    """Mean of each tenth of a second; after the last hop comes ``beyond``."""
    padded = np.pad(hops, (0, -len(hops) % _HOPS_A_STEP), constant_values=beyond)
    return padded.reshape(-1, _HOPS_A_STEP).mean(axis=1)
