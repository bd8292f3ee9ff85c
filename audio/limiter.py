"""A look-ahead peak limiter: turns the sound down smoothly before a peak, never cuts one off."""

from collections.abc import Iterable, Iterator

import numpy as np
import scipy

from audio.levels import amplitude_of
from audio.spec import SAMPLE_RATE

CEILING_DB = -1.0

# The gain starts to fall this long before a peak and has recovered this long after it. At 50 ms
# even the half waves of a 20 Hz tone share one gain, so low tones are not bent.
REACH_FRAMES = round(0.050 * SAMPLE_RATE)

# Gains are whole numbers of 1/2³⁰ so that running sums are exact, whatever the block size.
_UNITY = 2**30


def limited(
    blocks: Iterable[np.ndarray],
    *,
    ceiling: float = amplitude_of(CEILING_DB),
    reach: int = REACH_FRAMES,
) -> Iterator[np.ndarray]:
    """Yield ``blocks`` with no sample above ``ceiling``.

    Both channels get the same gain, so the stereo image stands still. What never exceeds the
    ceiling comes out bit for bit as it went in. The delay is made up for: the sum of the lengths
    is the same, though the blocks are cut at other places.

    Parameters
    ----------
    blocks : iterable of ndarray, float64, shape (frames, 2)
    ceiling : greatest absolute value let through, full scale being 1.0.
    reach : frames the limiter looks ahead, and takes to recover.

    Notes
    -----
    Each sample needs a gain of at most ceiling/|sample|. The gain applied is the mean over
    ``reach + 1`` frames of a running minimum over ``reach + 1`` frames; every minimum in that mean
    covers the sample itself, so the mean cannot be greater than the sample's own need.
    """
    waiting = np.zeros((0, 2))
    needs = np.full(2 * reach, _UNITY)
    for block in blocks:
        waiting, needs, out = _step(waiting, needs, block, ceiling, reach)
        yield out
    # Silence after the end pushes the last frames out.
    waiting, needs, out = _step(waiting, needs, np.zeros((reach, 2)), ceiling, reach)
    yield out


def _step(
    waiting: np.ndarray, needs: np.ndarray, block: np.ndarray, ceiling: float, reach: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take ``block`` in; hand back the frames that wait, the needs remembered, and the frames done.

    ``needs`` covers the ``2 * reach`` frames before the block.
    """
    sound = np.concatenate([waiting, block])
    ready = max(0, len(sound) - reach)
    out = sound[:ready]
    needs = np.concatenate([needs, _needs(block, ceiling)])
    if ready and needs.min() < _UNITY:
        out = out * _gains(needs, reach)[-ready:, np.newaxis]
    return sound[ready:], needs[len(needs) - 2 * reach :], out


def _needs(block: np.ndarray, ceiling: float) -> np.ndarray:
    """Greatest gain permitted at each frame; unity where nothing exceeds the ceiling."""
    needs = np.full(len(block), _UNITY)
    if not len(block) or max(block.max(), -block.min()) <= ceiling:
        return needs
    peaks = np.abs(block).max(axis=1)
    over = peaks > ceiling
    # One step lower than needed: rounding can then never lift a peak above the ceiling.
    needs[over] = np.floor(ceiling / peaks[over] * _UNITY).astype(np.int64) - 1
    return needs


def _gains(needs: np.ndarray, reach: int) -> np.ndarray:
    """Smooth gain for the frames from ``reach`` on, less the last ``reach`` that lie ahead."""
    width = reach + 1
    # Centred by scipy; with this origin entry k is the minimum of needs[k : k + width].
    lowest = scipy.ndimage.minimum_filter1d(needs, width, origin=-(width // 2))[
        : len(needs) - reach
    ]
    sums = np.concatenate([[0], np.cumsum(lowest)])
    return (sums[width:] - sums[:-width]) / (width * _UNITY)
