"""Decibels to amplitudes.

Every level in this package is in dBFS after AES17: a sine that just reaches full scale stands at
0 dB. Its RMS is 1/√2, so noise and speech at 0 dB have that RMS as well.
"""

import math

import numpy as np


def amplitude_of(level_db: float | np.ndarray) -> float | np.ndarray:
    """Peak amplitude of a sine at ``level_db`` dBFS, one or many; 1.0 is full scale."""
    return 10 ** (level_db / 20)


def rms_of(level_db: float) -> float:
    """Root mean square of any signal at ``level_db`` dBFS; full scale is 1.0."""
    return amplitude_of(level_db) / math.sqrt(2)
