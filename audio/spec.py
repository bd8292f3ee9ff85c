"""What a track is: one frozen, versioned value that says everything the renderer needs.

The same spec always gives the same samples, so a spec is also the recipe that is kept beside
a finished track. All rules about sound live here; a form or a command only translates
:class:`~audio.errors.SpecError` into its own words.
"""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from audio.errors import Problem, SpecError

SAMPLE_RATE = 44_100


class Range(NamedTuple):
    """The least and the greatest value permitted, both included."""

    low: float
    high: float
    unit: str = ""

    def __str__(self) -> str:
        return f"from {self.low:g} to {self.high:g} {self.unit}".rstrip()


TITLE_CHARS = Range(1, 120, "characters")
DURATION_S = Range(60, 7200, "seconds")
CARRIER_HZ = Range(20, 1500, "Hz")
BEAT_HZ = Range(0.5, 45, "Hz")
LEVEL_DB = Range(-60, 0, "dB")
LOWPASS_HZ = Range(2000, 8000, "Hz")
LINES = Range(1, 500, "lines")
LINE_CHARS = Range(1, 400, "characters")
VOICE_CHARS = Range(1, 100, "characters")
REPETITIONS = Range(1, 20)
SEED = Range(0, 2**32 - 1)

# Below 1 Hz a "tone" is only a slow push of the membrane.
LOWEST_TONE_HZ = 1.0


def _within(limits: Range) -> Any:
    return Field(ge=limits.low, le=limits.high, allow_inf_nan=False)


