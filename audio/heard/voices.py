"""Where in a recording somebody speaks.

A voice comes from one place between the ears, so both hear the same wave; the noise of rain, waves
or wind differs from ear to ear. What the ears share, over what they do not, rises with each line
however loud the bed is, and whether a wave breaks just then.
"""

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from audio.curves import Value, highest, values_at
from audio.spec import TrackSpec

# Listened to at a rate that holds what carries speech, above the tones of beats.
LISTENING_HZ = 12_000
LOWEST_HZ, ABOVE_TONES = 500.0, 1.3
STEPS_A_SECOND = 20
SMOOTHED_STEPS = 5

# What is usually shared, and how it strays, follows from the quietest eighth of each minute:
# even where line follows line, the pauses between them are that long.
USUAL_S, USUAL_EVERY = 60.0, 5
QUIET, QUIETEST = 12, 3
# How far these two, of values that are spread as usual, lie below the mean, in deviations.
_BELOW, _FARTHEST_BELOW = 1.175, 1.881

# Speech stands this many deviations above what is usual; by chance alone noise in both ears
# shares so much of its power in a smoothed step.
DEVIATIONS, CHANCE = 5.0, 0.05

# Nor is it this far below the loudest; and lines are levelled, so each comes this near to it.
BELOW_LOUDEST_DB, LOUD_PART_DB = -22.0, -6.0
LOUDEST, LEAST_SHARE = 97, 1e-3

# Pauses within a line are shorter, and so are clicks. If it is known how many lines were meant,
# a pause between two is at least this part of their mean pause.
USUAL_PAUSE_S, LEAST_SPEECH_S = 0.7, 0.25
PART_OF_PAUSE, PAUSES_S = 0.6, (0.25, 1.2)


@dataclass(frozen=True)
class HeardSpeech:
    """The spoken lines, as far as they are heard.

    Attributes
    ----------
    places_s : start and end of each, in seconds.
    lines_meant : how many the spec has, None without one.
    """

    places_s: tuple[tuple[float, float], ...]
    lines_meant: int | None

    @property
    def count(self) -> int:
        """Lines heard."""
        return len(self.places_s)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"count": self.count, "lines_meant": self.lines_meant, "places_s": self.places_s}


