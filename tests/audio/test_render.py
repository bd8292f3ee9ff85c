"""A rendered file is exactly what its spec says, or it is not there."""

import itertools
import subprocess
import sys
import threading
from datetime import date

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import Cancelled, Clip, SpeechDoesNotFitError, TrackSpec, render, watch
from audio.mix import Mix
from audio.placement import schedule
from audio.watch import Watch
from tests.audio.physics import RATE, fit_sine, rms, sinad_db
from tests.audio.specs import anything

DAY = date(2026, 1, 2)
CEILING = 10 ** (-1 / 20)
BINAURAL = {"kind": "binaural", "beat_hz": 6, "carrier_hz": 203}
PINK = {"kind": "noise", "colour": "pink"}


def spec(**parts) -> TrackSpec:
    usual = {"title": "Evening", "duration_s": 60, "master": {"target_lufs": None}}
    return TrackSpec.parse(usual | parts)


def clips_for(spec: TrackSpec, folder, *, seconds=1.0) -> dict[str, Clip]:
    """For each line a noise of its own, so that it can be told from the others."""
    lines = spec.speech.distinct_lines if spec.speech else ()
    noise = (np.random.default_rng(n).normal(0, 0.1, round(seconds * RATE)) for n in range(999))
    return {
        line: Clip.save(samples, folder / f"{n}.npy")
        for n, (line, samples) in enumerate(zip(lines, noise, strict=False))
    }


def rendered(spec, folder, **more) -> np.ndarray:
    path = folder / "track.flac"
    clips = more.pop("clips", None) or clips_for(spec, folder)
    render(spec, path, clips=clips, day=DAY, **more)
    return soundfile.read(path, always_2d=True)[0]


FULL = {
    "beats": [BINAURAL],
    "beds": [PINK],
    "speech": {"lines": ["one", "two"], "voice": "x", "repetitions": 3, "order": "shuffled"},
}


def test_the_length_is_exact_to_the_sample(tmp_path):
    path = tmp_path / "track.flac"
    for duration_s in (60, 60.0001, 61.23456):
        one = spec(duration_s=duration_s, beats=[BINAURAL])
        render(one, path, clips={})
        info = soundfile.info(path)
        assert info.frames == one.frames == round(duration_s * RATE)
        assert (info.samplerate, info.channels, info.subtype) == (RATE, 2, "PCM_16")


def test_the_file_is_the_same_for_any_block_size_and_any_run(tmp_path):
    one = spec(**FULL)
    first = rendered(one, tmp_path)
    file = (tmp_path / "track.flac").read_bytes()
    for block_frames in (1000, 44_100, 99_991, 1_000_000):
        assert np.array_equal(first, rendered(one, tmp_path, block_frames=block_frames))
    for threads in (True, False):
        rendered(one, tmp_path, threads=threads)
        assert file == (tmp_path / "track.flac").read_bytes()


def test_the_seed_changes_the_noise_only(tmp_path):
    one, other = (rendered(spec(beats=[BINAURAL], beds=[PINK], seed=s), tmp_path) for s in (1, 2))
    assert not np.array_equal(one, other)
    amplitude, *_ = fit_sine((one - other)[10 * RATE : 20 * RATE, 0], 206, start=10 * RATE)
    assert amplitude < 1e-3


def test_the_tone_in_the_file_has_its_level_and_16_bits(tmp_path):
    sound = rendered(spec(beats=[BINAURAL]), tmp_path)
    middle = sound[10 * RATE : 20 * RATE]
    for channel, hz in ((0, 206), (1, 200)):
        amplitude, _, residue = fit_sine(middle[:, channel], hz, start=10 * RATE)
        assert amplitude == pytest.approx(10 ** (-12 / 20), rel=1e-5)
        # Rounding is 1/12 of a step squared, triangular dither 1/6.
        assert rms(residue) == pytest.approx(np.sqrt(1 / 12 + 1 / 6) / 2**15, rel=0.01)
        assert sinad_db(middle[:, channel], hz, start=10 * RATE) > 80


def test_what_is_too_soft_for_16_bits_is_still_there(tmp_path):
    sound = rendered(spec(beats=[{**BINAURAL, "level_db": -60}]), tmp_path)[
        10 * RATE : 50 * RATE, 0
    ]
    assert fit_sine(sound, 206, start=10 * RATE)[0] == pytest.approx(1e-3, rel=0.01)


def test_every_line_is_in_its_place(tmp_path):
    one = spec(**{**FULL, "beats": [], "beds": []})
    clips = clips_for(one, tmp_path)
    sound = rendered(one, tmp_path, clips=clips)
    lengths = {line: clip.frames for line, clip in clips.items()}
    placed = schedule(one.speech, lengths, one.frames, seed=one.seed)
    assert len(placed) == 6
    expected = np.zeros(one.frames)
    for place in placed:
        samples = clips[place.line].read()
        assert not expected[place.start : place.start + len(samples)].any()
        expected[place.start : place.start + len(samples)] = samples
    for channel in sound.T:
        assert np.abs(channel - expected).max() < 2 / 2**15


