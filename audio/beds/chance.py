"""Random numbers that depend on a key and an index alone, so any moment can be asked for first.

Only whole-number arithmetic makes them, so every machine gets the same ones.
"""

import numpy as np


def chance(key: int, index: np.ndarray) -> np.ndarray:
    """A number in 0…1 for each ``index`` (whole numbers, any shape), another series a ``key``.

    The mixing function is SplitMix64 (Steele, Lea and Flood, 2014).
    """
    mixed = np.asarray(index).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) * 2.0**-64


def drift(key: int, times: np.ndarray, period_s: float) -> np.ndarray:
    """A smooth aimless movement in 0…1: a new random value each ``period_s`` seconds of ``times``.

    Between them it eases from one to the next, level at both.
    """
    steps = np.floor(times / period_s)
    part = times / period_s - steps
    before, after = (chance(key, steps.astype(np.int64) + n) for n in (0, 1))
    return before + (after - before) * part * part * (3 - 2 * part)


def uniform(bits: np.random.PCG64, count: int) -> np.ndarray:
    """The next ``count`` random numbers in 0…1 of a bit generator, float64."""
    return bits.random_raw(count) * 2.0**-64
