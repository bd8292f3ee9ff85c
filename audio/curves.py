"""Values that move: keyframes in time, and the curve from each to the next."""

from typing import Literal, NamedTuple

import numpy as np

Curve = Literal["step", "linear", "smooth", "exponential"]


class Keyframe(NamedTuple):
    """A value at a time; ``curve`` says how one gets from here to the next keyframe.

    step
        Stay, and jump when the next keyframe comes.
    linear
        Equal steps in equal times.
    smooth
        As 3u² − 2u³: the movement begins and ends at rest.
    exponential
        Equal ratios in equal times; both values have the same sign, and neither is 0.
    """

    time_s: float
    value: float
    curve: Curve = "linear"


def keyframes_of(value: float | tuple[Keyframe, ...]) -> tuple[Keyframe, ...]:
    """The keyframes of a value; one alone for a value that stands still."""
    return value if isinstance(value, tuple) else (Keyframe(0.0, value, "step"),)


def values_at(value: float | tuple[Keyframe, ...], times_s: np.ndarray) -> np.ndarray:
    """The value at each of ``times_s``, float64; before the first keyframe and after the last it
    stands still."""
    frames = keyframes_of(value)
    values = np.full(len(times_s), frames[0].value)
    for here, there in zip(frames, (*frames[1:], None), strict=True):
        inside = times_s >= here.time_s
        values[inside] = here.value if there is None else _between(here, there, times_s[inside])
    return values


def _between(here: Keyframe, there: Keyframe, times_s: np.ndarray) -> np.ndarray:
    done = np.minimum((times_s - here.time_s) / (there.time_s - here.time_s), 1)
    if here.curve == "step":
        return np.where(done < 1, here.value, there.value)
    if here.curve == "exponential":
        return here.value * (there.value / here.value) ** done
    if here.curve == "smooth":
        done = done * done * (3 - 2 * done)
    return here.value + (there.value - here.value) * done
