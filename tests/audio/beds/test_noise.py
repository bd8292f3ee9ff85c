"""Noise has the slope, level and independence that its colour and spec say."""

import numpy as np
import pytest
from scipy import signal

from audio.beds.noise import NoiseLayer
from tests.audio.physics import RATE, layer_samples, rms

OCTAVE = 10 * np.log10(2)
SLOPES = {"white": 0, "pink": -OCTAVE, "brown": -2 * OCTAVE, "blue": OCTAVE, "violet": 2 * OCTAVE}
LEVEL_RMS = 10 ** (-24 / 20) / np.sqrt(2)


def noise(colour, *, frames, seed=1, rate=RATE):
    layer = NoiseLayer(colour=colour, level_db=-24, seed=seed, sample_rate=rate)
    return layer_samples(layer, 0, frames)


@pytest.fixture(scope="module", params=SLOPES)
def minutes(request):
    """Four minutes, and the colour they have."""
    return request.param, noise(request.param, frames=240 * RATE)


def octave_levels(sound, rate=RATE) -> np.ndarray:
    """Density in dB in third octaves around 40 Hz to 16 kHz, both ears taken together."""
    hz, density = signal.welch(sound, rate, nperseg=2**15, axis=0, window="blackmanharris")
    middles = 40 * 2 ** (np.arange(27) / 3)
    bands = [(hz >= m / 2 ** (1 / 6)) & (hz < m * 2 ** (1 / 6)) for m in middles]
    # Each band against a line of the wanted slope is judged at the mean of its own log frequency.
    return np.array([(np.log2(hz[b]).mean(), 10 * np.log10(density[b]).mean()) for b in bands])


def test_the_slope_is_true_from_40_hz_to_16_khz(minutes):
    colour, sound = minutes
    octaves, levels = octave_levels(sound).T
    assert np.polyfit(octaves, levels, 1)[0] == pytest.approx(SLOPES[colour], abs=0.02)
    deviation = levels - SLOPES[colour] * octaves
    # By chance alone the lowest bands, few lines wide, lie some tenths beside the line.
    assert np.ptp(deviation[9:]) < 0.15
    assert np.ptp(deviation) < 0.8


def test_the_level_is_exact(minutes):
    colour, sound = minutes
    tolerance = 0.02 if colour == "brown" else 0.003
    for channel in sound.T:
        assert rms(channel) == pytest.approx(LEVEL_RMS, rel=tolerance)


def test_the_channels_are_independent(minutes):
    colour, sound = minutes
    assert abs(np.corrcoef(sound.T)[0, 1]) < (0.03 if colour == "brown" else 0.005)


def test_nothing_wanders_below_hearing(minutes):
    _, sound = minutes
    hz, density = signal.welch(sound[:, 0], RATE, nperseg=2**17)
    assert density[(hz > 0) & (hz < 2)].max() < density[hz > 20].max()
    assert np.abs(sound.reshape(240, RATE, 2).mean(axis=1)).max() < 0.01


def test_it_is_as_steady_as_chance_lets_it_be(minutes):
    """Where grains fade into each other it is neither louder nor softer than elsewhere."""
    _, sound = minutes
    step = NoiseLayer.STEP
    grains = sound[: len(sound) // step * step, 0].reshape(-1, step)
    fading, plain = grains[:, : NoiseLayer.FADE], grains[:, NoiseLayer.FADE :]
    assert rms(fading) == pytest.approx(rms(plain), rel=0.05)


def test_samples_are_spread_as_those_of_many_causes(minutes):
    """Gaussian: a kurtosis of 3, and five sigma once in two million."""
    _, sound = minutes
    ones = sound[::7, 0] / rms(sound[::7, 0])
    assert np.mean(ones**4) == pytest.approx(3, abs=0.1)
    assert 4 < np.abs(ones).max() < 6.5


def test_it_is_as_loud_at_the_start_as_later():
    starts = [noise("pink", frames=220, seed=seed) for seed in range(200)]
    assert rms(np.array(starts)) == pytest.approx(LEVEL_RMS, rel=0.15)


def test_the_slope_is_true_at_48_khz():
    octaves, levels = octave_levels(noise("pink", frames=120 * 48_000, rate=48_000), 48_000).T
    assert np.polyfit(octaves, levels, 1)[0] == pytest.approx(-OCTAVE, abs=0.05)
