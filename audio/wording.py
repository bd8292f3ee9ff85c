"""What pydantic finds wrong with a spec, in plain words."""

from dataclasses import replace

from pydantic_core import ErrorDetails

from audio.curves import Keyframe
from audio.errors import Problem

_OWN_MESSAGES = ("range", "size", "unsorted", "no_ratio")
_PLAIN_MESSAGES = {
    "missing": "is missing",
    "union_tag_not_found": "is missing",
    "extra_forbidden": "is not a field of a track spec",
    "invalid_key": "is not a field of a track spec",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "string_unicode": "must be text",
    "dict_type": "must be an object with named fields",
    "model_type": "must be an object with named fields",
    "model_attributes_type": "must be an object with named fields",
    "json_invalid": "is not valid JSON",
}


def problems_of(error: ErrorDetails) -> list[Problem]:
    """Say in plain words what pydantic found."""
    kind, path = error["type"], _path(error["loc"])
    if kind == "between_fields":
        found = error["ctx"]["all"]
        return [replace(problem, field=".".join([*path, problem.field])) for problem in found]
    if kind.startswith("union_tag"):
        path = [*path, "kind"]
    if kind == "union_tag_invalid":
        message = f"must be one of {error['ctx']['expected_tags']}"
    elif kind == "literal_error":
        message = f"must be one of {error['ctx']['expected']}"
    elif "keyframes" in error["loc"] and kind not in _OWN_MESSAGES:
        message = "must be a keyframe: [time_s, value, curve]"
    else:
        message = _PLAIN_MESSAGES.get(kind, error["msg"])
    return [Problem(".".join(path) or "spec", message, kind, error.get("ctx", {}))]


def _path(loc: tuple[int | str, ...]) -> list[str]:
    """Where a fault is, without pydantic's words for the member of a union that it took."""
    names = list(map(str, loc))
    if "keyframes" in loc[:-2] and isinstance(loc[-1], int):
        names[-1] = Keyframe._fields[loc[-1]]
    if len(names) > 2 and names[0] == "beds":
        names.pop(2)
    return [name for name in names if name not in ("number", "keyframes")]
