"""The peaks between the samples: what a converter makes of them, not what the file holds.

Each gap between two samples is looked at in its three inner quarters, as ITU-R BS.1770-4 Annex 2
asks: four times the sampling rate, by a windowed sinc.
"""

import numpy as np

# Samples that the sinc reaches on each side of a gap: true to 0.1 dB up to 0.44 of the rate.
REACH = 12
_KAISER_BETA = 4.0

# Worked on at a time: all that is needed stays in the processor's cache.
CHUNK_FRAMES = 4096


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
    samples : ndarray, float64, shape (frames, channels), with ``REACH`` frames more at either end
        than are asked about.
    above : what is of interest. Where nothing can exceed it, only the samples are looked at, which
        costs far less.

    Returns
    -------
    ndarray, float64, shape (frames − 2 · REACH,)
        The same whatever part of a longer sound is asked about, but for values up to ``above``.
    """
    rows = np.ascontiguousarray(samples.T)
    peaks = np.abs(rows).max(axis=0)
    found = peaks[REACH:-REACH].copy()
    for start in range(0, len(found), CHUNK_FRAMES):
        stop = min(start + CHUNK_FRAMES, len(found))
        around = slice(start, stop + 2 * REACH)
        if peaks[around].max() * GREATEST_RISE > above:
            gaps = _between(rows[:, around]).max(axis=0)
            np.maximum(found[start:stop], gaps[:-1], out=found[start:stop])
            np.maximum(found[start:stop], gaps[1:], out=found[start:stop])
    return found


def _between(samples: np.ndarray) -> np.ndarray:
    """Greatest magnitude in each gap that has ``REACH`` samples on both sides.

    From shape (channels, frames) to (channels, frames − 2 · REACH + 1). Written as sums of whole
    rows, so that a value does not depend on what else is worked on.
    """
    gaps = samples.shape[1] - 2 * REACH + 1
    middle, even, odd, scaled = np.zeros((4, len(samples), gaps))
    for k in range(REACH):
        before, after = samples[:, k : k + gaps], samples[:, 2 * REACH - 1 - k :][:, :gaps]
        both = before + after
        middle += np.multiply(both, _MIDDLE[k], out=scaled)
        even += np.multiply(both, _EVEN[k], out=scaled)
        both = before - after
        odd += np.multiply(both, _ODD[k], out=scaled)
    # The greater of |even + odd| and |even − odd|.
    return np.maximum(np.abs(middle), np.abs(even) + np.abs(odd))
