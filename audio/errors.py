"""Every error this package raises on purpose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class AudioError(Exception):
    """Base of all errors of this package; the message is a sentence a person can act on."""


class Cancelled(AudioError):
    """The caller's ``cancelled`` answered true, so the work stopped and left nothing behind."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a spec.

    ``field`` is the dotted path in the spec (``beat.carrier_hz``); ``message`` says what is
    permitted. ``code`` names the kind of fault and ``values`` has its figures, for those who say
    it in words of their own.
    """

    field: str
    message: str
    code: str = field(default="", compare=False)
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)


class SpecError(AudioError):
    """A track spec that cannot be rendered. ``problems`` lists every fault found in it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(f"{p.field}: {p.message}" for p in self.problems)


class SpeechError(AudioError):
    """A line could not be turned into speech."""


class SpeechServiceRefusesError(SpeechError):
    """The service takes nothing from us: a bad key, no credit. Every other line would fail too."""


class SpeechDoesNotFitError(AudioError):
    """The spoken lines are longer than the track; ``needed_s`` is the least length in seconds."""

    def __init__(self, needed_s: float) -> None:
        super().__init__(needed_s)
        self.needed_s = needed_s

    def __str__(self) -> str:
        return f"the lines need at least {self.needed_s:.0f} seconds when spoken"
