"""What a field of a spec may hold: a number in a range, text, or keyframes.

Pydantic calls these; what they refuse becomes a problem in our words in ``wording``.
"""

import unicodedata
from itertools import pairwise
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from audio.curves import Curve, Keyframe


class Range(NamedTuple):
    """The least and the greatest value permitted, both included."""

    low: float
    high: float
    unit: str = ""

    def __str__(self) -> str:
        return f"from {self.low:g} to {self.high:.10g} {self.unit}".rstrip()


KEYFRAMES = Range(1, 1000, "keyframes")
TIME_S = Range(0, 28_800, "seconds")

# Shorter than this, a movement of the level would be a click.
LEAST_BETWEEN_KEYFRAMES_S = 0.01


def number_in(limits: Range, kind: type = float) -> Any:
    """A number within ``limits``: no text, no truth value, not infinite."""
    whole = "a whole number " if kind is int else ""

    def checked(value: Any, check: ValidatorFunctionWrapHandler) -> float:
        try:
            return check(value)
        except ValidationError:
            message = f"must be {whole}{limits}"
            raise PydanticCustomError("range", message) from None

    limited = Field(ge=limits.low, le=limits.high, allow_inf_nan=False, strict=True)
    return Annotated[kind, limited, WrapValidator(checked)]


def number_or(word: str, limits: Range) -> Any:
    """``word``, or a number within ``limits``."""

    def checked(value: Any, check: ValidatorFunctionWrapHandler) -> float | str:
        try:
            return check(value)
        except ValidationError:
            raise PydanticCustomError("range", f"must be {limits}, or “{word}”") from None

    return Annotated[number_in(limits) | Literal[word], WrapValidator(checked)]


def sized(limits: Range) -> AfterValidator:
    """For text and lists: how many characters or items there may be."""

    def checked(value: Any) -> Any:
        if not limits.low <= len(value) <= limits.high:
            raise PydanticCustomError("size", f"must have {limits}", limits._asdict())
        return value

    return AfterValidator(checked)


def clean_text(text: str) -> str:
    """Fold white space and Unicode forms so that equal words are equal strings."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return printable(text)


def printable(text: str) -> str:
    """``text`` as it is, unless it has a character that cannot be written down."""
    if not all(map(is_printable, text)):
        raise PydanticCustomError("control", "has a control character; type it again without it")
    return text


def is_printable(char: str) -> bool:
    """Whether a character can be written down; what joins letters and pictures can, though
    Python's own ``isprintable`` thinks otherwise."""
    return unicodedata.category(char) not in ("Cc", "Cs")


def speakable(text: str) -> str:
    """``text`` as it is, unless it has no letter and no figure."""
    if not any(unicodedata.category(char)[0] in "LN" for char in text):
        raise PydanticCustomError("no_words", "has no words to speak")
    return text


V = TypeVar("V")


class _Keyframe(NamedTuple, Generic[V]):
    time_s: number_in(TIME_S)
    value: V
    curve: Curve = "linear"


def _in_time(frames: tuple[_Keyframe, ...]) -> tuple[Keyframe, ...]:
    """Plain keyframes, once each is later than the one before and every curve can be drawn."""
    for number, (here, there) in enumerate(pairwise(frames)):
        if there.time_s - here.time_s < LEAST_BETWEEN_KEYFRAMES_S * (1 - 1e-9):
            raise PydanticCustomError(
                "unsorted",
                "must be sorted by time: keyframe {after} must come at least {least} seconds "
                "after keyframe {before}",
                {"after": number + 1, "before": number, "least": LEAST_BETWEEN_KEYFRAMES_S},
            )
        if here.curve == "exponential" and not here.value * there.value > 0:
            raise PydanticCustomError(
                "no_ratio",
                "cannot go exponentially from keyframe {number} to the next: both values must "
                "be above 0, or both below",
                {"number": number},
            )
    return tuple(Keyframe(*frame) for frame in frames)


def value_in(limits: Range) -> Any:
    """A number within ``limits``, or keyframes of such numbers."""
    number = number_in(limits)
    keyframes = Annotated[tuple[_Keyframe[number], ...], sized(KEYFRAMES), AfterValidator(_in_time)]
    return Annotated[
        Annotated[number, Tag("number")] | Annotated[keyframes, Tag("keyframes")],
        Discriminator(lambda value: "keyframes" if isinstance(value, list | tuple) else "number"),
    ]
