"""Noise has the slope, level and independence that its colour and spec say."""

import numpy as np
import pytest
from scipy import signal

from audio import Noise
from audio.noise import NoiseLayer, shaping_filter
from tests.audio.physics import RATE, layer_samples, rms

SLOPES = {"white": 0.0, "pink": -10 * np.log10(2), "brown": -20 * np.log10(2)}
OCTAVES = [(40 * 2**k, 80 * 2**k) for k in range(8)] + [(8000, 16000)]


def noise(colour, *, frames, seed=1, level_db=-24.0, block=None):
    layer = NoiseLayer(Noise(colour=colour, level_db=level_db), seed=seed)
    return layer_samples(layer, 0, frames, block=block)


@pytest.fixture(scope="module", params=SLOPES)
def minutes(request):
    """Eight minutes, and the colour they have."""
    return request.param, noise(request.param, frames=480 * RATE)


@pytest.mark.parametrize("colour", ["pink", "brown"])
def test_the_filter_has_the_true_slope_in_every_octave(colour):
    for low, high in OCTAVES:
        _, response = signal.sosfreqz(shaping_filter(colour), [low, high], fs=RATE)
        fall = 20 * np.log10(abs(response[1] / response[0]))
        assert fall == pytest.approx(SLOPES[colour] * np.log2(high / low), abs=0.06), low


def test_the_sound_has_the_true_slope_in_every_octave(minutes):
    colour, sound = minutes
    frequencies, density = signal.welch(sound[:, 0], RATE, nperseg=2**15)
    for low, high in OCTAVES:
        band = (frequencies >= low) & (frequencies < high)
        slope = np.polyfit(
            np.log2(frequencies[band]), 10 * np.log10(density[band]), 1, w=frequencies[band] ** -0.5
        )[0]
        # Few lines lie in the lowest octaves, so their estimate is rougher.
        assert slope == pytest.approx(SLOPES[colour], abs=0.15 if low >= 320 else 0.5), low


def test_the_level_is_exact(minutes):
    colour, sound = minutes
    expected = 10 ** (-24 / 20) / np.sqrt(2)
    tolerance = 0.02 if colour == "brown" else 0.002
    for channel in sound.T:
        assert rms(channel) == pytest.approx(expected, rel=tolerance)


def test_the_channels_are_independent(minutes):
    colour, sound = minutes
    assert abs(np.corrcoef(sound.T)[0, 1]) < (0.03 if colour == "brown" else 0.005)


def test_nothing_wanders_below_hearing(minutes):
    _, sound = minutes
    frequencies, density = signal.welch(sound[:, 0], RATE, nperseg=2**17)
    assert density[(frequencies > 0) & (frequencies < 2)].max() < density[frequencies > 20].max()
    seconds = sound[: 400 * RATE].reshape(400, RATE, 2).mean(axis=1)
    assert np.abs(seconds).max() < 0.01


@pytest.mark.parametrize("colour", SLOPES)
def test_it_is_as_loud_at_the_start_as_later(colour):
    """The filters have run before the first frame, so the first 5 ms are whole already."""
    starts = [noise(colour, frames=220, seed=seed) for seed in range(200)]
    assert rms(np.array(starts)) == pytest.approx(10 ** (-24 / 20) / np.sqrt(2), rel=0.15)


@pytest.mark.parametrize("colour", SLOPES)
def test_blocks_equal_the_whole(colour):
    whole = noise(colour, frames=20_000)
    for block in (1, 7, 1000, 19_999):
        frames = 500 if block == 1 else 20_000
        assert np.array_equal(whole[:frames], noise(colour, frames=frames, block=block))


def test_another_seed_is_another_noise():
    assert np.array_equal(noise("pink", frames=1000), noise("pink", frames=1000))
    one, other = (noise("pink", frames=RATE, seed=seed)[:, 0] for seed in (1, 2))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1
