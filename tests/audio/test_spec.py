"""A spec is frozen, goes through JSON unharmed, and names every fault in words."""

import contextlib
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import SpecError, TrackSpec
from tests.audio.specs import specs

GOOD = {
    "title": "Evening",
    "duration_s": 600,
    "beats": [{"kind": "binaural", "beat_hz": [[0, 10], [300, 4, "smooth"], [600, 6]]}],
    "beds": [{"kind": "noise", "colour": "pink"}, {"kind": "ocean"}],
    "speech": {"lines": ["I am calm"], "voice": "espeak:en-us+f3"},
    "phases": [{"name": "Settle", "start_s": 0}, {"name": "Hold", "start_s": 300}],
}


def faults(data) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        TrackSpec.parse(data)
    return {problem.field: problem.message for problem in caught.value.problems}


def changed(field: str, value) -> dict:
    data = json.loads(json.dumps(GOOD))
    *parents, last = (int(name) if name.isdigit() else name for name in field.split("."))
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
        ("seed", 2**32, "from 0 to 4294967295"),
        ("beds.0.colour", "\ud800", "must be text"),
        ("duration_s", 59, "from 60 to 28800 seconds"),
        ("duration_s", math.nan, "from 60 to 28800 seconds"),
        ("duration_s", math.inf, "from 60 to 28800 seconds"),
        ("duration_s", 10**400, "from 60 to 28800 seconds"),
        ("duration_s", "600", "from 60 to 28800 seconds"),
        ("duration_s", True, "from 60 to 28800 seconds"),
        ("sample_rate", 8000, "must be one of 44100 or 48000"),
        ("bit_depth", 8, "must be one of 16 or 24"),
        ("version", 7, "must be one of 1"),
        ("seed", -1, "from 0 to 4294967295"),
        ("fade_in_s", 0, "from 0.01 to 600 seconds"),
        ("fade_out_s", 599, "at most 598 seconds"),
        ("master", {"target_lufs": -13}, None),
        ("beats", 3, "must be a list"),
        ("beats", [GOOD["beats"][0]] * 5, "from 0 to 4 beats"),
        ("beats.0", 3, "object with named fields"),
        ("beats.0.beat_hz", 0, "from 0.01 to 100 Hz"),
        ("beats.0.beat_hz", None, "from 0.01 to 100 Hz"),
        ("beats.0.carrier_hz", 20_001, "from 1 to 20000 Hz"),
        ("beats.0.level_db", 0.1, "from -60 to 0 dB"),
        ("beats.0.level_db", -math.inf, "from -60 to 0 dB"),
        ("beats.0.kind", "trinaural", "must be one of"),
        ("beats.0.bed", 6, "a whole number from 0 to 5"),
        ("beats.0.pan", 1.5, "from -1 to 1"),
        ("beats.0.release", 0.9, "at most 0.8"),
        ("beats.0.loudness", 1, "not a field"),
        ("beds", [{"kind": "rain"}] * 7, "from 0 to 6 beds"),
        ("beds.0.colour", "mauve", "must be one of"),
        ("beds.0.kind", "hail", "must be one of 'noise', 'rain'"),
        ("beds.1.period_s", 2, "from 3 to 30 seconds"),
        ("beds.1.colour", "pink", "not a field"),
        ("speech.lines", [], "from 1 to 500 lines"),
        ("speech.lines", ["a"] * 501, "from 1 to 500 lines"),
        ("speech.lines", "abc", "must be a list"),
        ("speech.lines", {"a": 1}, "must be a list"),
        ("speech.voice", "", "from 1 to 100 characters"),
        ("speech.voice", 7, "must be text"),
        ("speech.voice", "\ud800", "control character"),
        ("speech.voice", "a\0", "control character"),
        ("speech.repetitions", 21, "from 1 to 20"),
        ("speech.repetitions", 1.5, "whole number"),
        ("speech.lowpass_hz", 1999, "from 2000 to 8000 Hz"),
        ("speech.gaps", "odd", "from 0.3 to 3600 seconds, or “even”"),
        ("speech.gaps", 0.1, "from 0.3 to 3600 seconds"),
        ("speech.gaps", np.ones(2), "from 0.3 to 3600 seconds"),
        ("phases.1.start_s", 0, "above 0 seconds"),
        ("phases.1.start_s", 600, "below 600 seconds"),
    ],
)
def test_a_fault_is_named_with_what_is_permitted(field, value, says):
    found = faults(changed(field, value))
    if field == "master":
        field, says = "master.target_lufs", "from -23 to -14 LUFS"
    assert list(found) == [field]
    assert says in found[field]


