"""A look-ahead limiter of true peaks: turns the sound down smoothly, never cuts a peak off."""

from collections.abc import Iterable, Iterator

import numpy as np
import scipy

from audio.levels import amplitude_of
from audio.true_peak import GREATEST_RISE, REACH, true_peaks

CEILING_DB = -1.0

# The gain starts to fall this long before a peak and has recovered this long after it. At 50 ms
# even the half waves of a 20 Hz tone share one gain, so low tones are not bent.
REACH_S = 0.050

# Gains are whole numbers of 1/2³⁰ so that running sums are exact, whatever the block size.
_UNITY = 2**30


def limited(
    blocks: Iterable[np.ndarray],
    *,
    ceiling: float = amplitude_of(CEILING_DB),
    sample_rate: int = 44_100,
    reach_s: float = REACH_S,
) -> Iterator[np.ndarray]:
    """Yield ``blocks`` with no true peak above ``ceiling``.

    Both channels get the same gain, so the stereo image stands still. What never exceeds the
    ceiling comes out bit for bit as it went in. The delay is made up for: the sum of the lengths
    is the same, though the blocks are cut at other places.

    Parameters
    ----------
    blocks : iterable of ndarray, float64, shape (frames, 2)
    ceiling : greatest absolute value let through, full scale being 1.0. No sample exceeds it; the
        wave between the samples may by less than 0.2 dB.
    sample_rate : in Hz.
    reach_s : seconds the limiter looks ahead, and takes to recover.

    Notes
    -----
    Each sample needs a gain of at most ceiling/peak, the peak being the greater of the sample
    itself and of the wave up to its neighbours. The gain applied is the mean over ``reach + 1``
    frames of a running minimum over ``reach + 1`` frames; every minimum in that mean covers the
    sample itself, so the mean cannot be greater than the sample's own need.
    """
    reach = max(1, round(reach_s * sample_rate))
    memory = _Memory(
        before=np.zeros((2 * REACH, 2)),
        waiting=np.zeros((0, 2)),
        needs=np.full(2 * reach, _UNITY),
    )
    for block in blocks:
        yield memory.step(block, ceiling, reach)
    # Silence after the end pushes the last frames out.
    yield memory.step(np.zeros((reach + REACH, 2)), ceiling, reach)


class _Memory:
    """What the limiter knows between two blocks.

    ``before`` are the last frames that came, of which the wave between samples is made;
    ``waiting`` those not yet handed on; ``needs`` those of the last ``2 * reach`` frames, as far
    as they can be known, which is up to ``REACH`` frames before the last that came.
    """

    def __init__(self, *, before: np.ndarray, waiting: np.ndarray, needs: np.ndarray) -> None:
        self.before, self.waiting, self.needs = before, waiting, needs

    def step(self, block: np.ndarray, ceiling: float, reach: int) -> np.ndarray:
        """Take ``block`` in and hand back the frames that are done."""
        around = np.concatenate([self.before, block])
        needs = np.concatenate([self.needs, _needs(around, ceiling)])
        sound = np.concatenate([self.waiting, block])
        ready = max(0, len(sound) - reach - REACH)
        out = sound[:ready]
        if ready and needs.min() < _UNITY:
            out = out * _gains(needs, reach)[-ready:, np.newaxis]
        self.before = around[-2 * REACH :]
        self.waiting, self.needs = sound[ready:], needs[len(needs) - 2 * reach :]
        return out


def _needs(sound: np.ndarray, ceiling: float) -> np.ndarray:
    """Greatest gain permitted at each frame but the first and last ``REACH``; mostly unity."""
    needs = np.full(len(sound) - 2 * REACH, _UNITY)
    if max(sound.max(), -sound.min()) * GREATEST_RISE <= ceiling:
        return needs
    peaks = true_peaks(sound, above=ceiling)
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
