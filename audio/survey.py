"""The loudness of a whole track, told from some of its gating blocks.

How loud each block is has been foretold, more or less well. Some are drawn and heard, the likelier
the louder they are foretold to be; each then stands for a share of its stratum, the blocks that are
foretold to be about as loud.
"""

import numpy as np

from audio.loudness import (
    ABSOLUTE_GATE_LUFS,
    BLOCK_S,
    INTEGRATED_GATE_LU,
    STEPS_A_SECOND,
    energy_of,
    gated,
    lufs,
)

# So many are drawn first, and at most so many in all.
FIRST, MOST = 16, 512

# There are up to so many strata, of so many drawn blocks or more.
STRATA, LEAST = 16, 8

# How likely silence is to be drawn, in parts of what an ordinary block is: it may not be silent.
EVENLY = 0.1

_GOLDEN_RATIO = (5**0.5 - 1) / 2
_NOTHING = 1e-30


class Survey:
    """What blocks that were drawn say of all of them.

    Parameters
    ----------
    foretold : ndarray, floats, shape (blocks,)
        K-weighted mean squares of blocks as :func:`~audio.loudness.windowed` makes them, at about
        their final level, not all 0.
    """

    def __init__(self, foretold: np.ndarray) -> None:
        self._foretold, self._sorted = foretold, np.sort(foretold)
        self._sums = np.concatenate([[0], np.cumsum(self._sorted)])
        # What is far below the gate counts for nothing.
        counted = np.where(foretold > gated(foretold).min() / 2, foretold, 0)
        # Powers of two, whose sums are exact: processors that round in ways of their own draw the
        # same blocks.
        chances = _power_of_two(np.sqrt(counted))
        self._chances = chances + _power_of_two(EVENLY * chances.mean())
        self._drawn = np.zeros(0, int)

    @property
    def is_whole(self) -> bool:
        """Whether so many were drawn that no more will be."""
        side_by_side = len(self._foretold) / (BLOCK_S * STEPS_A_SECOND)
        return len(self._drawn) >= min(MOST, side_by_side)

    def draw(self) -> np.ndarray:
        """The numbers of as many blocks again as were drawn, far from those and each other."""
        count = len(self._drawn)
        until = np.cumsum(self._chances)
        places = golden(count, max(FIRST, 2 * count)) * until[-1]
        new = np.searchsorted(until, places)
        self._drawn = np.concatenate([self._drawn, new])
        self._stratify(self._foretold[self._drawn])
        return new

    def _stratify(self, foretold: np.ndarray) -> None:
        strata = np.clip(len(foretold) // LEAST, 1, STRATA)
        edges = np.quantile(foretold, np.arange(1, strata) / strata, method="higher")
        edges = np.unique(edges[edges > foretold.min()])
        self._strata = np.searchsorted(edges, foretold, side="right")
        bounds = np.concatenate([[0], self._sorted.searchsorted(edges), [len(self._sorted)]])
        self._first, self._stop = bounds[self._strata], bounds[self._strata + 1]
        # What was likelier to be drawn counts for less.
        self._counts = 1 / self._chances[self._drawn]
        self._weights = foretold * self._counts / self._of_stratum(foretold)

    def _of_stratum(self, values: np.ndarray) -> np.ndarray:
        """For each drawn block the sum over its stratum, as far as that was drawn."""
        sums = np.bincount(self._strata, values * self._counts)
        return np.maximum(_NOTHING, sums)[self._strata]

    def integrated_lufs(self, energies: np.ndarray) -> float:
        """Loudness of the track if the drawn blocks, in their order, have these energies."""
        foretold = self._foretold[self._drawn]
        ratios = np.divide(energies, foretold, out=np.zeros(len(energies)), where=foretold > 0)
        gate = energy_of(ABSOLUTE_GATE_LUFS)
        gate = max(gate, self._mean_above(gate, ratios) * 10 ** (INTEGRATED_GATE_LU / 10))
        return lufs(self._mean_above(gate, ratios))

    def _mean_above(self, gate: float, ratios: np.ndarray) -> float:
        """Mean of all blocks above ``gate``, each as much louder than foretold as the drawn ones
        of its stratum, one by one, are."""
        least = gate / np.maximum(_NOTHING, ratios)
        lowest = np.clip(self._sorted.searchsorted(least, side="right"), self._first, self._stop)
        count = self._weights @ (self._stop - lowest)
        energy = (self._weights * ratios) @ (self._sums[self._stop] - self._sums[lowest])
        return float(energy / count) if count else 0.0

    def doubt_lu(self, energies: np.ndarray) -> float:
        """Standard error of :meth:`integrated_lufs`."""
        foretold = self._foretold[self._drawn]
        expected = foretold * self._of_stratum(energies) / self._of_stratum(foretold)
        error = np.linalg.norm((energies - expected) * self._counts) / (energies @ self._counts)
        return float(10 * np.log10(1 + error))


def _power_of_two(values: np.ndarray) -> np.ndarray:
    """The next above each of ``values``; 0 stays."""
    return np.ldexp(np.sign(values), np.frexp(values)[1])


def golden(first: int, stop: int) -> np.ndarray:
    """Places 0…1 number ``first`` to ``stop`` of a series that fills a circle evenly."""
    return (np.arange(first, stop) + 0.5) * _GOLDEN_RATIO % 1
