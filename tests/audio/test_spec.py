"""A spec is frozen, goes through JSON unharmed, and names every fault in words."""

import contextlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import SpecError, TrackSpec
from tests.audio.specs import specs

GOOD = {
    "title": "Evening",
    "duration_s": 600,
    "beat": {"kind": "binaural", "beat_hz": 6},
    "noise": {"colour": "pink"},
    "speech": {"lines": ["I am calm"], "voice": "espeak:en-us+f3"},
}


def faults(data) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        TrackSpec.parse(data)
    return {problem.field: problem.message for problem in caught.value.problems}


def changed(field: str, value) -> dict:
    data = json.loads(json.dumps(GOOD))
    *parents, last = field.split(".")
    part = data
    for name in parents:
        part = part[name]
    part[last] = value
    return data


@given(specs())
def test_a_spec_survives_json(spec):
    assert TrackSpec.parse(spec.to_json()) == spec


def test_a_spec_cannot_be_changed():
    spec = TrackSpec.parse(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        spec.seed = 3


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("title", "", "from 1 to 120 characters"),
        ("title", "a" * 121, "from 1 to 120 characters"),
        ("title", "a\x00b", "control character"),
        ("duration_s", 59, "from 60 to 7200 seconds"),
        ("duration_s", math.nan, "from 60 to 7200 seconds"),
        ("duration_s", "long", "from 60 to 7200 seconds"),
        ("beat.beat_hz", 0.4, "from 0.5 to 45 Hz"),
        ("beat.carrier_hz", 1501, "from 20 to 1500 Hz"),
        ("beat.level_db", 0.1, "from -60 to 0 dB"),
        ("beat.kind", "trinaural", "must be one of"),
        ("noise.colour", "mauve", "must be one of"),
        ("noise.loud", 1, "not a field"),
        ("speech.lines", [], "from 1 to 500 lines"),
        ("speech.lines", ["a"] * 501, "from 1 to 500 lines"),
        ("speech.lines", "abc", "must be a list"),
        ("speech.lines", {"a": 1}, "must be a list"),
        ("speech.voice", "", "from 1 to 100 characters"),
        ("speech.voice", 7, "must be text"),
        ("speech.repetitions", 21, "from 1 to 20"),
        ("speech.repetitions", 1.5, "whole number"),
        ("speech.lowpass_hz", 1999, "from 2000 to 8000 Hz"),
        ("seed", -1, "from 0 to 4.29497e+09"),
        ("beat", 3, "object with named fields"),
    ],
)
def test_a_fault_is_named_with_what_is_permitted(field, value, says):
    found = faults(changed(field, value))
    assert list(found) == [field]
    assert says in found[field]


def test_all_faults_are_named_at_once():
    data = changed("title", "")
    data["beat"]["beat_hz"] = 99
    data["speech"]["lines"] = ["fine", "!?", "x" * 401]
    assert faults(data).keys() == {"title", "beat.beat_hz", "speech.lines.1", "speech.lines.2"}


def test_lines_that_are_all_bad_are_not_called_missing():
    assert faults(changed("speech.lines", ["", "..."])) == {
        "speech.lines.0": "must have from 1 to 400 characters",
        "speech.lines.1": "has no words to speak",
    }


def test_a_tone_below_hearing_is_refused():
    data = changed("beat", {"kind": "binaural", "beat_hz": 45, "carrier_hz": 20})
    assert "at least 23.5 Hz" in faults(data)["beat.carrier_hz"]
    data["beat"]["kind"] = "isochronic"
    assert TrackSpec.parse(data)


def test_equal_words_are_equal_lines():
    spec = TrackSpec.parse(changed("speech.lines", [" Caf\u00e9 \n now", "Cafe\u0301 now"]))
    assert spec.speech.distinct_lines == ("Café now",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
fields = st.sampled_from(
    [*GOOD, "seed", "version", "beat.kind", "beat.carrier_hz", "noise.colour", "speech.lines"]
)


@given(fields, json_values)
def test_nonsense_raises_nothing_but_spec_errors(field, value):
    with contextlib.suppress(SpecError):
        TrackSpec.parse(changed(field, value))


@given(json_values | st.text() | st.binary())
def test_anything_at_all_raises_nothing_but_spec_errors(value):
    with pytest.raises(SpecError):
        TrackSpec.parse(value)
