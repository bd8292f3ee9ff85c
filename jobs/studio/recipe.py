"""From choices to a track spec, and back.

The browser makes the same of the same choices, see ``static/js/studio/recipe.js``; a test holds the
two together.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms

from audio import TrackSpec
from jobs.bands import BANDS, BEAT_OF
from jobs.studio.beats import NONE
from jobs.studio.beds import BEDS, key_of
from jobs.studio.presets import (
    CONSTANT,
    PRESET_OF,
    PRESETS,
    keyframes_of_points,
    phases_of,
    points_of,
)

DRAWN = "drawn"
OWN = "custom"

TITLE_FROM_LINE_CHARS = 60

Choices = Mapping[str, Any]
Fields = Mapping[str, forms.Field]


def recipe_of(fields: Fields, choices: Choices, lines: list[str]) -> dict[str, Any]:
    """The spec that ``choices`` ask for, as a mapping that :meth:`TrackSpec.parse` may refuse.

    Each of ``fields`` that has a ``path`` fills in that place; what is left empty is left out.
    """
    parts = {
        "beats": {"0": {}},
        "beds": {bed.key: dict(bed.part) for bed in BEDS},
        "speech": {"lines": lines},
    }
    for name, field in fields.items():
        value = choices.get(name)
        if hasattr(field, "path") and value not in (None, ""):
            _put(parts, field.path, value / field.per if field.per == 100 else value)
    duration_s = parts.pop("duration_min", 0) * 60
    has_beat = choices.get("beat_kind") != NONE
    beat = parts["beats"]["0"] | {"beat_hz": _beat_hz(choices, duration_s)}
    return parts | {
        "title": choices.get("title") or suggested_title(lines),
        "duration_s": duration_s,
        "beats": [beat] if has_beat else [],
        "phases": _phases(choices, duration_s) if has_beat else [],
        "beds": [parts["beds"][key] for key in chosen_beds(choices)],
        "seed": _seed_of(choices.get("key")),
    }


def chosen_beds(choices: Choices) -> list[str]:
    """The keys of the chosen beds, in the order in which a spec has them."""
    return [bed.key for bed in BEDS if bed.key in choices.get("beds", ())]


def choices_of(track: TrackSpec, fields: Fields) -> dict[str, Any]:
    """The choices that lead to ``track``, as far as ``fields`` have it to choose."""
    beds = {key: bed for bed in track.beds if (key := key_of(bed))}
    parts = track.model_dump(include={"fade_in_s", "fade_out_s"}) | {
        "beats": {"0": track.beats[0].model_dump()} if track.beats else {},
        "beds": {key: bed.model_dump() for key, bed in beds.items()},
        "speech": track.speech.model_dump() if track.speech else {},
    }
    choices = {
        "title": track.title,
        "affirmations": "\n".join(track.speech.lines) if track.speech else "",
        "duration_min": round(track.duration_s / 60),
        "beds": list(beds),
        "beat_kind": NONE,
    }
    for name, field in fields.items():
        value = _at(parts, getattr(field, "path", "nowhere"))
        # What moves in a way that the form has no field for, it shows as it usually is.
        if value is not None and not isinstance(value, tuple) and value != "even":
            choices[name] = as_written(value, field.per)
    return choices | _course_of(track)


def as_written(value: Any, per: int | None = 1) -> Any:
    """A number as people write it, 200 for 200.0; words as they are."""
    if not isinstance(value, int | float):
        return value
    value = round(value * per, 6)
    return int(value) if value == int(value) else value


def suggested_title(lines: list[str]) -> str:
    """The first line, as far as it makes a title."""
    title = " ".join(lines[0].split()) if lines else ""
    if len(title) > TITLE_FROM_LINE_CHARS:
        title = title[:TITLE_FROM_LINE_CHARS].rpartition(" ")[0] or title[:TITLE_FROM_LINE_CHARS]
    return title.rstrip(" .,;:")


def _beat_hz(choices: Choices, duration_s: float) -> float | list[list] | None:
    course = choices.get("course")
    if course == DRAWN:
        return keyframes_of_points(choices.get("curve", ()), duration_s or 1)
    if course in PRESET_OF and course != CONSTANT:
        return keyframes_of_points(PRESET_OF[course].points, duration_s or 1)
    return BEAT_OF.get(choices.get("band"), choices.get("beat_hz"))


def _phases(choices: Choices, duration_s: float) -> list[dict]:
    course = choices.get("course")
    if course in PRESET_OF and course != CONSTANT and duration_s:
        return phases_of(PRESET_OF[course], duration_s)
    return []


def _course_of(track: TrackSpec) -> dict[str, Any]:
    """The choices that lead to the beat of ``track``."""
    if not track.beats:
        return {"course": CONSTANT}
    beat_hz = track.beats[0].beat_hz
    if not isinstance(beat_hz, tuple):
        band = next((band.key for band in BANDS if band.beat_hz == beat_hz), OWN)
        own = as_written(beat_hz) if band == OWN else None
        return {"course": CONSTANT, "band": band, "beat_hz": own}
    points = points_of(beat_hz, track.duration_s)
    known = next((preset.key for preset in PRESETS if preset.points == points), DRAWN)
    return {"course": known, "curve": json.dumps(points)}


def _seed_of(key: UUID | None) -> int:
    """The seed of a track, told from the form's key: random, and the same when sent again."""
    return int(key.hex[:8], 16) if key else 0


def _at(parts: Any, path: str) -> Any:
    """What is at ``path`` of nested dictionaries; None where it ends before."""
    for name in path.split("."):
        parts = parts.get(name) if isinstance(parts, dict) else None
    return parts


def _put(parts: dict, path: str, value: Any) -> None:
    *way, last = path.split(".")
    for name in way:
        parts = parts[name]
    parts[last] = value
