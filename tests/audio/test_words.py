"""A line is found by its clip where it was mixed in, at the edge of hearing too; and only there."""

import json

import numpy as np
import pytest
import soundfile
from django.core.management import call_command

from audio import (
    Cancelled,
    Clip,
    DirectoryClipStore,
    Speech,
    TrackSpec,
    fetch_clips,
    kept_clips,
    render,
)
from audio.heard.words import words_heard
from audio.measure import measure
from audio.renditions import make_rendition
from audio.speech.espeak import Espeak
from audio.speech.layer import placements

LINES = ["I am calm", "I sleep deeply and wake rested", "I trust myself", "Peace"]
BARELY_HEARD_DB = -40.0
BEAT = {"kind": "binaural", "beat_hz": 6, "carrier_hz": 200}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return DirectoryClipStore(tmp_path_factory.mktemp("spoken"))


@pytest.fixture
def spoken(store, tmp_path):
    """A spec of a minute, barely heard lines twice among what is asked for, and its clips."""

    def make(*, beds=(), **speech):
        parts = {"lines": LINES, "voice": "espeak:en-us+f3", "level_db": BARELY_HEARD_DB}
        speech = parts | {"repetitions": 2} | speech
        track = {"title": "x", "duration_s": 60, "beats": [BEAT], "beds": beds, "speech": speech}
        spec = TrackSpec.parse(track)
        clips = fetch_clips(spec.speech, synthesiser=Espeak(), store=store, folder=tmp_path)
        return spec, clips

    return make


def rendered(spec, clips, folder):
    path = folder / "track.flac"
    render(spec, path, clips=clips)
    return path


def heard(path, spec, clips):
    with soundfile.SoundFile(path) as file:
        return words_heard(file, spec, clips, frames=file.frames)


def backwards(clip: Clip, folder) -> Clip:
    """Another clip that has the same spectrum."""
    return Clip.save(clip.read()[::-1], folder / f"backwards-{clip.path.name}")


FIRE = [{"kind": "fire"}, {"kind": "stream"}]
AROUND = {"room": 0.5, "echo": 0.5, "pan": -0.5, "lowpass_hz": 4000}


@pytest.mark.parametrize(
    ("beds", "around"),
    [
        ([], {}),
        ([{"kind": "noise"}], {}),
        ([{"kind": "noise", "colour": "brown", "width": 0}], {}),
        ([{"kind": "drone"}], {}),
        (FIRE, {}),
        (FIRE, AROUND),
    ],
)
def test_every_barely_heard_line_is_found_to_the_millisecond(spoken, tmp_path, beds, around):
    spec, clips = spoken(beds=beds, **around)
    found = heard(rendered(spec, clips, tmp_path), spec, clips)
    assert found.lines_meant == found.count == 8
    places = placements(spec, clips)
    meant_s = [(place.start, place.start + clips[place.line].frames) for place in places]
    assert np.array(found.places_s) == pytest.approx(np.array(meant_s) / 44_100, abs=1e-3)


@pytest.mark.parametrize("level_db", [-15.0, BARELY_HEARD_DB])
def test_a_line_that_is_not_there_is_not_found(spoken, tmp_path, level_db):
    spec, clips = spoken(beds=[{"kind": "noise"}], level_db=level_db)
    path = rendered(spec, clips | {LINES[1]: backwards(clips[LINES[1]], tmp_path)}, tmp_path)
    found = heard(path, spec, clips)
    assert found.count == 6
    meant_s = [place.start / 44_100 for place in placements(spec, clips) if place.line != LINES[1]]
    assert [start_s for start_s, _ in found.places_s] == pytest.approx(meant_s, abs=1e-3)


def test_nothing_is_found_in_noise_alone(spoken, tmp_path):
    spec, clips = spoken(beds=[{"kind": "noise"}])
    path = rendered(spec.model_copy(update={"speech": None}), {}, tmp_path)
    assert heard(path, spec, clips).count == 0


def test_clips_that_are_others_than_were_mixed_hide_nothing(spoken, tmp_path):
    spec, clips = spoken(level_db=-15.0)
    path = rendered(spec, clips, tmp_path)
    plain = measure(path).speech
    assert plain.count == 8
    others = {line: backwards(clip, tmp_path) for line, clip in clips.items()}
    some = {line: clips[line] for line in LINES[1:]}
    for wrong in (others, some):
        assert measure(path, clips=wrong).speech == plain


def test_words_are_found_in_what_is_streamed(spoken, tmp_path):
    """Opus has a rate of its own."""
    spec, clips = spoken(beds=[{"kind": "noise"}], level_db=-30.0)
    make_rendition(rendered(spec, clips, tmp_path), tmp_path / "track.opus")
    assert heard(tmp_path / "track.opus", spec, clips).count == 8


def test_the_command_has_the_offline_voice_say_it_again(spoken, tmp_path, capsys):
    spec, clips = spoken(beds=[{"kind": "noise"}])
    call_command("measure", rendered(spec, clips, tmp_path), "--json")
    assert json.loads(capsys.readouterr().out)["speech"]["count"] == 8


def test_a_voice_nobody_has_leaves_what_stands_out(spoken, tmp_path, capsys):
    spec, clips = spoken(level_db=-15.0)
    gone = spec.model_copy(update={"speech": spec.speech.model_copy(update={"voice": "espeak:x"})})
    call_command("measure", rendered(gone, clips, tmp_path), "--json")
    assert json.loads(capsys.readouterr().out)["speech"]["count"] == 8


def test_kept_clips_are_those_that_were_fetched_and_nobody_speaks(spoken, store, tmp_path):
    class Mute(Espeak):
        def speak(self, text, voice_id):
            raise AssertionError("asked to speak")

    spec, clips = spoken()
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    ways = {"synthesiser": Mute(), "store": store}
    kept = kept_clips(spec.speech, folder=tmp_path / "one", **ways)
    assert list(kept) == LINES
    for line, clip in kept.items():
        assert np.array_equal(clip.read(), clips[line].read())
    unknown = Speech(lines=("never said", *LINES[:1]), voice=spec.speech.voice)
    assert list(kept_clips(unknown, folder=tmp_path / "two", **ways)) == LINES[:1]
    with pytest.raises(Cancelled):
        kept_clips(spec.speech, folder=tmp_path / "two", cancelled=lambda: True, **ways)