def _clean_text(text: str) -> str:
    """Fold white space and Unicode forms so that equal words are equal strings."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise PydanticCustomError("control", "has a control character; type it again without it")
    return text


def _speakable(text: str) -> str:
    if not any(unicodedata.category(char)[0] in "LN" for char in text):
        raise PydanticCustomError("no_words", "has no words to speak")
    return text


Level = Annotated[float, _within(LEVEL_DB)]
Title = Annotated[
    str,
    AfterValidator(_clean_text),
    Field(min_length=int(TITLE_CHARS.low), max_length=int(TITLE_CHARS.high)),
]
Line = Annotated[
    str,
    AfterValidator(_clean_text),
    Field(min_length=int(LINE_CHARS.low), max_length=int(LINE_CHARS.high)),
    AfterValidator(_speakable),
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Beat(_Part):
    """A pulse of ``beat_hz`` carried by a tone of ``carrier_hz``.

    ``level_db`` is the level of the whole layer in dBFS after AES17, in which a sine that just
    reaches full scale stands at 0 dB; so a binaural tone at −12 dB has an amplitude of 0.251.

    binaural
        Left ear ``carrier + beat/2``, right ear ``carrier − beat/2``: heard with headphones.
    monaural
        Both tones summed in both ears, each at half the amplitude.
    isochronic
        The carrier switched on and off ``beat_hz`` times a second, half of the time on.
    """

    kind: Literal["binaural", "monaural", "isochronic"]
    beat_hz: Annotated[float, _within(BEAT_HZ)]
    carrier_hz: Annotated[float, _within(CARRIER_HZ)] = 200.0
    level_db: Level = -12.0

    @field_validator("carrier_hz")
    @classmethod
    def _both_tones_audible(cls, carrier_hz: float, info: ValidationInfo) -> float:
        beat_hz = info.data.get("beat_hz", 0.0)
        lowest = LOWEST_TONE_HZ + beat_hz / 2
        if info.data.get("kind") != "isochronic" and carrier_hz < lowest:
            raise PydanticCustomError(
                "carrier_below_beat",
                "must be at least {lowest} Hz for a beat of {beat} Hz",
                {"lowest": f"{lowest:g}", "beat": f"{beat_hz:g}"},
            )
        return carrier_hz


class Noise(_Part):
    """A bed of noise; ``level_db`` is its RMS level a channel in dBFS after AES17."""

    colour: Literal["white", "pink", "brown"]
    level_db: Level = -24.0


class Speech(_Part):
    """The spoken lines: ``lines`` in the order written, the whole list ``repetitions`` times.

    ``level_db`` is the RMS level of the speech itself, pauses left out, in dBFS after AES17.
    ``voice`` is the id of a voice that :mod:`audio.speech` knows.
    """

    lines: Annotated[tuple[Line, ...], Field(min_length=int(LINES.low), max_length=int(LINES.high))]
    voice: Annotated[str, Field(min_length=int(VOICE_CHARS.low), max_length=int(VOICE_CHARS.high))]
    level_db: Level = -15.0
    lowpass_hz: Annotated[float, _within(LOWPASS_HZ)] | None = None
    repetitions: Annotated[int, _within(REPETITIONS)] = 1
    order: Literal["in_order", "shuffled"] = "in_order"

    @property
    def distinct_lines(self) -> tuple[str, ...]:
        """Each different line once, in the order of first appearance."""
        return tuple(dict.fromkeys(self.lines))


class TrackSpec(_Part):
    """A whole track.

    ``seed`` feeds everything random (noise, dither, shuffling); ``duration_s`` is exact to the
    sample. Build one with :meth:`parse`, which raises :class:`SpecError` rather than pydantic's
    own error.
    """

    version: Literal[1] = 1
    title: Title
    duration_s: Annotated[float, _within(DURATION_S)]
    beat: Beat | None = None
    noise: Noise | None = None
    speech: Speech | None = None
    seed: Annotated[int, _within(SEED)] = 0

    @property
    def frames(self) -> int:
        """Length of the track in samples a channel."""
        return round(self.duration_s * SAMPLE_RATE)

    @classmethod
    def parse(cls, data: Mapping[str, Any] | str | bytes) -> "TrackSpec":
        """Build a spec from a mapping, or from JSON text.

        Raises
        ------
        SpecError
            Names every field that is wrong and the range permitted in it.
        """
        try:
            if isinstance(data, str | bytes):
                return cls.model_validate_json(data)
            return cls.model_validate(data)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=True, include_input=False)
            raise SpecError(*map(_problem, _without_echoes(faults))) from None

    def to_json(self) -> str:
        """The spec as JSON text that :meth:`parse` turns back into an equal spec."""
        return self.model_dump_json()


_RANGES = {
    "title": TITLE_CHARS,
    "duration_s": DURATION_S,
    "beat_hz": BEAT_HZ,
    "carrier_hz": CARRIER_HZ,
    "level_db": LEVEL_DB,
    "lowpass_hz": LOWPASS_HZ,
    "lines": LINES,
    "voice": VOICE_CHARS,
    "repetitions": REPETITIONS,
    "seed": SEED,
}


def _without_echoes(faults: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short where that is only so because its items are bad."""
    parents = {fault["loc"][:-1] for fault in faults}
    return [f for f in faults if f["type"] != "too_short" or f["loc"] not in parents]


def _problem(error: ErrorDetails) -> Problem:
    """Say in plain words what pydantic found, naming the range wherever there is one."""
    path, kind = error["loc"], error["type"]
    names = [part for part in path if isinstance(part, str)]
    is_line = bool(path) and isinstance(path[-1], int)
    limits = LINE_CHARS if is_line else _RANGES.get(names[-1]) if names else None
    if kind in _OWN_MESSAGES:
        message = error["msg"]
    elif kind in _PLAIN_MESSAGES:
        message = _PLAIN_MESSAGES[kind]
    elif kind == "literal_error":
        message = f"must be one of {error['ctx']['expected']}"
    elif limits and limits.unit in ("characters", "lines"):
        message = f"must have {limits}"
    elif limits:
        message = f"must be {limits}"
    else:
        message = error["msg"]
    return Problem(".".join(map(str, path)) or "spec", message)


_OWN_MESSAGES = {"control", "no_words", "carrier_below_beat"}
_PLAIN_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of a track spec",
    "int_from_float": "must be a whole number",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "model_type": "must be an object with named fields",
    "model_attributes_type": "must be an object with named fields",
    "json_invalid": "is not valid JSON",
}
