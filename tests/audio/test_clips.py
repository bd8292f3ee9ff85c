"""Every line is fetched once, kept, cleaned and brought to its level."""

import io
import threading

import numpy as np
import pytest
import soundfile
from scipy import signal

from audio import Cancelled, DirectoryClipStore, Speech, SpeechError, fetch_clips
from audio.speech.prepare import active_rms, lowpassed, prepare
from tests.audio.mp3 import uncounted_mp3
from tests.audio.physics import RATE, fit_sine, rms
from tests.audio.voices import EmptyStore, MemoryStore, ToneSpeaker, tone


def speech(*lines, **more):
    return Speech(lines=lines or ("I am calm", "I am free"), voice="x:y", **more)


def fetch(speech, folder, speaker=None, store=None, **more):
    store = MemoryStore() if store is None else store
    return fetch_clips(
        speech, synthesiser=speaker or ToneSpeaker(), store=store, folder=folder, **more
    )


def test_each_distinct_line_is_asked_for_once(tmp_path):
    speaker = ToneSpeaker()
    clips = fetch(speech("a", "b", "a", "b", repetitions=5), tmp_path, speaker, EmptyStore())
    assert speaker.asked == {"a": 1, "b": 1}
    assert clips.keys() == {"a", "b"}
    for clip in clips.values():
        samples = np.load(clip.path)
        assert samples.dtype == np.float32
        assert samples.shape == (clip.frames,)
        assert np.array_equal(clip.read(), samples)


def test_what_is_in_the_store_is_not_asked_for(tmp_path):
    store, first, second = DirectoryClipStore(tmp_path / "store"), ToneSpeaker(), ToneSpeaker()
    one = fetch(speech(), tmp_path, first, store)
    other = fetch(speech("I am free", "I am new"), tmp_path, second, store)
    assert second.asked == {"I am new": 1}
    assert one["I am free"] == other["I am free"]
    assert not list((tmp_path / "store").glob("*.part"))


def test_a_broken_entry_in_the_store_is_asked_for_again(tmp_path):
    store = MemoryStore()
    fetch(speech("a"), tmp_path, store=store)
    (key,) = store
    good, store[key] = store[key], store[key][:100]
    speaker = ToneSpeaker()
    fetch(speech("a"), tmp_path, speaker, store)
    assert speaker.asked == {"a": 1}
    assert store[key] == good


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "not sound"),
        (b"<html>busy</html>" * 50, "not sound"),
        (tone()[:-5000], "incomplete"),
        (tone(kind="FLAC")[:2000], "not sound|incomplete"),
        (tone(hz=0), "said nothing"),
    ],
    ids=["empty", "garbage", "cut WAV", "cut FLAC", "silent"],
)
def test_what_is_not_speech_is_refused_and_not_stored(tmp_path, answer, says):
    store = MemoryStore()
    with pytest.raises(SpeechError, match=says):
        fetch(speech("a"), tmp_path, ToneSpeaker(before=lambda text: answer), store)
    assert not store


@pytest.mark.parametrize("concurrency", [1, 3])
def test_lines_are_spoken_as_many_at_a_time_as_permitted(tmp_path, concurrency):
    together = threading.Barrier(concurrency)
    speaker = ToneSpeaker(concurrency=concurrency, before=lambda text: together.wait(10))
    fetch(speech(*"abcdef"), tmp_path, speaker)
    assert speaker.most_at_once == concurrency


def test_progress_rises_to_one_and_is_heard_while_waiting(tmp_path):
    heard, enough = [], threading.Event()

    def progress(fraction):
        heard.append(fraction)
        if len(heard) == 3:
            enough.set()

    # The only line ends no sooner than progress has been told three times.
    speaker = ToneSpeaker(before=lambda text: enough.wait(20))
    fetch(speech("a"), tmp_path, speaker, progress=progress)
    assert heard == sorted(heard)
    assert heard[:3] == [0, 0, 0]
    assert heard[-1] == 1


