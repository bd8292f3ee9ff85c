"""Random bits that follow from a track's seed alone, and a series that is even instead.

Only the raw output of the bit generator is used: NumPy promises that it never changes, which it
does not promise of ``Generator``'s distributions.
"""

from enum import IntEnum

import numpy as np

_GOLDEN_RATIO = (5**0.5 - 1) / 2


class Stream(IntEnum):
    """Each use of randomness has its own stream, so adding a layer changes no other layer.

    The numbers are part of what a spec means: never change or reuse one.
    """

    NOISE = 1
    DITHER = 2
    ORDER = 3
    JITTER = 4


def random_bits(seed: int, stream: Stream) -> np.random.PCG64:
    """A bit generator for one stream of the track with this ``seed`` (0 to 2³² − 1)."""
    return np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(stream,)))


def golden(first: int, stop: int) -> np.ndarray:
    """Places 0…1 number ``first`` to ``stop`` of a series that fills a circle evenly."""
    return (np.arange(first, stop) + 0.5) * _GOLDEN_RATIO % 1
