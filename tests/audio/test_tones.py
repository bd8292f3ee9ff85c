"""The beat has the frequencies, phase, level and shape that its spec says, hours in as well."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import Beat
from audio.tones import BeatLayer
from tests.audio.physics import RATE, dominant_hz, fit_sine, layer_samples, rms, sinad_db
from tests.audio.specs import beats

MINUTE_40 = 40 * 60 * RATE
HOUR_2 = 2 * 3600 * RATE


def beat(kind, **more):
    return BeatLayer(Beat(kind=kind, **{"beat_hz": 6, "carrier_hz": 203, **more}))


@pytest.mark.parametrize("start", [0, MINUTE_40, HOUR_2 - 4 * RATE])
def test_binaural_tones_lie_half_a_beat_above_and_below_the_carrier(start):
    sound = layer_samples(beat("binaural"), start, 4 * RATE)
    assert dominant_hz(sound[:, 0]) == pytest.approx(206, abs=1e-3)
    assert dominant_hz(sound[:, 1]) == pytest.approx(200, abs=1e-3)


@pytest.mark.parametrize("carrier_hz", [20.25, 203, 1499.9])
@pytest.mark.parametrize("start", [0, MINUTE_40, HOUR_2 - RATE])
def test_the_tone_is_pure_and_in_phase_however_late(carrier_hz, start):
    sound = layer_samples(beat("binaural", carrier_hz=carrier_hz, level_db=-12), start, RATE)
    for channel, offset in ((0, 3), (1, -3)):
        amplitude, phase, _ = fit_sine(sound[:, channel], carrier_hz + offset, start=start)
        assert amplitude == pytest.approx(10 ** (-12 / 20), rel=1e-9)
        assert phase == pytest.approx(0, abs=1e-7)
        assert sinad_db(sound[:, channel], carrier_hz + offset, start=start) > 140


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
    # The gate squared: 1 when on, 3/8 on average along each of two edges, which are centred on
    # half height, so half an edge counts as on.
    edge = min(0.1, 0.02 * beat_hz)
    mean_square = 0.5 - edge + 2 * edge * 3 / 8
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


@given(beats, st.integers(0, HOUR_2), st.integers(50, 5000))
def test_blocks_equal_the_whole(beat, start, block):
    layer = BeatLayer(beat)
    whole = layer_samples(layer, start, 5000)
    assert np.array_equal(whole, layer_samples(layer, start, 5000, block=block))
    assert np.abs(whole).max() <= 10 ** (beat.level_db / 20) * (1 + 1e-12)
