"""Short excerpts of a layer, heard for their K-weighted energy and their peaks."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from audio.loudness import STEPS_A_SECOND, k_weighted
from audio.true_peak import REACH, true_peaks

# Excerpts are as long as a gating block; the filter settles in the tenth of a second before.
EXCERPT_S, SETTLING_S = 0.4, 0.1
EXCERPT_STEPS = round(EXCERPT_S * STEPS_A_SECOND)

# Sums and peaks are kept for each hundredth of a second of an excerpt.
HOPS_A_STEP = 10
HOPS_A_SECOND = HOPS_A_STEP * STEPS_A_SECOND
# Peaks this many times the RMS are those of clicks, with as much again between their samples.
_SHARP = 4.5
NOTHING = 1e-30


class Layer(Protocol):
    """Something that sounds, and here must answer for any frame in any order."""

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the frames from ``start`` on to ``block``, float32 of shape (frames, 2)."""


@dataclass(frozen=True)
class Excerpt:
    """K-weighted mean square and peak of a sound in each hundredth of a second."""

    energies: np.ndarray
    peaks: np.ndarray

    def over(self, course: np.ndarray) -> "Excerpt":
        """The same as it would be for a course of 1 where it was ``course``, in each hundredth."""
        course = np.maximum(course, NOTHING)
        return Excerpt(self.energies / course, self.peaks / np.sqrt(course))


class Listener:
    """Hears excerpts of layers, and knows the times of a track's tenths of a second."""

    def __init__(self, total_frames: int, sample_rate: int) -> None:
        self.rate = sample_rate
        self.duration_s = total_frames / sample_rate
        steps = int(self.duration_s * STEPS_A_SECOND)
        self.times_s = (np.arange(steps) + 0.5) / STEPS_A_SECOND
        self._hop = sample_rate // HOPS_A_SECOND

    def excerpt(self, layer: Layer, start: int) -> Excerpt:
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

    def whole(self, layer: Layer, start: int, frames: int) -> Excerpt:
        """What sounds for ``frames`` after silence."""
        block = np.zeros((2, -(-frames // self._hop) * self._hop), np.float32)
        layer.add_to(block.T, start)
        if np.array_equal(*block):
            one = self._excerpt(block[:1], 0)
            return Excerpt(2 * one.energies, one.peaks)
        return self._excerpt(block, 0)

    def _excerpt(self, block: np.ndarray, before: int) -> Excerpt:
        """Of ``block``, shape (ears, frames), from the frame ``before`` on."""
        hops = (len(block), -1, self._hop)
        weighted = k_weighted(block, self.rate)[:, before:].reshape(hops)
        sound = block[:, before:].reshape(hops)
        return Excerpt(
            energies=np.einsum("eht,eht->h", weighted, weighted) / self._hop,
            peaks=np.maximum(sound.max(axis=(0, 2)), -sound.min(axis=(0, 2))),
        )
