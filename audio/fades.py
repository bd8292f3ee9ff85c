"""The rise at the start of a track and the fall at its end."""

import numpy as np


class Fades:
    """The gain of the whole: sin² from exactly 0 at the very first and last frame to exactly 1.

    It is smooth at both ends of the fade, and a fade of 2 s is above −48 dB after a tenth of a
    second.
    """

    def __init__(
        self, *, fade_in_s: float, fade_out_s: float, total_frames: int, sample_rate: int
    ) -> None:
        self._in, self._out = (round(s * sample_rate) for s in (fade_in_s, fade_out_s))
        self._last, self._rate = total_frames - 1, sample_rate

    def apply(self, block: np.ndarray, start: int) -> None:
        """Fade ``block``, floats of shape (frames, 2), in place if it lies near an end."""
        stop = start + len(block)
        if start < self._in or stop > self._last - self._out:
            block *= self._at(np.arange(start, stop))[:, np.newaxis]

    def at(self, times_s: np.ndarray) -> np.ndarray:
        """The gain at ``times_s``."""
        return self._at(times_s * self._rate)

    def _at(self, frames: np.ndarray) -> np.ndarray:
        share = np.minimum(frames / self._in, (self._last - frames) / self._out)
        return np.sin(np.pi / 2 * np.clip(share, 0, 1)) ** 2
