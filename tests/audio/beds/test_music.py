"""A person's own recording loops without a seam at its level, or is refused in words."""

import io
import os

import numpy as np
import pytest
import soundfile
from scipy import signal

from audio import AudioError, spec
from audio.beds import bed_layer
from audio.beds.music import crossfaded
from audio.beds.recording import decoded, resampled
from tests.audio.beds.kinds import melody, sound
from tests.audio.mp3 import uncounted_mp3
from tests.audio.physics import RATE, layer_samples, rms, sinad_db

LEVEL_RMS = 10 ** (-24 / 20) / np.sqrt(2)


def music(path, **more) -> spec.Music:
    return spec.Music(file=str(path), **more)


def test_it_plays_the_file_over_and_over_into_itself(tmp_path):
    samples = melody(tmp_path / "in.wav", subtype="FLOAT")
    samples = samples - samples.mean(axis=0)
    ears = sound(music(tmp_path / "in.wav", crossfade_s=1), 12)
    plain = ears[: 3 * RATE]
    gain = LEVEL_RMS / rms(samples)
    assert np.allclose(plain, gain * samples[: 3 * RATE], atol=1e-5)
    # The loop is three seconds long: four less the second in which both are heard.
    assert np.allclose(ears[4 * RATE : 6 * RATE], ears[7 * RATE : 9 * RATE], atol=1e-6)
    assert np.allclose(ears[4 * RATE : 6 * RATE], plain[RATE:], atol=1e-5)
    for tenth in np.split(ears, 120):
        assert rms(tenth) == pytest.approx(LEVEL_RMS, rel=0.1)


def test_a_moment_hours_away_is_the_same_and_the_file_is_not_read_until_there(tmp_path):
    melody(tmp_path / "in.wav")
    read = []
    layer = bed_layer(
        music(tmp_path / "in.wav", crossfade_s=1),
        seed=1,
        sample_rate=RATE,
        look=lambda: read.append(1),
    )
    once, lap = len(read), 3 * RATE
    near, far = np.zeros((2, 5 * RATE, 2), np.float32)
    layer.add_to(near, 2 * RATE)
    for start in (2 * RATE + 5000 * lap, 2 * RATE + 200 * lap, 2 * RATE + lap):
        far[:] = 0
        layer.add_to(far, start)
        assert np.array_equal(far, near)
    assert len(read) <= 16 * once
    far[:] = 0
    layer.add_to(far[: 3 * RATE], 0)
    assert np.array_equal(far[2 * RATE : 3 * RATE], near[:RATE])


def test_blocks_equal_the_whole_and_any_moment_can_be_asked_for(tmp_path):
    melody(tmp_path / "in.flac", rate=48_000, channels=1)
    bed = music(tmp_path / "in.flac", crossfade_s=0.7)
    whole = sound(bed, 9)
    for block in (997, 70_001):
        assert np.array_equal(whole, sound(bed, 9, block=block))
    assert np.array_equal(whole[5 * RATE :], sound(bed, 4, start=5 * RATE))
    layer = bed_layer(bed, seed=1)
    layer_samples(layer, 5 * RATE, RATE)
    assert np.array_equal(whole[:RATE], layer_samples(layer, 0, RATE))


@pytest.mark.parametrize("rate", [22_050, 32_000, 48_000, 96_000])
@pytest.mark.parametrize("to", [44_100, 48_000])
def test_any_rate_keeps_pitch_and_purity(tmp_path, rate, to):
    wave = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(6 * rate) / rate)
    soundfile.write(tmp_path / "in.wav", wave, rate, subtype="FLOAT")
    ears = sound(music(tmp_path / "in.wav", crossfade_s=0.5), 5, rate=to)
    # The tools measure at 44.1 kHz: the same wave there has another pitch.
    assert sinad_db(ears[to // 2 : 4 * to, 1], 1000 * RATE / to, start=to // 2) > 90


def test_nothing_folds_down_from_beyond_the_band(tmp_path):
    wave = 0.3 * np.sin(2 * np.pi * 30_000 * np.arange(3 * 96_000) / 96_000)
    wave += 1e-3 * np.sin(2 * np.pi * 1000 * np.arange(3 * 96_000) / 96_000)
    soundfile.write(tmp_path / "in.wav", wave, 96_000, subtype="FLOAT")
    hz, power = signal.welch(sound(music(tmp_path / "in.wav"), 2)[:, 0], RATE, nperseg=8192)
    assert abs(hz[np.argmax(power)] - 1000) < 10
    assert power[hz > 2000].sum() < 1e-4 * power.sum()


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("in.wav", {"subtype": "PCM_24"}),
        ("in.flac", {}),
        ("in.ogg", {"format": "OGG", "subtype": "VORBIS"}),
        ("in.mp3", {"format": "MP3"}),
    ],
)
def test_every_kind_of_file_is_brought_to_the_level(tmp_path, name, how):
    melody(tmp_path / name, level=0.05, **how)
    assert rms(sound(music(tmp_path / name), 9)) == pytest.approx(LEVEL_RMS, rel=0.05)


