"""The voice in the mix: in its room, at its level, at its place, every line where it belongs."""

import numpy as np
import pytest
import soundfile

from audio import AudioError, Clip, Speech, TrackSpec, render
from audio.placement import Placement
from audio.speech.layer import SpeechLayer, frames_at
from audio.speech.room import ECHO_EVERY_S, surrounded, tail_s
from tests.audio.physics import RATE, layer_samples, rms

VOICE = np.random.default_rng(3).normal(0, 0.1, 2 * RATE).astype(np.float32)


def layer(folder, *, sample_rate=RATE, at=RATE, **more):
    speech = Speech.model_validate({"lines": ["one"], "voice": "x"} | more)
    clip = Clip.save(VOICE, folder / "one.npy")
    tail = int(np.ceil(tail_s(room=speech.room, echo=speech.echo) * sample_rate))
    place = Placement("one", at, at + frames_at(sample_rate, clip) + tail)
    return SpeechLayer(speech, clips={"one": clip}, placements=[place], sample_rate=sample_rate)


@pytest.mark.parametrize("change", ["empty", "nan", "gone", "cut", "stereo", "longer"])
def test_a_clip_that_is_damaged_is_named(tmp_path, change):
    path, samples = tmp_path / "clip.npy", np.full(1000, 0.1, np.float32)
    if change == "nan":
        samples[5] = np.nan
    clip = Clip.save(samples[:0] if change == "empty" else samples, path)
    if change == "gone":
        path.unlink()
    if change == "cut":
        path.write_bytes(path.read_bytes()[:2000])
    if change == "stereo":
        np.save(path, np.zeros((1000, 2), np.float32))
    if change == "longer":
        clip = Clip(path, 2000)
    speech = {"lines": ["a line"], "voice": "x"}
    spec = TrackSpec.parse({"title": "x", "duration_s": 60, "speech": speech})
    with pytest.raises(AudioError, match="“a line” is missing or damaged"):
        render(spec, tmp_path / "track.flac", clips={"a line": clip})
    assert not (tmp_path / "track.flac").exists()


def test_a_silent_clip_is_silent_however_soft(tmp_path):
    clip = Clip.save(np.zeros(RATE), tmp_path / "clip.npy")
    speech = {"lines": ["a line"], "voice": "x", "lowpass_hz": 3000}
    spec = TrackSpec.parse({"title": "x", "duration_s": 60, "speech": speech})
    render(spec, tmp_path / "track.flac", clips={"a line": clip})
    assert abs(soundfile.read(tmp_path / "track.flac")[0]).max() < 1e-4


def test_dry_speech_is_the_clip_itself_in_both_ears(tmp_path):
    sound = layer_samples(layer(tmp_path), 0, 4 * RATE, block=999)
    for channel in sound.T:
        assert np.array_equal(channel[RATE : 3 * RATE], VOICE)
        assert not channel[:RATE].any()
        assert not channel[3 * RATE :].any()


def test_its_level_and_place_can_move(tmp_path):
    moving = layer(tmp_path, level_db=[[1, -10], [3, -30]], pan=1.0)
    sound = layer_samples(moving, 0, 4 * RATE)
    assert np.abs(sound[:, 0]).max() < 1e-6
    halves = [sound[at * RATE // 10 : (at + 1) * RATE // 10, 1] for at in (10, 20, 29)]
    drops = [20 * np.log10(rms(half) / rms(VOICE)) for half in halves]
    assert drops == pytest.approx([-0.5, -10.5, -19.5], abs=0.4)


def test_each_line_is_softened_by_what_holds_where_it_starts(tmp_path):
    def treble_db(at_s):
        soft = layer(tmp_path, at=at_s * RATE, lowpass_hz=[[0, 8000], [10, 2000]])
        sound = layer_samples(soft, at_s * RATE, 2 * RATE)[:, 0]
        assert rms(sound) == pytest.approx(rms(VOICE), rel=0.02)
        power = np.square(np.abs(np.fft.rfft(sound)))
        return 10 * np.log10(power[2 * 4000 : 2 * 5000].sum() / power[: 2 * 1000].sum())

    assert treble_db(0) == pytest.approx(0, abs=0.5)
    assert treble_db(10) < -30


def test_a_room_answers_softly_and_differently_in_each_ear():
    click = np.zeros(RATE // 10, np.float32)
    click[0] = 1
    sound = surrounded(click, room=1.0, echo=0.0, sample_rate=RATE)
    assert sound.shape == (2, RATE // 10 + round(0.35 * RATE))
    answer = sound[:, 1:]
    assert np.square(answer).sum(axis=1) == pytest.approx([0.25, 0.25], rel=1e-3)
    assert abs(np.corrcoef(answer)[0, 1]) < 0.2
    assert rms(answer[:, -RATE // 20 :]) < 0.01 * rms(answer[:, : RATE // 20])


def test_an_echo_goes_from_ear_to_ear():
    click = np.zeros(100, np.float32)
    click[0] = 1
    left, right = surrounded(click, room=0.0, echo=1.0, sample_rate=RATE)
    every = round(ECHO_EVERY_S * RATE)
    assert (left[0], right[0]) == (1, 1)
    assert left[every] > 2 * right[every] > 0
    assert right[2 * every] > 2 * left[2 * every] > 0
    assert left[every] > right[2 * every] > left[3 * every] > right[4 * every] > 0


def test_blocks_equal_the_whole(tmp_path):
    wet = layer(tmp_path, room=0.5, echo=0.7, pan=[[0, -1], [5, 1]])
    whole = layer_samples(wet, 0, 6 * RATE)
    assert np.array_equal(whole, layer_samples(wet, 0, 6 * RATE, block=1000))


def test_clips_are_brought_to_the_rate_of_the_track(tmp_path):
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    speech = layer(tmp_path, sample_rate=48_000, at=0)
    speech._clips["one"].save(tone, tmp_path / "one.npy")
    speech._clips["one"] = Clip(tmp_path / "one.npy", RATE)
    heard = layer_samples(speech, 0, 48_000)[4800:43_200, 0]
    expected = np.sin(2 * np.pi * 1000 * np.arange(4800, 43_200) / 48_000)
    assert np.abs(heard - expected).max() < 1e-3
