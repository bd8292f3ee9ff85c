"""Tones that lie near each other, fitted to a recording all at once.

Their sum has to fit what is heard. How well it does says how far each of them may be off; where
that is too far, be it for noise, for a tone that was not meant or for one so near that the two
cannot be told apart, nothing is told of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from audio.heard.readings import Excerpt
from audio.heard.tones import Tone, reaches_hz, ways_of
from audio.spec import Beat

# Tones farther apart do not disturb each other: the ends of an excerpt are faded. Nor do the many
# lines of a pulse, by then.
_APART_HZ = 200.0

# A band reaches so far beyond its tones. Up to this part of its rate what is in it is as loud as
# it was, and what folds over on that is weaker by so much.
_BEYOND_HZ, _FLAT, _FOLDED_DB = 400.0, 0.4, 120.0

# A tone is told if it is off by less than this even where all that is left within NEAR_HZ of its
# lines were another one, as loud as the loudest of it.
MOST_DOUBT_HZ, NEAR_HZ = 0.006, 1.0

# What is not told at first is looked for so often in what is left.
_SEARCHES = 2

# The method of Gauss and Newton: so many steps, none longer than this in cycles over the excerpt,
# until they are this short. Tones of which one is the other but for such a part of its power are
# the same.
_STEPS, _LONGEST, _SHORTEST, _SAME = 8, 0.3, 1e-4, 1e-11


@dataclass(frozen=True)
class Found:
    """A tone as it fits best together with the others.

    Attributes
    ----------
    tone : with its errors.
    terms : what each of its parts is times, complex, shape (2, parts).
    steps, doubts : how far each error would move next, and how far it may be off.
    reach_hz : how far off it may be to be known as this tone.
    """

    tone: Tone
    terms: np.ndarray
    steps: np.ndarray
    doubts: np.ndarray
    reach_hz: float

    @property
    def is_told(self) -> bool:
        """Whether its frequencies are known."""
        off, steps, doubts = (
            float(np.abs(values[:2]).max())
            for values in (self.tone.errors, self.steps, self.doubts)
        )
        return doubts < MOST_DOUBT_HZ and steps < MOST_DOUBT_HZ / 10 and off < self.reach_hz

    @property
    def depth(self) -> float:
        """How far an isochronic beat lets its tone down, 0 to 1, in the louder ear."""
        loud = np.sqrt(np.mean(self.tone.gains**2, axis=1, keepdims=True))
        steady, pulsed = max(np.abs(self.terms) * loud, key=np.sum)
        return float(pulsed / (steady + pulsed + 1e-300))


def found_together(beats: Sequence[Beat], excerpt: Excerpt) -> list[Found]:
    """Each of ``beats``, none of them embedded, in their order."""
    ranges, found = [], {}
    for n, beat in enumerate(beats):
        ways = ways_of(beat, excerpt)
        ranges.append((min(way.min() for way in ways), max(way.max() for way in ways), n))
    bands: list[tuple[float, float, list[int]]] = []
    for low, high, n in sorted(ranges):
        lowest, highest, numbers = low, high, []
        if bands and low - bands[-1][1] < _APART_HZ:
            lowest, highest, numbers = bands.pop()
        bands.append((lowest, max(high, highest), [*numbers, n]))
    for low, high, numbers in bands:
        band = _Band([beats[n] for n in numbers], excerpt, low, high)
        found.update(zip(numbers, band.found(), strict=True))
    return [found[n] for n in range(len(beats))]


class _Band:
    """The tones of ``beats``, all between two frequencies in Hz, and what is heard around them."""

    def __init__(
        self, beats: Sequence[Beat], excerpt: Excerpt, low_hz: float, high_hz: float
    ) -> None:
        centre_hz = (low_hz + high_hz) / 2
        stride = max(1, int(excerpt.rate * _FLAT / ((high_hz - low_hz) / 2 + _BEYOND_HZ)))
        self._tones = [Tone(beat, excerpt, centre_hz=centre_hz, stride=stride) for beat in beats]
        self._reaches_hz = reaches_hz(
            beats, [[way[::stride] for way in ways_of(beat, excerpt)] for beat in beats]
        )
        heard = _in_band(excerpt, centre_hz, stride)
        self._fade = np.hanning(heard.shape[1])
        self._heard = heard * self._fade
        self._length_s = len(excerpt.sound) / excerpt.rate

    def found(self) -> list[Found]:
        """Each tone: as it was meant, or if that does not fit where it stands out in the rest."""
        found = self._settled()
        for _ in range(_SEARCHES):
            if all(one.is_told for one in found):
                break
            rest = self._heard - sum(
                self._faded(np.einsum("ep,epn->en", one.terms, one.tone.parts()))
                for one in found
                if one.is_told
            )
            for one in found:
                if not one.is_told:
                    one.tone.look_for(rest, one.reach_hz)
            found = self._settled()
        return found

    def _settled(self) -> list[Found]:
        """The tones once no little step of any of them betters the fit."""
        for _ in range(_STEPS):
            found = self._fitted()
            cycles = 0.0
            for one in found:
                longest = _LONGEST / self._length_s
                steps = np.clip(one.steps, -longest, longest)
                errors = one.tone.errors + steps
                errors[:2] = np.clip(errors[:2], -one.reach_hz, one.reach_hz)
                errors[-2:] = np.clip(errors[-2:], -1 / self._length_s, 1 / self._length_s)
                one.tone.errors = errors
                cycles = max(cycles, np.abs(one.steps[:2]).max() * self._length_s)
            if cycles < _SHORTEST:
                break
        return self._fitted()

    def _fitted(self) -> list[Found]:
        """Least squares: terms of all parts together, and the slope of what is left."""
        parts = [self._faded(tone.parts()) for tone in self._tones]
        fits = [
            _Fit(np.concatenate([own[ear] for own in parts]), self._heard[ear]) for ear in (0, 1)
        ]
        ends = np.cumsum([own.shape[1] for own in parts])[:-1]
        terms = [
            np.array(own) for own in zip(*(np.split(f.terms, ends) for f in fits), strict=True)
        ]
        slopes = [
            self._faded(tone.slopes(own)) for tone, own in zip(self._tones, terms, strict=True)
        ]
        joined = np.concatenate(slopes)
        steps, variances = _steps(
            np.concatenate([fit.rest_of(joined[:, ear]) for ear, fit in enumerate(fits)], axis=1),
            np.concatenate([fit.rest for fit in fits]),
        )
        ends = np.cumsum([len(own) for own in slopes])[:-1]
        rest = np.array([fit.rest for fit in fits])
        doubts = [
            self._loudest(tone, rest) * np.sqrt(own / 2)
            for tone, own in zip(self._tones, np.split(variances, ends), strict=True)
        ]
        each = zip(self._tones, terms, np.split(steps, ends), doubts, self._reaches_hz, strict=True)
        return [Found(*one) for one in each]

    def _faded(self, sound: np.ndarray) -> np.ndarray:
        return sound * self._fade

    def _loudest(self, tone: Tone, rest: np.ndarray) -> float:
        """Magnitude of the loudest line left near those of ``tone``, as that of noise a sample."""
        near = np.abs(np.fft.fftfreq(rest.shape[1], 1 / tone.rate)) <= NEAR_HZ
        left = (np.abs(np.fft.fft(rest * line.conj())[:, near]).max() for line in tone.lines())
        return float(max(left) / np.sqrt(np.sum(self._fade**2)))


class _Fit:
    """``heard``, shape (n,), as a sum of ``parts``, shape (parts, n), and the rest of it."""

    def __init__(self, parts: np.ndarray, heard: np.ndarray) -> None:
        scale = np.sqrt(np.sum(np.abs(parts) ** 2, axis=1))
        # In an ear that is silent there is nothing to fit.
        scale[scale == 0] = 1
        self._parts = parts / scale[:, np.newaxis]
        products = self._parts.conj() @ self._parts.T
        self._inverse = np.linalg.pinv(products, rcond=1e-13, hermitian=True)
        self.terms = self._inverse @ (self._parts.conj() @ heard) / scale
        self.rest = self.rest_of(heard)

    def rest_of(self, sounds: np.ndarray) -> np.ndarray:
        """What no sum of the parts is of one or more sounds."""
        return sounds - (sounds @ self._parts.conj().T @ self._inverse.T) @ self._parts


def _steps(slopes: np.ndarray, rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far to go along each of ``slopes``, shape (slopes, n), to meet ``rest``; and the variance
    of that were ``rest`` noise with a power of 1."""
    scale = np.sqrt(np.sum(np.abs(slopes) ** 2, axis=1)) + 1e-100
    slopes = slopes / scale[:, np.newaxis]
    values, vectors = np.linalg.eigh((slopes.conj() @ slopes.T).real)
    values = np.maximum(values, _SAME)
    pulls = vectors.T @ (slopes.conj() @ rest).real
    pulls[values <= _SAME] = 0
    return vectors @ (pulls / values) / scale, (vectors**2 @ (1 / values)) / scale**2


def _in_band(excerpt: Excerpt, centre_hz: float, stride: int) -> np.ndarray:
    """Both ears with ``centre_hz`` turned to 0 Hz in the middle, complex, shape (2, n)."""
    turning = np.exp(-2j * np.pi * centre_hz * (excerpt.times_s - excerpt.middle_s))
    taps = np.ones(1)
    if stride > 1:
        count, beta = scipy.signal.kaiserord(_FOLDED_DB, (2 - 4 * _FLAT) / stride)
        taps = scipy.signal.firwin(count | 1, 1 / stride, window=("kaiser", beta))
    return np.array(
        [
            scipy.signal.resample_poly(ear * turning, 1, stride, window=taps)
            for ear in excerpt.sound.T
        ]
    )