class VoiceFinder:
    """Finds the spoken lines in a stereo sound that is handed over in blocks.

    A line that is softer than the bed by more than about 10 dB is not found; nor is one among
    music, which the ears share as well.

    Parameters
    ----------
    sample_rate : in Hz.
    spec : says between which tones, from which side and how often somebody speaks, if known.
    """

    def __init__(self, *, sample_rate: int, spec: TrackSpec | None = None) -> None:
        self._spec = spec
        self._stride = max(1, sample_rate // LISTENING_HZ)
        rate = sample_rate / self._stride
        self._step = round(rate / STEPS_A_SECOND)
        self._step_s = self._step / rate
        lowest = min(max([LOWEST_HZ, *_above_tones(spec)]), 0.4 * rate)
        self._filter = scipy.signal.cheby2(6, 60, 0.8 * lowest, "highpass", fs=rate, output="sos")
        self._memory = np.zeros((len(self._filter), 2, 2))
        self._begun, self._filtered = np.zeros((0, 2)), np.zeros((0, 2))
        self._left, self._right, self._both = array("f"), array("f"), array("f")

    def add(self, block: np.ndarray) -> None:
        """Take in the next frames, floats of shape (frames, 2)."""
        sound = np.concatenate([self._begun, block]) if len(self._begun) else block
        whole = len(sound) // self._stride * self._stride
        # What is folded over by so simple a filter differs between the ears as it did before.
        slower = sum(sound[n : whole : self._stride] for n in range(self._stride)) / self._stride
        self._begun = sound[whole:].copy()
        if not len(slower):
            return
        slower, self._memory = scipy.signal.sosfilt(self._filter, slower, axis=0, zi=self._memory)
        heard = np.concatenate([self._filtered, slower])
        whole = len(heard) // self._step * self._step
        left, right = heard[:whole].reshape(-1, self._step, 2).transpose(2, 0, 1)
        for kept, a, b in (
            (self._left, left, left),
            (self._right, right, right),
            (self._both, left, right),
        ):
            kept.extend(np.einsum("ij,ij->i", a, b) / self._step)
        self._filtered = heard[whole:]

    def result(self) -> HeardSpeech:
        """All the speech until now."""
        meant = self._meant()
        if meant == 0 or len(self._both) < SMOOTHED_STEPS:
            return HeardSpeech((), meant)
        shared, speaking = self._speaking()
        # A crackle is as loud, but over with the next step; one beside a line is no part of it.
        lasting = scipy.ndimage.median_filter(shared, SMOOTHED_STEPS)
        loud = lasting > _loudest(lasting) * 10 ** (LOUD_PART_DB / 10)
        lines = []
        for start, stop in self._places(speaking, meant):
            parts = [
                (start + first, start + last)
                for first, last in _stretches(speaking[start:stop])
                if loud[start + first : start + last].any()
            ]
            if parts and (parts[-1][1] - parts[0][0]) * self._step_s >= LEAST_SPEECH_S:
                lines.append((parts[0][0] * self._step_s, parts[-1][1] * self._step_s))
        return HeardSpeech(tuple(lines), meant)

    def _meant(self) -> int | None:
        if not self._spec:
            return None
        speech = self._spec.speech
        return len(speech.lines) * speech.repetitions if speech else 0

    def _places(self, speaking: np.ndarray, meant: int | None) -> list[tuple[int, int]]:
        """First step of each line and the one after its last, short pauses left in."""
        places = _stretches(speaking, pause=USUAL_PAUSE_S / self._step_s)
        if not meant:
            return places
        silent = len(speaking) - sum(stop - start for start, stop in places)
        pause_s = np.clip(PART_OF_PAUSE * silent * self._step_s / (meant + 1), *PAUSES_S)
        return _stretches(speaking, pause=pause_s / self._step_s)

    def _speaking(self) -> tuple[np.ndarray, np.ndarray]:
        """Power that the ears share in each step, and whether somebody speaks around it."""
        left, right, both = map(np.array, (self._left, self._right, self._both))
        times_s = (np.arange(len(both)) + 0.5) * self._step_s
        louder, middle = _place(self._spec.speech.pan if self._spec else 0.0, times_s)
        shared = louder * (left - right) + middle * 2 * both
        other = np.maximum(left + right - shared, 0)
        smooth, other = (
            scipy.ndimage.uniform_filter1d(power, SMOOTHED_STEPS) for power in (shared, other)
        )
        loudest = _loudest(smooth)
        share = smooth / (other + LEAST_SHARE * loudest + 1e-15)
        usual, deviation = _usual(share)
        chance = CHANCE * (1 + np.maximum(usual, 0))
        stands_out = share > usual + DEVIATIONS * np.maximum(chance, deviation)
        return shared, stands_out & (smooth > loudest * 10 ** (BELOW_LOUDEST_DB / 10))


def _stretches(speaking: np.ndarray, *, pause: float = 0.0) -> list[tuple[int, int]]:
    """First step and the one after the last of each stretch of speech; pauses of fewer steps than
    ``pause`` are left in."""
    edges = np.flatnonzero(np.diff(speaking, prepend=False, append=False))
    stretches: list[tuple[int, int]] = []
    for start, stop in edges.reshape(-1, 2).tolist():
        if stretches and start - stretches[-1][1] < pause:
            start = stretches.pop()[0]
        stretches.append((start, stop))
    return stretches


def _above_tones(spec: TrackSpec | None) -> list[float]:
    """Frequencies below which the tones of each beat lie."""
    beats = spec.beats if spec else ()
    return [
        ABOVE_TONES * (highest(beat.carrier_hz) + highest(beat.beat_hz))
        for beat in beats
        if beat.kind != "embedded"
    ]


def _place(pan: Value, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much of a voice's power shows in the difference of the powers of the ears, and how much
    in what they share; the squares of both add up to 1."""
    side = values_at(pan, times_s)
    left, right = (np.cos(np.pi / 2 * np.maximum(0, s)) for s in (side, -side))
    power = left**2 + right**2
    return (left**2 - right**2) / power, 2 * left * right / power


def _loudest(shared: np.ndarray) -> float:
    return max(0.0, float(np.percentile(shared, LOUDEST)))


def _usual(share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of ``share`` where nobody speaks, around each step."""
    thinned = share[::USUAL_EVERY]
    size = min(len(thinned), round(USUAL_S * STEPS_A_SECOND / USUAL_EVERY) | 1)
    quiet, quietest = (
        np.interp(
            np.arange(len(share)),
            np.arange(len(thinned)) * USUAL_EVERY,
            scipy.ndimage.percentile_filter(thinned, percent, size, mode="mirror"),
        )
        for percent in (QUIET, QUIETEST)
    )
    deviation = (quiet - quietest) / (_FARTHEST_BELOW - _BELOW)
    return quiet + _BELOW * deviation, deviation
