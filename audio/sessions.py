"""Sessions: beats that lead somewhere, phase by phase.

A session settles at a beat near that of everyday wakefulness, deepens to the one it is for, holds
it, and returns; asleep, one does not return. The bands follow common use (delta 0.5–4, theta 4–8,
alpha 8–13, beta 13–30, gamma 30–45 Hz); what a beat does to a listener is not for this package
to say.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from audio.curves import Keyframe
from audio.spec import BEAT_HZ, Phase

Session = Literal[
    "sleep", "deep_rest", "meditation", "relaxation", "focus", "energy", "nap", "constant"
]


class _Step(NamedTuple):
    """A phase: the beat it goes to, the share of the track it takes, and the way it goes."""

    name: str
    to_hz: float
    share: float
    curve: str = "smooth"


class _Way(NamedTuple):
    start_hz: float
    steps: tuple[_Step, ...]


_WAYS: Mapping[str, _Way] = {
    "sleep": _Way(
        9,
        (
            _Step("Settle", 8, 0.10),
            _Step("Deepen", 2.5, 0.35, "exponential"),
            _Step("Hold", 2, 0.55, "linear"),
        ),
    ),
    "deep_rest": _Way(
        10,
        (
            _Step("Settle", 8, 0.12),
            _Step("Deepen", 3.5, 0.28, "exponential"),
            _Step("Hold", 3.5, 0.45),
            _Step("Return", 9, 0.15),
        ),
    ),
    "meditation": _Way(
        10,
        (
            _Step("Settle", 9, 0.12),
            _Step("Deepen", 6, 0.23, "exponential"),
            _Step("Hold", 6, 0.50),
            _Step("Return", 10, 0.15),
        ),
    ),
    "relaxation": _Way(
        14,
        (
            _Step("Settle", 12, 0.15),
            _Step("Deepen", 10, 0.20),
            _Step("Hold", 10, 0.50),
            _Step("Return", 12, 0.15),
        ),
    ),
    "focus": _Way(
        10,
        (
            _Step("Settle", 12, 0.10),
            _Step("Rise", 16, 0.20),
            _Step("Hold", 16, 0.60),
            _Step("Return", 12, 0.10),
        ),
    ),
    "energy": _Way(
        12,
        (
            _Step("Settle", 14, 0.10),
            _Step("Rise", 25, 0.30),
            _Step("Hold", 25, 0.50),
            _Step("Return", 18, 0.10),
        ),
    ),
    "nap": _Way(
        10,
        (
            _Step("Settle", 8, 0.15),
            _Step("Deepen", 4.5, 0.25, "exponential"),
            _Step("Hold", 4.5, 0.40),
            _Step("Return", 14, 0.20),
        ),
    ),
    "constant": _Way(10, (_Step("Hold", 10, 1.0),)),
}


class Course(NamedTuple):
    """What a session puts into a spec: the ``beat_hz`` of a beat, and the track's ``phases``."""

    beat_hz: tuple[Keyframe, ...]
    phases: tuple[Phase, ...]


def course(session: Session, *, duration_s: float, hold_hz: float | None = None) -> Course:
    """The way of ``session`` through a track of ``duration_s`` seconds.

    Parameters
    ----------
    session : sleep, deep_rest, meditation, relaxation, focus, energy, nap, or constant.
    hold_hz : the beat it is for, instead of the usual one; the rest moves with it, from the slowest
        beat there is to the fastest.
    """
    way = _WAYS[session]
    held_hz = next(step.to_hz for step in way.steps if step.name == "Hold")
    scale = 1.0 if hold_hz is None else hold_hz / held_hz
    keyframes, phases, time_s, hz = [], [], 0.0, way.start_hz
    for step in way.steps:
        keyframes.append(Keyframe(time_s, _permitted(hz * scale), step.curve))
        phases.append(Phase(name=step.name, start_s=time_s))
        time_s, hz = time_s + step.share * duration_s, step.to_hz
    keyframes.append(Keyframe(float(duration_s), _permitted(hz * scale)))
    return Course(tuple(keyframes), tuple(phases))


def _permitted(beat_hz: float) -> float:
    return min(max(beat_hz, BEAT_HZ.low), BEAT_HZ.high)
