"""From one sample rate to another, without images and without aliases."""

import math
from functools import lru_cache

import numpy as np
import scipy

# Half the taps of the filter, in samples of the slower rate: −100 dB from the first tenth beyond
# its band on.
REACH = 32
KAISER = 10.0


def ratio(from_hz: int, to_hz: int) -> tuple[int, int]:
    """Whole numbers ``up`` and ``down`` without a common factor: ``to_hz / from_hz``."""
    common = math.gcd(from_hz, to_hz)
    return to_hz // common, from_hz // common


@lru_cache(maxsize=4)
def filter_taps(up: int, down: int, *, half: int) -> np.ndarray:
    """The low-pass between the two rates, float64 of shape (2 · ``half`` + 1,), with a sum of 1.

    It is shared: not to be changed.
    """
    return scipy.signal.firwin(2 * half + 1, 1 / max(up, down), window=("kaiser", KAISER))


def resampled(sound: np.ndarray, *, from_hz: int, to_hz: int) -> np.ndarray:
    """``sound``, floats of shape (frames,), at ``to_hz``: of its dtype, and nothing delayed."""
    if from_hz == to_hz:
        return sound
    up, down = ratio(from_hz, to_hz)
    taps = filter_taps(up, down, half=REACH * max(up, down))
    return scipy.signal.resample_poly(sound, up, down, window=taps).astype(sound.dtype)
