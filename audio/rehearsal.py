"""Moments of the whole mix, heard before it is rendered: how loud each is behind the limiter."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import scipy

from audio.guesses import Course, Part
from audio.knots import between_knots, knots_of
from audio.limiter import REACH_S
from audio.loudness import BLOCK_S, k_weighted
from audio.true_peak import REACH, true_peaks

# The limiter and the K filter know what lies so far around a moment.
AROUND_S = 2 * REACH_S

# Peaks and energies are kept for so many parts of a second: few, and yet each is short beside the
# shortest reach of the limiter.
HOPS_A_SECOND = 4000

# Moments whose samples are in memory at a time.
AT_A_TIME = 8

_NOTHING = 1e-30


class _Heard(NamedTuple):
    """Some moments: energies and peaks of their hops, shape (moments, hops); of each moment its
    mean energy without a limiter, and its greatest peak."""

    energies: np.ndarray
    peaks: np.ndarray
    mean: np.ndarray
    peak: np.ndarray


class Rehearsal:
    """The sum of ``parts`` in moments as long as a gating block of BS.1770.

    Parameters
    ----------
    parts : all that sounds.
    fade : gain of the whole at times in seconds.
    sample_rate : in Hz.
    ceiling : of the limiter.
    exact_above : peaks that exceed this are those between the samples, others of the samples.
    look : called every now and then; may raise, to stop.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        fade: Course,
        sample_rate: int,
        ceiling: float,
        exact_above: float,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self._parts, self._fade, self._rate, self._look = parts, fade, sample_rate, look
        self._ceiling, self._exact_above = ceiling, exact_above
        self._hop, self._around = sample_rate // HOPS_A_SECOND, round(AROUND_S * sample_rate)
        hops = -(-round((BLOCK_S + 2 * AROUND_S) * sample_rate) // self._hop)
        middles_s = (np.arange(hops) + 0.5) * self._hop / sample_rate - AROUND_S
        self._inside = (middles_s > 0) & (middles_s < BLOCK_S)
        self._frames = hops * self._hop
        # Some at a time: of hundreds of moments all that follows takes more memory than a render.
        self._heard: list[_Heard] = []

    def hear(self, times_s: Sequence[float]) -> None:
        """Hear the moments that begin at ``times_s`` too."""
        for first in range(0, len(times_s), AT_A_TIME):
            sound = self._sound(times_s[first : first + AT_A_TIME])
            hops = len(sound[0]), -1, self._hop
            # One moment after the other: what they do to each other stays in what is around them.
            row = sound.reshape(2, -1)
            weighted = np.square(k_weighted(row, self._rate)).sum(axis=0)
            padded = np.pad(row, ((0, 0), (REACH, REACH)))
            peaks = true_peaks(padded.T, above=self._exact_above)
            energies = weighted.reshape(hops).mean(axis=2)
            peaks = np.float32(peaks.reshape(hops).max(axis=2))
            mean = energies[:, self._inside].mean(axis=1, dtype=np.float64)
            self._heard.append(_Heard(energies, peaks, mean, peaks.max(axis=1)))

    def _sound(self, times_s: Sequence[float]) -> np.ndarray:
        """float32 of shape (ears, moments, frames)."""
        sound = np.zeros((2, len(times_s), self._frames), np.float32)
        starts = [round(time_s * self._rate) - self._around for time_s in times_s]
        for part in self._parts:
            self._look()
            for n, first in enumerate(starts):
                start = max(0, first)
                heard = np.zeros((2, self._frames + first - start), np.float32)
                part.layer.add_to(heard.T, start)
                knots = knots_of(start, heard.shape[1])
                gains = part.gain(knots / self._rate) * self._fade(knots / self._rate)
                heard *= between_knots(gains, start, heard.shape[1])
                sound[:, n, start - first :] += heard
        return sound

    def energies(self, gain: float, reach_s: float | None) -> np.ndarray:
        """K-weighted mean squares of the moments at a factor ``gain``, shape (moments,).

        They are what a limiter of reach ``reach_s`` leaves, unless that is None.
        """
        if reach_s is None:
            return gain**2 * np.concatenate([heard.mean for heard in self._heard])
        return gain**2 * np.concatenate([self._left(h, gain, reach_s) for h in self._heard])

    def _left(self, heard: _Heard, gain: float, reach_s: float) -> np.ndarray:
        """What a limiter of that reach, behind that ``gain``, leaves of the moments' energies."""
        self._look()
        left, met = heard.mean.copy(), np.flatnonzero(gain * heard.peak > self._ceiling)
        if len(met):
            peaks = np.maximum(_NOTHING, gain * heard.peaks[met])
            # Odd, so that the gain is lowest at the peak itself.
            width = 2 * round(reach_s * HOPS_A_SECOND / 2) + 1
            lowest = scipy.ndimage.minimum_filter1d(np.minimum(1, self._ceiling / peaks), width)
            gains = scipy.ndimage.uniform_filter1d(lowest, width)
            left[met] = (heard.energies[met] * np.square(gains))[:, self._inside].mean(axis=1)
        return left
