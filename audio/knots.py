"""Gains that move: worked out now and then, and led smoothly from each to the next."""

import numpy as np

# They are worked out this often, 1.5 ms apart. Straight lines between would click where they meet,
# 60 dB below a tone.
KNOT_FRAMES = 64

_RAMP = (np.arange(KNOT_FRAMES) / KNOT_FRAMES).astype(np.float32)


def between_knots(knots: np.ndarray, start: int, frames: int) -> np.ndarray:
    """A line through ``knots`` that has no corners and never goes beyond two neighbours.

    Each piece is a cubic. Its slope at a knot is the mean of those to both sides, but 0 where they
    point apart and at most twice the lesser (van Leer, 1977).

    Parameters
    ----------
    knots : the values at :func:`knots_of` the same ``start`` and ``frames``.

    Returns
    -------
    ndarray, float32, shape (frames,)
    """
    line = np.empty((len(knots) - 3, KNOT_FRAMES), np.float32)
    line[:] = knots[1:-2, np.newaxis]
    if len(moving := np.flatnonzero(np.diff(knots[1:-1]))):
        first, last = moving[[0, -1]]
        _bend(line[first : last + 1], knots[first : last + 4])
    skipped = start % KNOT_FRAMES
    return line.reshape(-1)[skipped : skipped + frames]


def _bend(line: np.ndarray, knots: np.ndarray) -> None:
    """Lead pieces from the second knot to the last but one."""
    rises = np.diff(knots)
    before, after = rises[:-1], rises[1:]
    least = 2 * np.minimum(np.abs(before), np.abs(after)) * (before * after > 0)
    slopes = np.clip((before + after) / 2, -least, least)
    cubic = slopes[:-1] + slopes[1:] - 2 * rises[1:-1]
    terms = np.array([cubic, rises[1:-1] - slopes[:-1] - cubic, slopes[:-1], knots[1:-2]])
    start, *others, level = terms.astype(np.float32)[..., np.newaxis]
    np.multiply(start, _RAMP, out=line)
    for term in others:
        line += term
        line *= _RAMP
    line += level


def knots_of(start: int, frames: int) -> np.ndarray:
    """Frames of the track at which to tell :func:`between_knots` the value: from one knot before
    what is asked for, which may lie before the track, to one behind it."""
    first, last = start // KNOT_FRAMES - 1, -(-(start + frames) // KNOT_FRAMES) + 1
    return KNOT_FRAMES * np.arange(first, last + 1)
