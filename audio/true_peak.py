"""The peaks between the samples: what a converter makes of them, not what the file holds.

Each gap between two samples is looked at in its three inner quarters, as ITU-R BS.1770-4 Annex 2
asks: four times the sampling rate, by a windowed sinc.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# Samples that the sinc reaches on each side of a gap: true to 0.1 dB up to 0.44 of the rate.
REACH = 12
_KAISER_BETA = 4.0

# Frames of which either all gaps are looked at or none, and how many such windows are worked on
# at a time, so that all that is needed stays in the processor's cache.
WINDOW_FRAMES, WINDOWS = 64, 64


def _quarter(position: float) -> np.ndarray:
    """Weights of the ``2 * REACH`` samples around a gap for the point at ``position``, 0 to 1."""
    distance = position - np.arange(1 - REACH, REACH + 1)
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(0, 1 - (distance / REACH) ** 2)))
    weights = np.sinc(distance) * window
    return weights / weights.sum()


_MIDDLE = _quarter(0.5)[:REACH]
# The quarters at each side mirror each other, so an even and an odd part serve both.
_FIRST = _quarter(0.25)
_EVEN = (_FIRST + _FIRST[::-1])[:REACH] / 2
_ODD = (_FIRST - _FIRST[::-1])[:REACH] / 2

# No point between samples is farther from zero than this many times the greatest of them.
GREATEST_RISE = max(2 * np.abs(_MIDDLE).sum(), np.abs(_FIRST).sum()) * (1 + 1e-9)


def true_peaks(samples: np.ndarray, *, above: float = 0.0) -> np.ndarray:
    """Greatest magnitude at each frame and in the gaps on either side of it, over all channels.

    Parameters
    ----------
    samples : ndarray, floats, shape (frames, channels), with ``REACH`` frames more at either end
        than are asked about.
    above : what is of interest. Where nothing can exceed it, only the samples are looked at, which
        costs far less.

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
        gaps = _between(around[some].transpose(1, 2, 0).copy()).max(axis=0).T
        found[some] = np.maximum(found[some], np.maximum(gaps[:, :-1], gaps[:, 1:]))
    return found.reshape(-1)[: len(peaks) - 2 * REACH]


def _between(samples: np.ndarray) -> np.ndarray:
    """Greatest magnitude in each gap that has ``REACH`` samples on both sides.

    From shape (channels, frames, …) to (channels, frames − 2 · REACH + 1, …). Written as sums of
    whole rows, so that a value does not depend on what else is worked on.
    """
    gaps = samples.shape[1] - 2 * REACH + 1
    middle, even, odd, scaled = np.zeros((4, len(samples), gaps, *samples.shape[2:]))
    for k in range(REACH):
        before, after = samples[:, k : k + gaps], samples[:, 2 * REACH - 1 - k :][:, :gaps]
        both = before + after
        middle += np.multiply(both, _MIDDLE[k], out=scaled)
        even += np.multiply(both, _EVEN[k], out=scaled)
        both = before - after
        odd += np.multiply(both, _ODD[k], out=scaled)
    # The greater of |even + odd| and |even − odd|.
    return np.maximum(np.abs(middle), np.abs(even) + np.abs(odd))