def test_cancelling_does_not_wait_for_the_line_being_spoken(tmp_path):
    begun, release = threading.Event(), threading.Event()

    def speak(text):
        begun.set()
        release.wait(20)

    speaker = ToneSpeaker(concurrency=1, before=speak)
    try:
        with pytest.raises(Cancelled):
            fetch(speech(*"abcdef"), tmp_path, speaker, cancelled=begun.is_set)
        assert not release.is_set()
    finally:
        release.set()
    assert speaker.asked == {"a": 1}


def test_after_a_failure_the_rest_is_not_asked_for(tmp_path):
    def fail(text):
        raise SpeechError("no")

    speaker = ToneSpeaker(concurrency=1, before=fail)
    with pytest.raises(SpeechError, match="no"):
        fetch(speech(*map(str, range(100))), tmp_path, speaker)
    assert sum(speaker.asked.values()) < 100


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_any_format_and_rate_becomes_the_same_clean_tone(kind, rate):
    samples = prepare(tone(kind=kind, rate=rate, hz=440), level_db=-15)
    assert samples.dtype == np.float32
    assert len(samples) / RATE == pytest.approx(0.54, abs=0.03)
    middle = samples[RATE // 10 : -RATE // 10].astype(float)
    amplitude, _, residue = fit_sine(middle, 440)
    assert amplitude == pytest.approx(10 ** (-15 / 20), rel=0.05)
    assert rms(residue) < 0.03 * amplitude


def test_mp3_that_was_streamed_does_not_count_its_frames_and_is_whole():
    wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
    samples = prepare(uncounted_mp3(np.stack([wave, wave], 1), bit_rate=128_000), level_db=-15)
    assert len(samples) / RATE == pytest.approx(1.04, abs=0.06)


def test_both_ends_are_trimmed_and_soft():
    samples = prepare(tone(seconds=1), level_db=-15)
    assert len(samples) / RATE == pytest.approx(1.04, abs=0.002)
    assert abs(samples[0]) < 1e-6
    assert abs(samples[-1]) < 1e-6


def test_pauses_do_not_count_towards_the_level():
    loud = np.frombuffer(prepare(tone(seconds=1), level_db=-15).tobytes(), np.float32)
    paused = np.concatenate([loud, np.zeros(3 * RATE, np.float32), loud])
    assert active_rms(paused) == pytest.approx(active_rms(loud), rel=0.02)


def test_the_lowpass_takes_what_lies_above_it_and_keeps_what_lies_below():
    def level_at(hz, lowpass_hz):
        low_and = sum(np.sin(2 * np.pi * f * np.arange(RATE) / RATE) for f in (300, hz))
        samples = prepare(as_flac(0.2 * low_and), level_db=-15)
        if lowpass_hz:
            samples = lowpassed(samples, lowpass_hz)
        middle = samples[RATE // 4 : -RATE // 4].astype(float)
        return 20 * np.log10(fit_sine(middle, hz)[0] / fit_sine(middle, 300)[0])

    assert level_at(3000, None) == pytest.approx(0, abs=0.05)
    assert level_at(3000, 3000) == pytest.approx(-3, abs=0.15)
    assert level_at(1000, 3000) == pytest.approx(0, abs=0.1)
    assert level_at(9000, 3000) < -50


def as_flac(samples: np.ndarray) -> bytes:

    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="FLAC")
    return file.getvalue()


def test_the_lowpass_does_not_shift_the_speech():
    rng = np.random.default_rng(1)
    burst = np.concatenate([np.zeros(4410), rng.uniform(-0.5, 0.5, 4410), np.zeros(4410)])
    open_ = prepare(as_flac(burst), level_db=-15)
    assert np.argmax(signal.correlate(lowpassed(open_, 4000), open_)) == len(open_) - 1


def test_the_lowpass_keeps_the_level():
    hiss = prepare(as_flac(np.random.default_rng(1).uniform(-0.5, 0.5, RATE)), level_db=-15)
    assert active_rms(lowpassed(hiss, 2000)) == pytest.approx(active_rms(hiss), rel=0.01)


def test_a_very_short_sound_is_still_prepared():
    click = np.zeros(2000)
    click[1000] = 0.5
    samples = prepare(as_flac(click), level_db=-15)
    assert np.isfinite(samples).all()
    assert len(samples)
