"""The rise at the start of a track and the fall at its end."""

import numpy as np

from audio.spec import SAMPLE_RATE

FADE_IN_S = 2.0
FADE_OUT_S = 4.0


def fade(block: np.ndarray, *, start: int, total_frames: int) -> None:
    """Fade ``block`` in place wherever it lies near an end of the track.

    The gain is sin² from exactly 0 at the very first and last frame to exactly 1: smooth at both
    ends of the fade, and above −48 dB after a tenth of a second.

    Parameters
    ----------
    block : ndarray, float64, shape (frames, channels)
    start : index in the track of the block's first frame.
    total_frames : length of the track.
    """
    fade_in, fade_out = (round(s * SAMPLE_RATE) for s in (FADE_IN_S, FADE_OUT_S))
    stop = start + len(block)
    if start < fade_in:
        part = block[: fade_in - start]
        part *= _rise(np.arange(start, start + len(part)), fade_in)
    if stop > total_frames - fade_out:
        part = block[max(0, total_frames - fade_out - start) :]
        part *= _rise(total_frames - 1 - np.arange(stop - len(part), stop), fade_out)


def _rise(frames_from_end: np.ndarray, length: int) -> np.ndarray:
    return np.sin(np.pi / 2 * (frames_from_end / length)[:, np.newaxis]) ** 2
