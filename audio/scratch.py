"""Arrays that are used again and again: fresh memory costs more than the work done in it."""

import numpy as np


class Scratch:
    """Working memory by name, kept from call to call as long as its shape stays the same.

    What is in it is whatever was left there. Not for several threads at once.
    """

    def __init__(self) -> None:
        self._kept: dict[str, np.ndarray] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: type = np.float64) -> np.ndarray:
        """The array called ``name``."""
        kept = self._kept.get(name)
        if kept is None or kept.shape != shape:
            kept = self._kept[name] = np.empty(shape, dtype)
        return kept