def test_both_ends_fade_to_nothing_without_a_long_silence(tmp_path):
    for layer in ({"beats": [BINAURAL]}, {"beds": [PINK]}):
        (one,) = Mix(spec(**layer), clips={}).blocks(60 * RATE)
        assert not one[0].any()
        assert not one[-1].any()
        tenths = [rms(part) for part in np.split(one, 600)]
        assert min(tenths[5:-5]) > 10 ** (-60 / 20) / np.sqrt(2)
        assert rms(one[-RATE // 4 :]) < 0.1 * rms(one[30 * RATE : 31 * RATE])
        middle = slice(3 * RATE, 4 * RATE)
        assert rms(one[middle]) == pytest.approx(rms(one[30 * RATE : 31 * RATE]), rel=0.05)


def test_everything_at_its_loudest_stays_under_the_ceiling(tmp_path):
    loud = {
        "beats": [{**BINAURAL, "level_db": 0}],
        "beds": [{**PINK, "colour": "brown", "level_db": 0}],
        "speech": {**FULL["speech"], "level_db": 0},
    }
    one = spec(**loud)
    clips = {
        line: Clip.save(np.clip(clip.read()[:RATE] * 8, -1.5, 1.5), clip.path)
        for line, clip in clips_for(one, tmp_path).items()
    }
    sound = rendered(one, tmp_path, clips=clips)
    assert 0.85 < np.abs(sound).max() <= CEILING


def test_a_tone_does_not_click(tmp_path):
    sound = rendered(spec(beats=[{**BINAURAL, "level_db": -6}]), tmp_path, block_frames=1000)
    steepest = 10 ** (-6 / 20) * 2 * np.pi * 206 / RATE
    assert np.abs(np.diff(sound, axis=0)).max() < steepest + 3 / 2**15


def test_a_track_that_holds_nothing_is_silence(tmp_path):
    assert np.abs(rendered(spec(), tmp_path)).max() <= 1 / 2**15


@settings(max_examples=12)
@given(spec=anything, block=st.integers(1000, 1_000_000))
def test_any_valid_spec_becomes_sound(spec, block, tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    clips = clips_for(spec, folder, seconds=0.5)
    first, again = folder / "first.flac", folder / "again.flac"
    render(spec, first, clips=clips, day=DAY)
    render(spec, again, clips=clips, day=DAY, block_frames=block, threads=False)
    assert first.read_bytes() == again.read_bytes()
    whole, rate = soundfile.read(first)
    assert (rate, whole.shape) == (spec.sample_rate, (spec.frames, 2))
    assert np.isfinite(whole).all()
    assert np.abs(whole).max() <= CEILING


def test_the_tags_hold_the_recipe(tmp_path):
    lines = [f"{n} {'夜 and quiet ' * 30}"[:380] for n in range(500)]
    speech = {"lines": lines, "voice": "x"}
    one = spec(title="Abend – ночь 夜 \"'=", duration_s=200, beats=[BINAURAL], speech=speech)
    silent = Clip.save(np.zeros(10), tmp_path / "silent.npy")
    path = tmp_path / "track.flac"
    render(one, path, clips=dict.fromkeys(one.speech.lines, silent), day=DAY)
    with soundfile.SoundFile(path) as file:
        assert (file.title, file.artist, file.date) == (one.title, "Entrain", "2026-01-02")
        assert len(file.comment.encode()) > 200_000
        assert TrackSpec.parse(file.comment) == one


def test_progress_is_told_and_ends_at_one(tmp_path):
    heard = []
    rendered(spec(**FULL), tmp_path, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[0] > 0
    assert heard[-1] == 1


def test_progress_and_cancelling_stay_in_the_callers_thread(tmp_path):
    threads = set()
    note = lambda *args: threads.add(threading.current_thread()) and None  # noqa: E731
    rendered(spec(**FULL), tmp_path, progress=note, cancelled=note)
    assert threads == {threading.current_thread()}


def test_cancelling_leaves_nothing_behind(tmp_path):
    path = tmp_path / "track.flac"
    with pytest.raises(Cancelled):
        render(spec(beds=[PINK]), path, clips={}, cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


class Looks(Watch):
    """Counts how often the work looks, and stops it at the last of them if told so."""

    def __init__(self, last=None):
        super().__init__()
        self.looks, self._last = 0, last

    def look(self, *fraction):
        if self.looks == self._last:
            self.stop()
        self.looks += 1
        super().look(*fraction)


def test_all_that_comes_before_the_sound_is_watched(tmp_path):
    """A person's recording is read whole, and every layer heard: one may leave at any second."""
    noise = np.random.default_rng(1).normal(0, 0.1, (20 * 48_000, 2))
    soundfile.write(tmp_path / "music.wav", noise, 48_000)
    one = spec(
        duration_s=600,
        beds=[PINK, {"kind": "music", "file": str(tmp_path / "music.wav")}],
        beats=[BINAURAL],
        speech={"lines": [f"line {n}" for n in range(9)], "voice": "x"},
    )
    clips = clips_for(one, tmp_path, seconds=2)
    seen = Looks()
    mix = Mix(one, clips=clips, watch=seen)
    read = seen.looks
    assert read >= 20
    mix.mastered_to(-18)
    assert seen.looks - read >= 3 * 8 + 9 + 20
    for last in (5, 25, 50):
        with pytest.raises(Cancelled):
            Mix(one, clips=clips, watch=(seen := Looks(last))).mastered_to(-18)
        assert seen.looks == last + 1


def test_the_making_of_the_sound_is_watched(tmp_path):
    one, seen = spec(**FULL), Looks()
    next(Mix(one, clips=clips_for(one, tmp_path), watch=seen).blocks(30 * RATE))
    assert seen.looks >= 20


@pytest.mark.parametrize("looks", [0, 5, 30, 60])
def test_cancelling_is_asked_until_it_is_heard(tmp_path, monkeypatch, looks):
    monkeypatch.setattr(watch, "REPORT_EVERY_S", 0)
    noise = np.random.default_rng(1).normal(0, 0.1, (20 * RATE, 2))
    soundfile.write(tmp_path / "music.wav", noise, RATE)
    music = {"kind": "music", "file": str(tmp_path / "music.wav")}
    one = spec(beds=[PINK, music], beats=[BINAURAL], master={"target_lufs": -18})
    asked = itertools.count()
    with pytest.raises(Cancelled):
        render(one, tmp_path / "x.flac", clips={}, cancelled=lambda: next(asked) >= looks)
    assert next(asked) == looks + 1
    assert [path.name for path in tmp_path.iterdir()] == ["music.wav"]


def test_a_failure_leaves_what_was_there_before(tmp_path):
    path = tmp_path / "track.flac"
    path.write_bytes(b"before")

    def fail(fraction):
        raise RuntimeError("from the caller")

    with pytest.raises(RuntimeError, match="from the caller"):
        render(spec(beds=[PINK]), path, clips={}, progress=fail)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [AssertionError("mine"), OSError(28, "mine")])
def test_what_a_callback_raises_is_not_blamed_on_the_disk(tmp_path, monkeypatch, error):
    # Told in the middle of the work, however fast it is done.
    monkeypatch.setattr(watch, "REPORT_EVERY_S", 0)

    def fail(fraction):
        if fraction > 0.3:
            raise error

    long = spec(beds=[PINK], duration_s=600)
    with pytest.raises(type(error), match="mine"):
        render(long, tmp_path / "track.flac", clips={}, progress=fail)
    assert list(tmp_path.iterdir()) == []


def test_clips_that_do_not_fit_are_refused(tmp_path):
    one = spec(speech={"lines": ["one"], "voice": "x", "repetitions": 20})
    clips = clips_for(one, tmp_path, seconds=3)
    with pytest.raises(SpeechDoesNotFitError) as caught:
        render(one, tmp_path / "track.flac", clips=clips)
    assert caught.value.needed_s == pytest.approx(10 + 20 * 3 + 19 * 0.3)
    assert not (tmp_path / "track.flac").exists()


def test_a_missing_folder_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        render(spec(), tmp_path / "nowhere" / "track.flac", clips={})


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from audio import AudioError, TrackSpec, render
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
spec = TrackSpec(title="x", duration_s=60, beds=[{"kind": "noise"}], master={"target_lufs": None})
try:
    render(spec, Path(sys.argv[1]), clips={})
except AudioError as error:
    print(error)
"""


@pytest.mark.parametrize("lacking", [None, 1, 3000])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, lacking):
    """Full in the midst, and with only the last bytes lacking."""
    path = tmp_path / "track.flac"
    size = 1_000_000
    if lacking:
        render(spec(title="x", beds=[PINK]), path, clips={})
        size = path.stat().st_size - lacking
        path.unlink()
    command = [sys.executable, "-c", FULL_DISK, str(path), str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "disk may be full" in done.stdout
    assert list(tmp_path.iterdir()) == []


MEMORY = """
import resource, sys
from pathlib import Path
from audio import TrackSpec, render
for minutes in (1, 10):
    spec = TrackSpec(title="x", duration_s=60 * minutes, beds=[{"kind": "noise"}],
                     beats=[{"kind": "binaural", "beat_hz": 6}])
    render(spec, Path(sys.argv[1]), clips={})
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_length(tmp_path):
    command = [sys.executable, "-c", MEMORY, str(tmp_path / "track.flac")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    short, long = map(int, done.stdout.split())
    # Nine minutes more are 190 MB as int16 and far more as float.
    assert long - short < 10_000
