"""The beat has the frequencies, phase, level and shape that its spec says, hours in as well."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from audio import Beat
from audio.tones import BeatLayer, Gate
from tests.audio.physics import RATE, dominant_hz, fit_sine, layer_samples, rms, sinad_db
from tests.audio.specs import beats

MINUTE_40 = 40 * 60 * RATE
HOUR_8 = 8 * 3600 * RATE


def beat(kind, **more):
    values = {"kind": kind, "beat_hz": 6, "carrier_hz": 203}
    return BeatLayer(Beat.model_validate(values | more), sample_rate=RATE)


@pytest.mark.parametrize("start", [0, MINUTE_40, HOUR_8 - 4 * RATE])
def test_binaural_tones_lie_half_a_beat_above_and_below_the_carrier(start):
    sound = layer_samples(beat("binaural"), start, 4 * RATE)
    assert dominant_hz(sound[:, 0]) == pytest.approx(206, abs=1e-3)
    assert dominant_hz(sound[:, 1]) == pytest.approx(200, abs=1e-3)


@pytest.mark.parametrize("carrier_hz", [20.25, 203, 1499.9, 19_000.7])
@pytest.mark.parametrize("start", [0, MINUTE_40, HOUR_8 - RATE])
def test_the_tone_is_pure_and_in_phase_however_late(carrier_hz, start):
    sound = layer_samples(beat("binaural", carrier_hz=carrier_hz, level_db=-12), start, RATE)
    for channel, offset in ((0, 3), (1, -3)):
        amplitude, phase, _ = fit_sine(sound[:, channel], carrier_hz + offset, start=start)
        assert amplitude == pytest.approx(10 ** (-12 / 20), rel=1e-7)
        assert phase == pytest.approx(0, abs=1e-6)
        assert sinad_db(sound[:, channel], carrier_hz + offset, start=start) > 138


def test_monaural_is_the_same_sum_in_both_ears_and_peaks_at_its_level():
    sound = layer_samples(beat("monaural", level_db=-6), MINUTE_40, 4 * RATE)
    assert np.array_equal(sound[:, 0], sound[:, 1])
    assert np.abs(sound).max() == pytest.approx(10 ** (-6 / 20), rel=1e-3)
    for hz in (206, 200):
        assert fit_sine(sound[:, 0], hz)[0] == pytest.approx(10 ** (-6 / 20) / 2, rel=1e-3)
    # Fully deep: once a beat the two tones cancel.
    envelope = np.abs(sound[: 2 * RATE, 0]).reshape(-1, 1050).max(axis=1)
    assert envelope.min() < 0.25 * envelope.max()


@pytest.mark.parametrize("beat_hz", [0.5, 6, 10, 45])
def test_isochronic_is_on_half_of_the_time_and_peaks_at_its_level(beat_hz):
    layer = beat("isochronic", beat_hz=beat_hz, carrier_hz=1000, level_db=-6)
    sound = layer_samples(layer, 0, 4 * RATE)[:, 0]
    assert np.abs(sound).max() == pytest.approx(10 ** (-6 / 20), rel=1e-3)
    # The gate squared: 1 where it is fully on, 3/8 on average along its edges.
    mean_square = 0.5 * (0.6 + 0.4 * 3 / 8)
    assert rms(sound) == pytest.approx(10 ** (-6 / 20) * np.sqrt(mean_square / 2), rel=1e-2)


def test_isochronic_pulses_at_the_beat_rate():
    layer = beat("isochronic", beat_hz=7.3, carrier_hz=900)
    power = layer_samples(layer, MINUTE_40, 20 * RATE)[:, 0] ** 2
    assert dominant_hz(power - power.mean()) == pytest.approx(7.3, abs=1e-3)


@pytest.mark.parametrize("beat_hz", [0.5, 6, 45])
def test_isochronic_edges_do_not_click(beat_hz):
    """No step is steeper than the tone and a 2 ms edge of it could be."""
    layer = beat("isochronic", beat_hz=beat_hz, carrier_hz=100, level_db=0)
    steps = np.abs(np.diff(layer_samples(layer, 0, 4 * RATE)[:, 0]))
    assert steps.max() < 2 * np.pi * 100 / RATE + np.pi / 2 / (0.002 * RATE)


@given(beats, st.integers(0, HOUR_8), st.integers(50, 5000))
def test_blocks_equal_the_whole(beat, start, block):
    layer = BeatLayer(beat, sample_rate=RATE)
    whole = layer_samples(layer, start, 5000)
    assert np.array_equal(whole, layer_samples(layer, start, 5000, block=block))
    assert np.abs(whole).max() <= 10 ** (beat.level_db / 20) * (1 + 1e-6)


@given(
    st.sampled_from(["linear", "smooth", "exponential", "step"]),
    st.floats(20, 1500),
    st.floats(20, 1500),
    st.floats(1, 40),
)
def test_a_ramp_ends_in_the_phase_that_its_integral_has(curve, from_hz, to_hz, beat_hz):
    """In the last second of eight hours, after seven of a ramp, the tones are where they must."""
    ramp_s = 7 * 3600.0
    carrier = [[10, from_hz, curve], [10 + ramp_s, to_hz]]
    sound = layer_samples(
        beat("binaural", carrier_hz=carrier, beat_hz=beat_hz, level_db=0), HOUR_8 - RATE, RATE
    )
    ratio = np.longdouble(to_hz) / np.longdouble(from_hz)
    mean_hz = {
        "linear": (np.longdouble(from_hz) + to_hz) / 2,
        "smooth": (np.longdouble(from_hz) + to_hz) / 2,
        "exponential": np.longdouble(to_hz - from_hz) / np.log(ratio) if ratio != 1 else from_hz,
        "step": np.longdouble(from_hz),
    }[curve]
    cycles = 10 * np.longdouble(from_hz) + ramp_s * mean_hz - (10 + ramp_s) * np.longdouble(to_hz)
    for channel, offset in ((0, beat_hz / 2), (1, -beat_hz / 2)):
        _, phase, _ = fit_sine(sound[:, channel], to_hz + offset, start=HOUR_8 - RATE)
        away = phase / (2 * np.pi) - float(cycles - np.floor(cycles))
        assert abs(away - round(away)) < 1e-6


def test_frequencies_are_exact_in_the_last_minute_of_eight_hours():
    """Phases a minute apart tell the frequency to a billionth of a hertz."""
    layer = beat(
        "binaural",
        beat_hz=[[0, 12], [20_000, 4.7]],
        carrier_hz=[[0, 310, "smooth"], [900, 201.3]],
    )
    for channel, hz in ((0, 201.3 + 2.35), (1, 201.3 - 2.35)):
        phases = [
            fit_sine(layer_samples(layer, at, RATE)[:, channel], hz, start=at)[1]
            for at in (HOUR_8 - 60 * RATE, HOUR_8 - RATE)
        ]
        assert abs(phases[1] - phases[0]) / (2 * np.pi * 59) < 1e-8


def test_a_moving_tone_does_not_click():
    """Steps between samples never exceed what frequency and amplitude allow, steps of both too."""
    layer = beat(
        "binaural",
        carrier_hz=[[0, 100, "step"], [0.5, 300, "exponential"], [1, 150]],
        level_db=[[0, -60, "step"], [0.7, 0, "step"], [1.2, -30]],
        pan=[[0, -1, "step"], [0.3, 1, "linear"], [1.5, 0]],
        spin_hz=0.5,
    )
    steps = np.abs(np.diff(layer_samples(layer, 0, 2 * RATE), axis=0)).max()
    # The soft step of 60 dB takes 10 ms and is steepest where it ends.
    assert steps < 2 * np.pi * 303 / RATE + 1.5 * np.log(1000) / (0.01 * RATE)


@pytest.mark.parametrize("wave", ["triangle", "soft_square", "band_limited"])
@pytest.mark.parametrize("carrier_hz", [110, 3000])
def test_waves_have_harmonics_and_no_aliases(wave, carrier_hz):
    layer = beat("binaural", wave=wave, carrier_hz=carrier_hz, beat_hz=10, level_db=0)
    sound = layer_samples(layer, MINUTE_40, RATE)[:, 0]
    assert np.abs(sound).max() == pytest.approx(1, abs=0.03)
    spectrum = np.abs(np.fft.rfft(sound)) / (RATE / 2)
    first = carrier_hz + 5
    assert spectrum[2 * first] > 0.1 if wave == "band_limited" else spectrum[3 * first] > 0.05
    harmonics = np.arange(first, RATE // 2, first)
    spectrum[harmonics] = 0
    assert spectrum.max() < 1e-5


@pytest.mark.parametrize("duty", [0.2, 0.5, 0.8])
def test_the_gate_has_its_duty_attack_release_and_depth(duty):
    values = {"kind": "isochronic", "beat_hz": 2, "duty": duty, "attack": 0.1, "release": 0.4}
    gate = Gate(Beat.model_validate(values | {"depth": 0.75}), sample_rate=RATE)
    gains = gate.gains(7 * RATE, RATE // 2)
    assert gains.max() == pytest.approx(1)
    assert gains.min() == pytest.approx(0.25)
    on = duty * RATE / 2
    assert gains[round(on * 0.05)] == pytest.approx(0.25 + 0.75 / 2, abs=0.01)
    assert gains[round(on * 0.8)] == pytest.approx(0.25 + 0.75 / 2, abs=0.01)
    assert (gains[round(on * 0.1) + 1 : round(on * 0.6) - 1] > 0.9999).all()
    assert gains[round(on) + 1 :] == pytest.approx(0.25, abs=1e-8)


@pytest.mark.parametrize("curve", ["step", "linear"])
def test_a_duty_that_moves_while_a_pulse_sounds_does_not_click(curve):
    """In the middle of a pulse of two seconds, from a twentieth of them to nearly all."""
    duty = [[0, 0.05, "step"], [10.95, 0.05, curve], [11, 0.95]]
    pulse = {"carrier_hz": 200, "beat_hz": 0.5, "level_db": 0}
    sound = layer_samples(beat("isochronic", duty=duty, **pulse), 10 * RATE, 4 * RATE)[:, 0]
    high = signal.sosfilt(signal.butter(8, 5000, "high", fs=RATE, output="sos"), sound)
    assert np.abs(high).max() < 10 ** (-90 / 20)


@pytest.mark.parametrize("beat_hz", [0.5, [[0, 3], [60, 0.5]]])
@pytest.mark.parametrize("block", [997, 8192, 32_768])
def test_a_pulse_keeps_its_duty_whatever_the_block_size(beat_hz, block):
    """Blocks may begin in the middle of a pulse that began with a keyframe."""
    duty = [[0, 0.3], [20, 0.7], [30, 0.7, "step"], [31, 0.4], [60, 0.6]]
    pulse = {"kind": "isochronic", "beat_hz": beat_hz, "duty": duty}
    gate = Gate(Beat.model_validate(pulse), sample_rate=RATE)
    start, stop = 25 * RATE, 35 * RATE
    parts = [gate.gains(at, min(block, stop - at)).copy() for at in range(start, stop, block)]
    whole = np.concatenate(parts)
    assert np.array_equal(whole, gate.gains(start, stop - start))
    # An edge takes a fifth of the time that the pulse is on.
    assert np.abs(np.diff(whole)).max() < np.pi / 2 * 3 / (0.2 * 0.3) / RATE
