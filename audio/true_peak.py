"""The peaks between the samples: what a converter makes of them, not what the file holds.

Each gap between two samples is looked at in its three inner quarters, as ITU-R BS.1770-4 Annex 2
asks: four times the sampling rate, by a windowed sinc. Of what reaches up to half the rate that
misses 0.7 dB, so a limiter looks at eighths.
"""

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# Samples that the sinc reaches on each side of a gap: true to 0.1 dB up to 0.44 of the rate.
REACH = 12
_KAISER_BETA = 4.0

# Frames of which either all gaps are looked at or none, and how many such windows are worked on
# at a time, so that all that is needed stays in the processor's cache.
WINDOW_FRAMES, WINDOWS = 64, 64

# What a meter divides each gap into, and what a limiter does.
PARTS, FINE_PARTS = 4, 8


def _point(position: float) -> np.ndarray:
    """Weights of the ``2 * REACH`` samples around a gap for the point at ``position``, 0 to 1."""
    distance = position - np.arange(1 - REACH, REACH + 1)
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(0, 1 - (distance / REACH) ** 2)))
    weights = np.sinc(distance) * window
    return weights / weights.sum()


# No point between samples is farther from zero than this many times the greatest of them.
GREATEST_RISE = max(np.abs(_point(n / FINE_PARTS)).sum() for n in range(FINE_PARTS)) * (1 + 1e-9)


@cache
def _sides(parts: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights, even and odd, of the points before the middle of a gap.

    Those behind it mirror them, so that the two serve both: their sum and their difference.
    """
    points = [_point(n / parts) for n in range(1, parts // 2)]
    return [((p + p[::-1])[:REACH] / 2, (p - p[::-1])[:REACH] / 2) for p in points]


_MIDDLE = _point(0.5)[:REACH]


def true_peaks(samples: np.ndarray, *, above: float = 0.0, parts: int = PARTS) -> np.ndarray:
    """Greatest magnitude at each frame and in the gaps on either side of it, over all channels.

    Parameters
    ----------
    samples : ndarray, floats, shape (frames, channels), with ``REACH`` frames more at either end
        than are asked about.
    above : what is of interest. Where nothing can exceed it, only the samples are looked at, which
        costs far less.
    parts : of each gap, between which is looked: ``PARTS`` or ``FINE_PARTS``.

    Returns
    -------
    ndarray, floats, shape (frames − 2 · REACH,)
        The same whatever part of a longer sound is asked about, but for values up to ``above``.
    """
    peaks = np.abs(samples[:, 0])
    for channel in samples.T[1:]:
        np.maximum(peaks, np.abs(channel), out=peaks)
    found = peaks[REACH:-REACH].copy()
    windows = -(-len(found) // WINDOW_FRAMES)
    beyond = windows * WINDOW_FRAMES - len(found)
    near = sliding_window_view(np.pad(peaks, (0, beyond)), WINDOW_FRAMES + 2 * REACH)
    hot = np.flatnonzero(near[::WINDOW_FRAMES].max(axis=1) * GREATEST_RISE > above)
    if not len(hot):
        return found
    around = sliding_window_view(
        np.pad(samples, ((0, beyond), (0, 0))), WINDOW_FRAMES + 2 * REACH, axis=0
    )[::WINDOW_FRAMES]
    found = np.pad(found.astype(np.float64), (0, beyond)).reshape(windows, WINDOW_FRAMES)
    for first in range(0, len(hot), WINDOWS):
        some = hot[first : first + WINDOWS]
        gaps = _between(around[some].transpose(1, 2, 0).copy(), parts).max(axis=0).T
        found[some] = np.maximum(found[some], np.maximum(gaps[:, :-1], gaps[:, 1:]))
    return found.reshape(-1)[: len(peaks) - 2 * REACH]


def _between(samples: np.ndarray, parts: int) -> np.ndarray:
    """Greatest magnitude in each gap that has ``REACH`` samples on both sides.

    From shape (channels, frames, …) to (channels, frames − 2 · REACH + 1, …). Written as sums of
    whole rows, so that a value does not depend on what else is worked on.
    """
    gaps, sides = samples.shape[1] - 2 * REACH + 1, _sides(parts)
    shape = len(samples), gaps, *samples.shape[2:]
    middle, scaled = np.zeros((2, *shape))
    sums = np.zeros((len(sides), 2, *shape))
    for k in range(REACH):
        before, after = samples[:, k : k + gaps], samples[:, 2 * REACH - 1 - k :][:, :gaps]
        both, apart = before + after, before - after
        middle += np.multiply(both, _MIDDLE[k], out=scaled)
        for (even, odd), weights in zip(sums, sides, strict=True):
            even += np.multiply(both, weights[0][k], out=scaled)
            odd += np.multiply(apart, weights[1][k], out=scaled)
    greatest = np.abs(middle, out=middle)
    for even, odd in np.abs(sums, out=sums):
        # The greater of |even + odd| and |even − odd|.
        np.maximum(greatest, np.add(even, odd, out=scaled), out=greatest)
    return greatest
