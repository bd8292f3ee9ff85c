"""Rounding to whole numbers costs no more than dither at that depth must cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.dither import quantised
from tests.audio.physics import RATE, fit_sine, rms

# Rounding is 1/12 of a step squared, triangular dither 1/6.
NOISE_STEPS = np.sqrt(1 / 12 + 1 / 6)


def whole(sound, *, bit_depth=16, seed=1, cuts=()):
    blocks = np.split(sound, cuts)
    return np.concatenate(list(quantised(blocks, bit_depth=bit_depth, seed=seed)))


@given(
    cuts=st.lists(st.integers(0, 30_000), max_size=8).map(sorted), depth=st.sampled_from([16, 24])
)
def test_blocks_of_any_size_give_the_same_steps(cuts, depth):
    sound = np.random.default_rng(1).uniform(-0.9, 0.9, (30_000, 2))
    assert np.array_equal(whole(sound, bit_depth=depth), whole(sound, bit_depth=depth, cuts=cuts))


def test_the_seed_changes_the_dither():
    silence = np.zeros((1000, 2))
    assert not np.array_equal(whole(silence, seed=1), whole(silence, seed=2))


@pytest.mark.parametrize("steps", [0, 0.25, 0.5, -0.4, 1000.7])
def test_between_two_steps_the_mean_is_true_and_the_noise_the_same(steps):
    found = whole(np.full((20 * RATE, 2), steps / 2**15)).astype(float)
    for ear in found.T:
        assert ear.mean() == pytest.approx(steps, abs=0.003)
        assert rms(ear - steps) == pytest.approx(NOISE_STEPS, rel=0.01)
    assert abs(np.corrcoef(found.T)[0, 1]) < 0.01


def test_a_tone_softer_than_a_step_comes_through_without_harmonics():
    index = np.arange(30 * RATE)
    tone = 0.4 / 2**15 * np.sin(2 * np.pi * 300 * index / RATE)
    found = whole(np.stack([tone, tone], axis=1))[:, 0].astype(float)
    amplitude, _, residue = fit_sine(found, 300)
    assert amplitude == pytest.approx(0.4, rel=0.01)
    for harmonic in (600, 900, 1500):
        assert fit_sine(residue, harmonic)[0] < 0.004


def test_24_bits_are_rounded_to_the_nearest():
    sound = np.random.default_rng(2).uniform(-0.9, 0.9, (50_000, 2))
    found = whole(sound, bit_depth=24)
    assert found.dtype == np.int32
    assert not (found & 0xFF).any()
    assert np.abs((found >> 8) - sound * 2**23).max() <= 0.5