@pytest.mark.parametrize("constant", [0.3, [0.2, -0.5]])
def test_a_constant_in_the_recording_neither_sounds_nor_counts(tmp_path, constant):
    soundfile.write(tmp_path / "in.wav", NOISE / 10 + constant, RATE, subtype="FLOAT")
    heard = sound(music(tmp_path / "in.wav"), 9)
    assert rms(heard) == pytest.approx(LEVEL_RMS, rel=0.05)
    assert np.abs(heard.mean(axis=0)).max() < 0.01 * LEVEL_RMS


def test_a_constant_does_not_hide_how_loud_the_recording_is_from_moment_to_moment(tmp_path):
    times_s = np.arange(0.05, 2.9, 0.1)
    known = []
    for constant in (0.0, 0.5):
        soundfile.write(tmp_path / "in.wav", NOISE / 10 + constant, RATE, subtype="FLOAT")
        known.append(bed_layer(music(tmp_path / "in.wav"), seed=1).energy_at(times_s))
    assert known[1] == pytest.approx(known[0], rel=0.01)


def test_a_crossfade_is_as_loud_throughout_whether_alike_or_not():
    rise = np.sin(np.pi / 2 * (np.arange(RATE) + 0.5) / RATE).astype(np.float32)
    one, other = np.random.default_rng(1).normal(0, 0.1, (2, 2, RATE)).astype(np.float32)
    for start in (other, one, (one + other) / np.sqrt(2)):
        for tenth in np.split(crossfaded(one, start, rise), 10, axis=1):
            assert rms(tenth) == pytest.approx(0.1, rel=0.06)


def written(samples, **how) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, **how)
    return file.getvalue()


NOISE = np.random.default_rng(1).normal(0, 0.1, (3 * RATE, 2))
BAD = {
    "empty": (b"", "not a recording"),
    "not audio": (b"<html>" * 5000, "not a recording"),
    "another kind": (written(NOISE, samplerate=RATE, format="AIFF"), "not a recording"),
    "8 channels": (written(np.tile(NOISE, 4), samplerate=RATE, format="WAV"), "1 or 2"),
    "8 kHz": (written(NOISE, samplerate=8000, format="WAV"), "from 16000 to 192000 Hz"),
    "an odd rate": (written(NOISE, samplerate=44_101, format="WAV"), "has an odd rate, 44101 Hz"),
    "silent": (written(0 * NOISE, samplerate=RATE, format="FLAC"), "silent"),
    "too short": (written(NOISE[:999], samplerate=RATE, format="FLAC"), "shorter than a second"),
    "cut WAV": (written(NOISE, samplerate=RATE, format="WAV")[:-90_000], "cut short"),
    "cut FLAC": (written(NOISE, samplerate=RATE, format="FLAC")[:-90_000], "cut short"),
    "cut Ogg": (written(NOISE, samplerate=RATE, format="OGG")[:-20_000], "cut short"),
    "cut MP3": (written(NOISE, samplerate=RATE, format="MP3")[:-20_000], "cut short"),
    "far too great": (
        written(NOISE * 1e20, samplerate=RATE, format="WAV", subtype="FLOAT"),
        "far too great",
    ),
    "no numbers": (
        written(NOISE * np.nan, samplerate=RATE, format="WAV", subtype="FLOAT"),
        "no numbers",
    ),
}


