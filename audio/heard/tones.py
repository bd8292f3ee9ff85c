"""The tone of a beat in an excerpt, as it was meant or a little off."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from audio.curves import values_at
from audio.heard.lines import at_rest_hz, phase_of
from audio.heard.pulses import SEARCH_HZ, cycles_meant, opening
from audio.heard.readings import Excerpt
from audio.panning import Balance
from audio.spec import Beat

# The lines of each kind, in beats above the carrier: the tones themselves, and the first two that
# a pulse puts beside its tone.
_LINES = {"binaural": (0.5, -0.5), "monaural": (0.5, -0.5), "isochronic": (0.0, 1.0, -1.0)}

# A line is looked for no farther away than this part of the way to the next one.
_PART_OF_WAY = 0.45

# A pulse is tried in so many places of its period, and moved by so little, in cycles, to tell how
# it changes.
_TRIED, _LITTLE = 32, 1e-3


class Tone:
    """A beat of any kind but embedded in an excerpt, or in a band of it.

    Parameters
    ----------
    centre_hz : what lies there is at 0 Hz in the band.
    stride : the band holds so few of the samples of the excerpt.

    Attributes
    ----------
    errors : how far it is off. A binaural or monaural beat: its higher and its lower tone, in Hz.
        An isochronic one: carrier and beat, in Hz, and how many cycles its pulse in the middle is
        ahead. Then the part by which it grows each second in either ear: a fade is no noise.
    gains : how loud it was meant to be in each ear, shape (2, n).
    since_s : the time of each sample since the middle.
    """

    def __init__(
        self, beat: Beat, excerpt: Excerpt, *, centre_hz: float = 0.0, stride: int = 1
    ) -> None:
        self.beat, self.rate = beat, excerpt.rate / stride
        self.errors = np.zeros(5 if beat.kind == "isochronic" else 4)
        kept, frames = slice(None, None, stride), len(excerpt.sound)
        self._times_s = excerpt.times_s[kept]
        self.since_s = self._times_s - excerpt.middle_s
        phases = [phase_of(way - centre_hz, excerpt.rate) for way in ways_of(beat, excerpt)]
        self._meant = np.exp(
            1j * np.array([(phase - phase[frames // 2])[kept] for phase in phases])
        )
        if beat.kind == "isochronic":
            self._cycles = cycles_meant(beat, excerpt)[kept]
        balance = Balance(
            level_db=beat.level_db, pan=beat.pan, spin_hz=beat.spin_hz, sample_rate=excerpt.rate
        )
        gains = balance.gains(excerpt.start, frames)
        self.gains = np.array([np.broadcast_to(gain, frames)[kept] for gain in gains])

    def lines(self) -> np.ndarray:
        """Its lines, each of magnitude 1, complex, shape (lines, n)."""
        offs = self.errors[:2]
        if self.beat.kind == "isochronic":
            off, faster = offs
            offs = np.array([off, off + faster, off - faster])
        return self._meant * np.exp(2j * np.pi * np.outer(offs, self.since_s))

    def opening(self, ahead: float = 0.0) -> np.ndarray:
        """How far the pulse of an isochronic beat opens, 0 to 1, so many cycles on."""
        cycles = self._cycles + self.errors[2] + ahead + self.errors[1] * self.since_s
        return opening(self.beat, cycles, self._times_s)

    def parts(self) -> np.ndarray:
        """What adds up to the tone in each ear, complex, shape (2, parts, n): the tones in it, or
        the one and what its pulse lets through."""
        lines = self.lines()
        if self.beat.kind == "isochronic":
            lines = np.array([lines[0], lines[0] * self.opening()])
        ears = lines[:, np.newaxis] if self.beat.kind == "binaural" else np.array([lines, lines])
        grown = self.gains * (1 + np.outer(self.errors[-2:], self.since_s))
        return ears * grown[:, np.newaxis]

    def slopes(self, terms: np.ndarray) -> np.ndarray:
        """How a tone that is ``terms``, shape (2, parts), times its parts changes with each of its
        errors, complex, shape (errors, 2, n)."""
        each = terms[:, :, np.newaxis] * self.parts()
        turned = 2j * np.pi * self.since_s * each.swapaxes(0, 1)
        if self.beat.kind == "binaural":
            turned = turned * np.eye(2)[:, :, np.newaxis]
        if self.beat.kind == "isochronic":
            opens = (self.opening(_LITTLE) - self.opening(-_LITTLE)) / (2 * _LITTLE)
            ahead = np.outer(terms[:, 1], self.lines()[0] * opens) * self.gains
            turned = np.array([turned.sum(axis=0), ahead * self.since_s, ahead])
        grown = np.eye(2)[:, :, np.newaxis] * each.sum(axis=1) * self.since_s
        return np.concatenate([turned, grown])

    def look_for(self, ears: np.ndarray, reach_hz: float) -> None:
        """Set the errors to those of lines that stand out in ``ears``, shape (2, n), within reach
        of where they were meant; to none if none do."""
        self.errors = np.zeros(len(self.errors))
        both = [ears.mean(axis=0)] * len(self._meant)
        offs = [
            at_rest_hz(ear * line.conj(), self.rate, reach_hz)
            for ear, line in zip(
                ears if self.beat.kind == "binaural" else both, self._meant, strict=True
            )
        ]
        if None in offs:
            return
        if self.beat.kind != "isochronic":
            self.errors[:2] = offs
            return
        self.errors[:2] = offs[0], (offs[1] - offs[2]) / 2
        self.errors[2] = min(np.arange(_TRIED) / _TRIED, key=lambda ahead: self._left(ears, ahead))

    def _left(self, ears: np.ndarray, ahead: float) -> float:
        """Power that is left of ``ears`` if a pulse so far ahead is taken out."""
        self.errors[2], left = ahead, 0.0
        for ear, parts in zip(ears, self.parts(), strict=True):
            terms = np.linalg.lstsq(parts.conj() @ parts.T, parts.conj() @ ear, rcond=None)[0]
            left += float(np.sum(np.abs(ear - terms @ parts) ** 2))
        return left


def ways_of(beat: Beat, excerpt: Excerpt) -> list[np.ndarray]:
    """The frequency meant for each of its lines at each frame, in Hz."""
    carrier, beat_hz = (values_at(v, excerpt.times_s) for v in (beat.carrier_hz, beat.beat_hz))
    return [carrier + part * beat_hz for part in _LINES[beat.kind]]


def reaches_hz(beats: Sequence[Beat], ways: Sequence[Sequence[np.ndarray]]) -> list[float]:
    """How far from its place each of ``beats``, with lines of these ``ways``, is looked for: less
    than half the way to the next line in the same ear, or one might be taken for the other."""
    lines = [
        (n, way, {number} if beats[n].kind == "binaural" else {0, 1})
        for n, own in enumerate(ways)
        for number, way in enumerate(own)
    ]
    reaches = [SEARCH_HZ] * len(beats)
    for (one, way, ears), (other, other_way, other_ears) in combinations(lines, 2):
        if ears & other_ears:
            reach = _PART_OF_WAY * float(np.abs(way - other_way).mean())
            reaches[one], reaches[other] = min(reaches[one], reach), min(reaches[other], reach)
    return reaches
