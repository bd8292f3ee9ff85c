"""The loudness of a whole track, told from some of its gating blocks.

How loud each block is has been foretold, more or less well. Some are drawn and heard, the likelier
the louder they are foretold to be; each then stands for a share of its stratum, the blocks that are
foretold to be as loud within 3 dB.
"""

import numpy as np

from audio.loudness import ABSOLUTE_GATE_LUFS, INTEGRATED_GATE_LU, energy_of, gated, lufs
from audio.randomness import golden

# So many are drawn first, and at most so many in all.
FIRST, MOST = 12, 768

# More are drawn until the standard error is this small; far smaller while there are fewer than so
# many, which may agree by chance.
DOUBT_LU, MANY = 0.05, 48

# The standard error is told from what is found without each of so many parts of what was drawn.
PARTS = 8

# How likely silence is to be drawn, in parts of what an ordinary block is: it may not be silent.
EVENLY = 0.1

_RELATIVE_GATE = 10 ** (INTEGRATED_GATE_LU / 10)
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
        self._foretold = foretold
        # What is far below the gate counts for nothing.
        counted = np.where(foretold > gated(foretold).min() / 2, foretold, 0)
        # Powers of two, whose sums are exact: processors that round in ways of their own draw the
        # same blocks.
        chances = _power_of_two(np.sqrt(counted))
        self._chances = chances + _power_of_two(EVENLY * chances.mean())
        self._draws, self._drawn = 0, np.zeros(0, int)

    def draw(self) -> np.ndarray:
        """The numbers of blocks in as many places again as before, far from those and each other.

        None comes twice.
        """
        draws = max(FIRST, 2 * self._draws)
        until = np.cumsum(self._chances, dtype=float)
        found = np.searchsorted(until, golden(self._draws, draws) * until[-1])
        new = np.setdiff1d(found, self._drawn)
        self._draws, self._drawn = draws, np.concatenate([self._drawn, new])
        self._told = self._foretold[self._drawn]
        # What was likelier to be drawn counts for less.
        self._counts = 1 / np.minimum(1, draws / until[-1] * self._chances[self._drawn])
        self._stratify()
        return new

    def _stratify(self) -> None:
        edges = np.unique(_power_of_two(self._told))[:-1]
        self._strata = np.searchsorted(edges, self._told, side="right")
        self._others = np.sort(np.delete(self._foretold, self._drawn))
        self._sums = np.concatenate([[0], np.cumsum(self._others, dtype=float)])
        bounds = np.concatenate([[0], self._others.searchsorted(edges), [len(self._others)]])
        self._first, self._stop = bounds[self._strata], bounds[self._strata + 1]

    def integrated_lufs(self, energies: np.ndarray) -> float:
        """Loudness of the track if the drawn blocks, in their order, have these energies."""
        return self._lufs(energies, known=np.ones(len(energies), bool))

    def is_enough(self, energies: np.ndarray) -> bool:
        """Whether :meth:`integrated_lufs` is known well, or no more should be drawn."""
        doubt_lu = DOUBT_LU * min(1, len(self._drawn) / MANY) ** 3
        return self._draws >= MOST or self._error_lu(energies) <= doubt_lu

    def _error_lu(self, energies: np.ndarray) -> float:
        """Standard error, by a jackknife of what was drawn."""
        part = np.arange(len(energies)) % PARTS
        found = [self._lufs(energies, known=part != left_out) for left_out in range(PARTS)]
        return float(np.std(found) * np.sqrt(PARTS - 1))

    def _lufs(self, energies: np.ndarray, known: np.ndarray) -> float:
        """The loudness if of the drawn blocks only those that are ``known`` were heard."""
        # The others count where nothing of their stratum is known, and then as is usual.
        counts = np.where(known, self._counts, _NOTHING)
        weights = (self._told + _NOTHING) * counts
        ratios = np.full(len(counts), (energies @ counts) / weights.sum())
        np.divide(energies, self._told, out=ratios, where=known & (self._told > 0))
        weights /= np.bincount(self._strata, weights)[self._strata]

        def mean_above(gate: float) -> float:
            """Of all blocks, those not drawn as much louder than foretold as the drawn ones of
            their stratum, one by one, are."""
            above = energies > gate
            least = gate / np.maximum(_NOTHING, ratios)
            first = self._others.searchsorted(least, side="right").clip(self._first, self._stop)
            count = weights @ (self._stop - first) + np.count_nonzero(above)
            energy = (weights * ratios) @ (self._sums[self._stop] - self._sums[first])
            energy += energies[above].sum()
            return float(energy / count) if count else 0.0

        absolute = energy_of(ABSOLUTE_GATE_LUFS)
        return lufs(mean_above(max(absolute, _RELATIVE_GATE * mean_above(absolute))))


def _power_of_two(values: np.ndarray) -> np.ndarray:
    """The next above each of ``values``; 0 stays."""
    return np.ldexp(np.sign(values), np.frexp(values)[1])