@pytest.mark.parametrize(
    ("keyframes", "at", "says"),
    [
        ([], "", "from 1 to 1000 keyframes"),
        ([[0, 5]] * 1001, "", "from 1 to 1000 keyframes"),
        ([[10, 5], [5, 6]], "", "sorted by time: keyframe 1"),
        ([[10, 5], [10, 6]], "", "at least 0.01 seconds after keyframe 0"),
        ([[-1, 5]], ".0.time_s", "from 0 to 28800 seconds"),
        ([[math.nan, 5]], ".0.time_s", "from 0 to 28800 seconds"),
        ([[0, 5], [9, 101]], ".1.value", "from 0.01 to 100 Hz"),
        ([[0, math.nan]], ".0.value", "from 0.01 to 100 Hz"),
        ([[0, "5"]], ".0.value", "from 0.01 to 100 Hz"),
        ([[0, 5, "wavy"]], ".0.curve", "'step', 'linear', 'smooth' or 'exponential'"),
        ([[0]], ".0.value", "must be a keyframe: [time_s, value, curve]"),
        ([[0, 5, "step", 1]], ".0", "must be a keyframe: [time_s, value, curve]"),
        ([5], ".0", "must be a keyframe: [time_s, value, curve]"),
        ("0", "", "from 0.01 to 100 Hz"),
    ],
)
def test_a_fault_in_keyframes_is_named(keyframes, at, says):
    found = faults(changed("beats.0.beat_hz", keyframes))
    assert list(found) == [f"beats.0.beat_hz{at}"]
    assert says in found[f"beats.0.beat_hz{at}"]


def test_an_exponential_curve_needs_a_ratio():
    found = faults(changed("beats.0.pan", [[0, -1, "exponential"], [9, 1]]))
    assert "both values must be above 0, or both below" in found["beats.0.pan"]
    assert TrackSpec.parse(changed("beats.0.pan", [[0, -1, "exponential"], [9, -0.5]]))


def test_levels_that_cannot_sum_are_refused():
    tone = {"kind": "isochronic", "beat_hz": 6, "level_db": -5}
    assert "at most 0 dB" in faults(changed("beats", [tone, tone]))["beats"]
    assert TrackSpec.parse(changed("beats", [tone]))
    assert TrackSpec.parse(changed("beats", [{**tone, "level_db": -12}] * 4))
    beds = [{"kind": "wind", "level_db": [[0, -60], [60, 0]]}] * 5
    assert "at most 6 dB" in faults(changed("beds", beds))["beds"]
    assert TrackSpec.parse(changed("beds", beds[:3]))


def test_music_has_a_name_that_a_file_can_have():
    music = {"kind": "music", "file": "a\0b"}
    assert "control character" in faults(changed("beds.0", music))["beds.0.file"]


def test_an_embedded_beat_needs_its_bed():
    embedded = {"kind": "embedded", "beat_hz": 6}
    assert TrackSpec.parse(changed("beats", [embedded, {**embedded, "bed": 1}]))
    assert "from 0 to 1" in faults(changed("beats", [{**embedded, "bed": 2}]))["beats.0.bed"]
    alone = changed("beats", [embedded]) | {"beds": []}
    assert "needs a bed" in faults(alone)["beats.0.kind"]


def test_all_faults_are_named_at_once():
    data = changed("title", "")
    data["beats"][0]["beat_hz"] = 101
    data["speech"]["lines"] = ["fine", "!?", "x" * 401]
    assert faults(data).keys() == {"title", "beats.0.beat_hz", "speech.lines.1", "speech.lines.2"}
    data = changed("phases.1.start_s", 600)
    data["beats"] = [{"kind": "embedded", "beat_hz": 6, "bed": 4}]
    assert faults(data).keys() == {"beats.0.bed", "phases.1.start_s"}