@pytest.mark.parametrize("tag", [b"", b"ID3\x04\0\0\0\0\x08\0" + bytes(1024)])
def test_mp3_that_does_not_count_its_frames_is_whole_all_the_same(tmp_path, tag):
    """Its length is guessed, too long where there is a tag; so is that of what is streamed."""
    (tmp_path / "in.mp3").write_bytes(tag + uncounted_mp3(NOISE, bit_rate=128_000))
    parts = list(decoded(tmp_path / "in.mp3"))
    assert sum(part.shape[1] for part in parts) == pytest.approx(len(NOISE), abs=3000)
    assert rms(sound(music(tmp_path / "in.mp3"), 5)) == pytest.approx(LEVEL_RMS, rel=0.05)


def test_mp3_of_low_rates_is_read_without_a_click(tmp_path):
    """Its frames lean on those before them, which are lost where reading begins anew."""
    rate, path = 22_050, tmp_path / "in.mp3"
    bursts = np.sin(2 * np.pi * 3 * np.arange(12 * rate) / rate) > 0.9
    soundfile.write(path, bursts * np.resize(NOISE[:, 0], 12 * rate), rate, format="MP3")
    whole, _ = soundfile.read(path, dtype="float32")
    assert np.array_equal(np.concatenate(list(decoded(path)), axis=1)[0], whole)
    from_the_start, from_the_middle = (
        np.concatenate(list(resampled(path, RATE, from_s=from_s)), axis=1) for from_s in (0, 5)
    )
    assert from_the_middle == pytest.approx(from_the_start[:, 5 * RATE :], abs=1e-6)


@pytest.mark.parametrize("kind", ["MP3", "OGG"])
def test_what_would_be_read_in_part_is_refused(tmp_path, kind):
    """The second of two files that were joined, and whatever lies beyond a guess."""
    path, twice = tmp_path / "in", 2 * written(NOISE, samplerate=RATE, format=kind)
    if kind == "OGG":
        other = written(NOISE[::-1], samplerate=RATE, format=kind)
        twice = twice[: len(twice) // 2] + other
    path.write_bytes(twice)
    with pytest.raises(AudioError, match="holds more than it says"):
        list(decoded(path))


def test_what_ends_with_a_large_picture_is_no_more_than_it_says(tmp_path):
    picture = b"APETAGEX" + np.random.default_rng(1).bytes(300_000)
    path = tmp_path / "in.mp3"
    path.write_bytes(written(NOISE, samplerate=RATE, format="MP3") + picture)
    assert sum(part.shape[1] for part in decoded(path)) == len(NOISE)


@pytest.mark.parametrize(("loud_s", "silent_s"), [(3, 40), (0.2, 8)])
def test_mp3_whose_guess_falls_short_is_refused(tmp_path, loud_s, silent_s):
    varying = np.concatenate([NOISE[: int(loud_s * RATE)], np.zeros((silent_s * RATE, 2))])
    (tmp_path / "in.mp3").write_bytes(uncounted_mp3(varying, quality=True))
    with pytest.raises(AudioError, match="holds more than it says"):
        list(decoded(tmp_path / "in.mp3"))


@pytest.mark.parametrize(("data", "says"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_used_is_refused_in_words(tmp_path, data, says):
    (tmp_path / "mine").write_bytes(data)
    with pytest.raises(AudioError, match=says) as caught:
        bed_layer(music(tmp_path / "mine"), seed=1)
    assert "mine" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("seconds", [4, 9])
def test_what_is_another_file_meanwhile_is_refused_in_words(tmp_path, seconds):
    melody(tmp_path / "in.wav", seconds=9)
    layer = bed_layer(music(tmp_path / "in.wav"), seed=1)
    melody(tmp_path / "new.wav", seconds=seconds)
    (tmp_path / "new.wav").replace(tmp_path / "in.wav")
    with pytest.raises(AudioError, match="was changed while it was read"):
        layer_samples(layer, 0, 8 * RATE)
    (tmp_path / "in.wav").unlink()
    with pytest.raises(AudioError, match="is not there"):
        layer_samples(layer, 0, 8 * RATE)


def test_what_is_missing_or_no_file_is_refused_in_words(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("mine", "", "pipe", "n" * 300):
        with pytest.raises(AudioError, match="is not there, or is no file"):
            bed_layer(music(f"{tmp_path}/{name}"), seed=1)
