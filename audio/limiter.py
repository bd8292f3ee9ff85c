"""A look-ahead limiter of true peaks: turns the sound down smoothly, never cuts a peak off."""

from collections.abc import Iterable, Iterator

import numpy as np
import scipy

from audio.levels import amplitude_of
from audio.true_peak import FINE_PARTS, GREATEST_RISE, REACH, true_peaks

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
    blocks : iterable of ndarray, floats, shape (frames, 2)
    ceiling : greatest absolute value let through, full scale being 1.0. No sample exceeds it, nor
        does the wave between them by more than 0.2 dB, but for what lies above 0.44 of the rate.
    sample_rate : in Hz.
    reach_s : seconds the limiter looks ahead, and takes to recover.

    Notes
    -----
    Each sample needs a gain of at most ceiling/peak, the peak being the greater of the sample
    itself and of the wave up to its neighbours. The gain applied is the mean over ``reach + 1``
    frames of a running minimum over ``reach + 1`` frames; every minimum in that mean covers the
    sample itself, so the mean cannot be greater than the sample's own need.
    """
    memory = _Memory(ceiling, max(1, round(reach_s * sample_rate)))
    for block in blocks:
        yield from memory.step(block)
    yield from memory.end()


class _Memory:
    """What the limiter knows between two blocks.

    ``before`` are the last frames that came, of which the wave between samples is made;
    ``waiting`` those not yet handed on; ``needs`` those of the last ``2 * reach`` frames, as far
    as they can be known, which is up to ``REACH`` frames before the last that came. They are None
    while none of them asks for anything.
    """

    def __init__(self, ceiling: float, reach: int) -> None:
        self._ceiling, self._reach = ceiling, reach
        self._delay = reach + REACH
        self._before = np.zeros((2 * REACH, 2), np.float32)
        self._waiting = self._before[:0]
        self._needs: np.ndarray | None = None

    def step(self, block: np.ndarray) -> Iterator[np.ndarray]:
        """Take ``block`` in and hand back the frames that are done, in one part or two."""
        needs = self._needs_with(block)
        ready = max(0, len(self._waiting) + len(block) - self._delay)
        from_before = min(ready, len(self._waiting))
        parts = [self._waiting[:from_before], block[: ready - from_before]]
        if ready and needs is not None:
            parts = [np.concatenate(parts)]
            gains = _gains(needs, self._reach)[-ready:, np.newaxis]
            parts = [(parts[0] * gains).astype(block.dtype, copy=False)]
        self._waiting = np.concatenate([self._waiting[from_before:], block[ready - from_before :]])
        self._remember(needs)
        yield from (part for part in parts if len(part))

    def end(self) -> Iterator[np.ndarray]:
        """Hand back what is left, which silence after the end pushes out."""
        return self.step(np.zeros((self._delay, 2), self._before.dtype))

    def _needs_with(self, block: np.ndarray) -> np.ndarray | None:
        """The needs of the last ``2 * reach`` frames and of ``block``; None if there are none."""
        around = [self._before, block]
        self._before = np.concatenate([self._before, block[-2 * REACH :]])[-2 * REACH :]
        new = None
        if max(max(part.max(), -part.min()) for part in around) * GREATEST_RISE > self._ceiling:
            new = _needs(np.concatenate(around), self._ceiling)
        if new is None and self._needs is None:
            return None
        old, new = (
            np.full(frames, _UNITY) if needs is None else needs
            for needs, frames in ((self._needs, 2 * self._reach), (new, len(block)))
        )
        return np.concatenate([old, new])

    def _remember(self, needs: np.ndarray | None) -> None:
        self._needs = None if needs is None else needs[len(needs) - 2 * self._reach :]
        if self._needs is not None and self._needs.min() == _UNITY:
            self._needs = None


def _needs(sound: np.ndarray, ceiling: float) -> np.ndarray | None:
    """Greatest gain permitted at each frame but the first and last ``REACH``; None if all is."""
    peaks = true_peaks(sound, above=ceiling, parts=FINE_PARTS)
    over = peaks > ceiling
    if not over.any():
        return None
    needs = np.full(len(peaks), _UNITY)
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