def test_lines_that_are_all_bad_are_not_called_missing():
    assert faults(changed("speech.lines", ["", "..."])) == {
        "speech.lines.0": "must have from 1 to 400 characters",
        "speech.lines.1": "has no words to speak",
    }


@pytest.mark.parametrize("kind", ["isochronic", "embedded"])
@pytest.mark.parametrize(
    ("pulse", "field", "says"),
    [
        ({"beat_hz": 40, "duty": 0.1}, "duty", "at least 0.2 for a beat of 40 Hz"),
        ({"beat_hz": 4, "attack": 0.02, "duty": 0.19}, "duty", "at least 0.2 for a beat of 4 Hz"),
        ({"beat_hz": [[0, 4], [30, 40]], "duty": 0.1}, "duty", "at least 0.2 for a beat of 40 Hz"),
        ({"beat_hz": 8, "duty": [[0, 0.5], [9, 0.05]], "release": 0.1}, "duty", "at least 0.08"),
        ({"beat_hz": 40, "attack": 0.02}, "attack", "no pulse may come or go within 1 ms"),
        ({"beat_hz": 40, "release": 0.02}, "release", "no pulse may come or go within 1 ms"),
    ],
)
def test_no_pulse_may_click(kind, pulse, field, says):
    beds = [{"kind": "noise"}]
    data = changed("beats", [{"kind": kind, **pulse}]) | {"beds": beds}
    assert says in faults(data)[f"beats.0.{field}"]
    TrackSpec.parse(data | {"beats": [{"kind": "monaural", **pulse}]})
    TrackSpec.parse(data | {"beats": [{"kind": kind, "beat_hz": 100}]})


@pytest.mark.parametrize(
    ("beat_hz", "carrier_hz", "says"),
    [
        (45, 20, "at least 23.5 Hz and below 22027.5 Hz for a beat of 45 Hz"),
        ([[0, 10], [60, 20]], [[0, 30], [60, 10.5]], "at least 11 Hz"),
        (100, 20_000, None),
        ([[0, 40], [600, 2]], [[0, 400], [600, 20]], None),
    ],
)
def test_both_tones_must_be_audible_at_every_moment(beat_hz, carrier_hz, says):
    beat = {"kind": "binaural", "beat_hz": beat_hz, "carrier_hz": carrier_hz}
    if says is None:
        assert TrackSpec.parse(changed("beats", [beat]))
        return
    assert says in faults(changed("beats", [beat]))["beats.0.carrier_hz"]
    assert TrackSpec.parse(changed("beats", [{**beat, "kind": "isochronic"}]))


def test_equal_words_are_equal_lines():
    spec = TrackSpec.parse(changed("speech.lines", [" Caf\u00e9 \n now", "Cafe\u0301 now"]))
    assert spec.speech.distinct_lines == ("Café now",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        *GOOD,
        "seed",
        "version",
        "master",
        "beats.0",
        "beats.0.kind",
        "beats.0.carrier_hz",
        "beds.0",
        "beds.0.level_db",
        "beds.1.kind",
        "speech.lines",
        "speech.gaps",
        "phases.0.start_s",
    ]
)


@given(fields, json_values)
def test_nonsense_raises_nothing_but_spec_errors(field, value):
    with contextlib.suppress(SpecError):
        TrackSpec.parse(changed(field, value))


@given(json_values | st.text() | st.binary())
def test_anything_at_all_raises_nothing_but_spec_errors(value):
    with pytest.raises(SpecError):
        TrackSpec.parse(value)


def test_a_bed_in_json_that_is_no_object_is_named_in_our_words():
    data = json.dumps(changed("beds.0", "rain"))
    assert faults(data) == {"beds.0": "must be an object with named fields"}


@pytest.mark.parametrize(("beds", "shown"), [(4, "6.1 dB"), (5, "7.0 dB")])
def test_levels_are_refused_by_a_figure_that_is_too_great(beds, shown):
    loud = {"kind": "noise", "level_db": 0}
    data = {"title": "x", "duration_s": 60, "beds": [loud] * beds}
    assert f"add up to {shown}; together they must be at most 6 dB" in faults(data)["beds"]
