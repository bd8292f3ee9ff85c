"""What sounds together: speech turns the beds down, never a beat; beats live in beds; all is loud
as asked, in every format."""

import numpy as np
import pyebur128
import pytest
import scipy
import soundfile

from audio import AudioError, Clip, TrackSpec, render
from audio.mix import Mix
from tests.audio.physics import RATE, dominant_hz, fit_sine, rms, sinad_db

QUIET = {"title": "x", "duration_s": 60, "master": {"target_lufs": None}}
PINK = {"kind": "noise", "level_db": -20}
TONE = {"kind": "binaural", "beat_hz": 6, "carrier_hz": 203, "level_db": -20}
SPEECH = {"lines": ["one"], "voice": "x", "lead_in_s": 20, "lead_out_s": 20, "duck_db": 12}


def mixed(tmp_path, **parts) -> np.ndarray:
    """Nothing is spoken, so that only what speech does to the rest is heard."""
    silent = Clip.save(np.zeros(10 * RATE), tmp_path / "silent.npy")
    mix = Mix(TrackSpec.parse(QUIET | parts), clips={"one": silent})
    (sound,) = mix.blocks(60 * RATE)
    return sound


def test_beds_are_ducked(tmp_path):
    sound = mixed(tmp_path, beds=[PINK], speech=SPEECH)
    before, during = sound[8 * RATE : 18 * RATE], sound[21 * RATE : 29 * RATE]
    assert 20 * np.log10(rms(during) / rms(before)) == pytest.approx(-12, abs=0.3)


def test_beats_are_not(tmp_path):
    plain = mixed(tmp_path, beats=[TONE])
    assert np.array_equal(plain, mixed(tmp_path, beats=[TONE], speech=SPEECH))


@pytest.mark.parametrize("bed", [0, None])
def test_an_embedded_beat_pulses_in_its_bed(tmp_path, bed):
    beat = {"kind": "embedded", "beat_hz": 7, "depth": 0.5, "bed": bed}
    beds = [PINK, {"kind": "noise", "colour": "white", "level_db": -60}]
    sound = mixed(tmp_path, beats=[beat], beds=beds)[10 * RATE : 50 * RATE, 0]
    power = sound.astype(np.float64) ** 2
    envelope = np.convolve(power - power.mean(), np.ones(100))
    spectrum = np.abs(np.fft.rfft(envelope))
    slow = spectrum[: 100 * 40]
    assert np.argmax(slow[40:]) + 40 == 7 * 40


def test_a_bed_whose_level_moves(tmp_path):
    moving = [[10, -20], [20, -40], [30, -40, "step"], [40, -20]]
    sound = mixed(tmp_path, beds=[{**PINK, "level_db": moving}])
    levels = [20 * np.log10(rms(sound[at * RATE : (at + 3) * RATE])) for at in (6, 25, 35, 45)]
    assert np.array(levels) - levels[0] == pytest.approx([0, -20, -20, 0], abs=0.5)


@pytest.mark.parametrize(
    ("beat", "quieter_than_db"),
    [
        ({"level_db": [[0, -60, "step"], [30, -12]]}, -85),
        ({"pan": [[0, -1, "step"], [30, 1]]}, -85),
        ({"kind": "isochronic", "beat_hz": 5, "depth": [[0, 0, "step"], [30, 1]]}, -95),
        ({"spin_hz": [[0, 0, "step"], [30, 5]]}, -120),
    ],
)
def test_whatever_moves_or_steps_does_not_click(tmp_path, beat, quieter_than_db):
    sound = mixed(tmp_path, bit_depth=24, beats=[{**TONE, "level_db": -12, **beat}])
    assert loudest_db(sound, above_hz=3000) < quieter_than_db


def test_ducking_does_not_click_however_quick_and_deep(tmp_path):
    tone = np.sin(2 * np.pi * 200 * np.arange(60 * RATE) / RATE)
    soundfile.write(tmp_path / "tone.wav", np.stack([tone, tone], axis=1), RATE, "FLOAT")
    bed = {"kind": "music", "file": str(tmp_path / "tone.wav"), "level_db": -12}
    speech = {**SPEECH, "duck_db": 24, "duck_attack_s": 0.01, "duck_release_s": 0.05}
    sound = mixed(tmp_path, bit_depth=24, beds=[bed], speech=speech)
    assert loudest_db(sound, above_hz=3000) < -85


def loudest_db(sound: np.ndarray, *, above_hz: float) -> float:
    """The greatest sample of what lies high above a low tone, where clicks stand out."""
    high = scipy.signal.butter(8, above_hz, "high", fs=RATE, output="sos")
    return 20 * np.log10(np.abs(scipy.signal.sosfilt(high, sound, axis=0)).max())


def test_a_line_without_a_clip_is_named():
    with pytest.raises(AudioError, match="one"):
        Mix(TrackSpec.parse(QUIET | {"speech": SPEECH}), clips={})


@pytest.mark.parametrize("target_lufs", [-23, -18, -14])
def test_the_loudness_asked_for(tmp_path, target_lufs):
    voice = np.random.default_rng(1).normal(0, 0.1, 2 * RATE)
    clips = {"one": Clip.save(voice, tmp_path / "one.npy")}
    spec = TrackSpec.parse(
        QUIET
        | {"beats": [TONE], "beds": [PINK, {"kind": "rain"}]}
        | {"speech": {**SPEECH, "repetitions": 3}, "master": {"target_lufs": target_lufs}}
    )
    render(spec, tmp_path / "x.flac", clips=clips)
    sound, rate = soundfile.read(tmp_path / "x.flac")
    meter = pyebur128.R128State(2, rate, pyebur128.MeasurementMode.MODE_I)
    meter.add_frames(sound.reshape(-1), len(sound))
    assert pyebur128.get_loudness_global(meter) == pytest.approx(target_lufs, abs=0.3)


@pytest.mark.parametrize("ending", [".flac", ".wav"])
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_24_bits_keep_the_tone_pure_at_either_rate(tmp_path, ending, rate):
    tone = {**TONE, "carrier_hz": [[0, 150, "exponential"], [20, 203]], "level_db": -6}
    spec = TrackSpec.parse(QUIET | {"beats": [tone], "bit_depth": 24, "sample_rate": rate})
    path = tmp_path / f"x{ending}"
    render(spec, path, clips={})
    sound, found = soundfile.read(path)
    assert (found, len(sound)) == (rate, spec.frames)
    for channel, hz in ((0, 206), (1, 200)):
        # The instruments of this folder reckon in 44.1 kHz.
        middle = sound[30 * rate : 40 * rate, channel]
        assert sinad_db(middle, hz * RATE / rate) > 130
        assert dominant_hz(middle) == pytest.approx(hz * RATE / rate, abs=1e-3)
        assert fit_sine(middle, hz * RATE / rate)[0] == pytest.approx(10 ** (-6 / 20), rel=1e-6)
