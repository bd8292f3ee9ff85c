"""The meter agrees with EBU Tech 3341 and 3342, and with two meters that others wrote."""

import math
import re
import subprocess

import numpy as np
import pyebur128
import pytest
import scipy
import soundfile

from audio.loudness import LoudnessMeter, k_weighting, measured
from tests.real_parts import program

RATES = [44_100, 48_000]


def tones(*parts: tuple[float, float], rate: int, channels: int = 2) -> np.ndarray:
    """A 1 kHz sine with these levels in dBFS, each for so many seconds."""
    amplitudes = np.concatenate([np.full(round(s * rate), 10 ** (db / 20)) for db, s in parts])
    wave = amplitudes * np.sin(2 * np.pi * 1000 * np.arange(len(amplitudes)) / rate)
    return np.repeat(wave[:, np.newaxis], channels, axis=1)


def meter(sound: np.ndarray, rate: int, block: int = 10_000):
    return measured(
        (sound[at : at + block] for at in range(0, len(sound), block)), sample_rate=rate
    )


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("case", "parts", "expected_lufs"),
    [
        (1, [(-23, 20)], -23),
        (2, [(-33, 20)], -33),
        (3, [(-36, 10), (-23, 60), (-36, 10)], -23),
        (4, [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        (5, [(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
)
def test_tech_3341_integrated(case, parts, expected_lufs, rate):
    assert meter(tones(*parts, rate=rate), rate).integrated_lufs == pytest.approx(
        expected_lufs, abs=0.1
    )


def test_tech_3341_case_6_in_five_channels():
    left_right, centre, surround = (tones((db, 20), rate=48_000) for db in (-28, -24, -30))
    sound = np.hstack([left_right, centre[:, :1], surround])
    five = LoudnessMeter(sample_rate=48_000, weights=(1, 1, 1, 1.41, 1.41))
    five.add(sound)
    assert five.result().integrated_lufs == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("rate", RATES)
def test_tech_3341_case_9_short_term_and_12_momentary(rate):
    short_term = meter(tones(*[(-20, 1.34), (-30, 1.66)] * 5, rate=rate), rate)
    assert short_term.greatest_short_term_lufs == pytest.approx(-23, abs=0.1)
    momentary = meter(tones(*[(-20, 0.18), (-30, 0.22)] * 25, rate=rate), rate)
    assert momentary.greatest_momentary_lufs == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("case", "divisor", "phase_deg", "amplitude", "expected_db"),
    [
        (15, 4, 0, 0.50, -6),
        (16, 4, 45, 0.50, -6),
        (17, 6, 60, 0.50, -6),
        (18, 8, 67.5, 0.50, -6),
        (19, 4, 45, 1.41, 3),
    ],
)
def test_tech_3341_true_peak(case, divisor, phase_deg, amplitude, expected_db, rate):
    angle = 2 * np.pi * np.arange(rate) / divisor + math.radians(phase_deg)
    # A tone that starts at once would ring; the cases are about the steady tone.
    wave = amplitude * np.sin(angle) * scipy.signal.windows.tukey(rate, 0.1)
    found = meter(np.stack([wave, wave], axis=1), rate).true_peak_db
    assert expected_db - 0.4 <= found <= expected_db + 0.2


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("levels", "expected_lu"),
    [((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20), ((-50, -35, -20, -35, -50), 15)],
)
def test_tech_3342_loudness_range(levels, expected_lu, rate):
    sound = tones(*[(db, 20) for db in levels], rate=rate)
    assert meter(sound, rate).range_lu == pytest.approx(expected_lu, abs=0.1)


def programme(seed: int, rate: int) -> np.ndarray:
    """Half a minute whose level, colour and balance wander, with a pause in it."""
    rng = np.random.default_rng(seed)
    frames = 30 * rate
    shape = scipy.signal.butter(2, rng.uniform(0.01, 0.9), output="sos")
    sound = scipy.signal.sosfilt(shape, rng.normal(size=(frames, 2)), axis=0)
    levels_db = np.interp(np.arange(frames), np.linspace(0, frames, 13), rng.uniform(-40, 0, 13))
    sound *= 10 ** (levels_db / 20)[:, np.newaxis] * rng.uniform(0.2, 1, 2)
    sound[10 * rate : 13 * rate] = 0
    return sound * (0.9 / np.abs(sound).max())


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seed", range(5))
def test_libebur128_agrees(seed, rate):
    sound = programme(seed, rate)
    modes = pyebur128.MeasurementMode
    other = pyebur128.R128State(2, rate, modes.MODE_I | modes.MODE_TRUE_PEAK)
    other.add_frames(np.ascontiguousarray(sound).reshape(-1), len(sound))
    found = meter(sound, rate)
    assert found.integrated_lufs == pytest.approx(pyebur128.get_loudness_global(other), abs=0.05)
    peak = max(pyebur128.get_true_peak(other, channel) for channel in (0, 1))
    assert found.true_peak_db == pytest.approx(20 * math.log10(peak), abs=0.2)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seed", range(5))
def test_ffmpeg_agrees(seed, rate, tmp_path):
    sound = programme(seed, rate)
    path = tmp_path / "sound.wav"
    soundfile.write(path, sound, rate, "DOUBLE")
    command = [program("ffmpeg"), "-nostats", "-i", path, "-af", "ebur128=peak=true", "-f", "null"]
    done = subprocess.run([*command, "-"], capture_output=True, text=True, check=True)
    summary = done.stderr.rpartition("Summary:")[2]
    integrated, range_lu, peak = (
        float(re.search(rf"{name}: +(\S+)", summary)[1]) for name in ("I", "LRA", "Peak")
    )
    found = meter(sound, rate)
    assert found.integrated_lufs == pytest.approx(integrated, abs=0.1)
    assert found.range_lu == pytest.approx(range_lu, abs=0.3)
    assert found.true_peak_db == pytest.approx(peak, abs=0.2)


def test_the_filter_is_the_standards_own_at_48_khz():
    standard = [
        [1.53512485958697, -2.69169618940638, 1.19839281085285],
        [1, -1.69065929318241, 0.73248077421585],
        [1, -2, 1],
        [1, -1.99004745483398, 0.99007225036621],
    ]
    assert np.allclose(k_weighting(48_000).reshape(4, 3), standard, rtol=0, atol=1e-8)


@pytest.mark.parametrize("block", [1, 777, 44_100])
def test_blocks_do_not_matter(block):
    sound = programme(9, 44_100)[: 5 * 44_100 if block > 1 else 20_000]
    assert meter(sound, 44_100, block) == meter(sound, 44_100, len(sound))


def test_silence_and_what_is_too_short_have_no_loudness():
    for sound in (np.zeros((88_200, 2)), np.zeros((0, 2)), np.zeros((100, 2))):
        found = meter(sound, 44_100)
        assert found.integrated_lufs == found.true_peak_db == -math.inf
        assert found.range_lu == 0


def test_a_result_in_between_changes_nothing():
    sound = programme(3, 44_100)
    one = LoudnessMeter(sample_rate=44_100)
    for part in np.array_split(sound, 7):
        one.add(part)
        one.result()
    assert one.result() == meter(sound, 44_100)
