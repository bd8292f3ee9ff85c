"""The limiter lets no true peak above the ceiling and leaves alone what is below it."""

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from audio.levels import amplitude_of
from audio.limiter import CEILING_DB, limited
from tests.audio.physics import RATE, fit_sine

CEILING = amplitude_of(CEILING_DB)


def limit(sound: np.ndarray, *, block: int = 4096, **more) -> np.ndarray:
    blocks = (sound[at : at + block] for at in range(0, len(sound), block))
    return np.concatenate(list(limited(blocks, **more)))


def sine(amplitude: float, hz: float, seconds: float = 1.0) -> np.ndarray:
    wave = amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave], axis=1)


def loud_noise(frames: int, *, seed: int, peak: float) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-peak, peak, (frames, 2))


def true_peak(sound: np.ndarray) -> float:
    """Greatest value of the wave through the samples, at eight times the rate, by FFT."""
    silence = np.zeros((4096, 2))
    padded = np.concatenate([silence, sound, silence])
    return float(np.abs(scipy.signal.resample(padded, 8 * len(padded))).max())


def test_what_stays_below_the_ceiling_is_untouched():
    sound = loud_noise(30_000, seed=1, peak=1)
    sound *= CEILING / (true_peak(sound) * 1.02)
    assert np.array_equal(limit(sound), sound)


@given(
    frames=st.integers(1, 9000),
    block=st.integers(1, 5000),
    peak=st.floats(0, 100),
    reach_s=st.floats(0, 0.02),
    seed=st.integers(0, 100),
)
def test_nothing_exceeds_the_ceiling_nor_goes_missing(frames, block, peak, reach_s, seed):
    block = max(block, frames // 50)
    sound = loud_noise(frames, seed=seed, peak=peak)
    out = limit(sound, block=block, reach_s=reach_s)
    assert out.shape == sound.shape
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= CEILING


def test_rounding_lifts_no_peak_above_the_ceiling():
    """Peaks whose gain is a whole number of the limiter's steps, so that nothing rounds down."""
    gains = np.random.default_rng(1).integers(2**20, 2**30, 20_000) / 2**30
    sound = np.repeat(CEILING / gains, 5)[:, np.newaxis] * [1, -1]
    assert np.abs(limit(sound, reach_s=0)).max() <= CEILING


@pytest.mark.parametrize("sample_rate", [44_100, 48_000])
@pytest.mark.parametrize("seed", range(6))
def test_no_true_peak_exceeds_the_ceiling(sample_rate, seed):
    """Noise and high tones, whose peaks between the samples stand far above the samples."""
    rng = np.random.default_rng(seed)
    shape = scipy.signal.butter(4, rng.uniform(0.02, 0.9), output="sos")
    sound = scipy.signal.sosfilt(shape, rng.normal(size=(sample_rate, 2)), axis=0)
    turns = np.arange(sample_rate) * rng.choice([1 / 4, 1 / 6, 1 / 8]) + rng.uniform()
    sound += rng.uniform(0, 2) * np.sin(2 * np.pi * turns)[:, np.newaxis]
    sound *= rng.uniform(1, 4) / np.abs(sound).max()
    out = limit(sound, sample_rate=sample_rate)
    assert CEILING * 10 ** (-0.4 / 20) < true_peak(out) < CEILING * 10 ** (0.2 / 20)


@pytest.mark.parametrize("block", [1, 100, 2205, 7000, 30_000])
def test_blocks_equal_the_whole(block):
    sound = loud_noise(3000 if block == 1 else 30_000, seed=2, peak=1.5)
    sound[5000:20_000] *= 0.1
    assert np.array_equal(limit(sound, block=block), limit(sound, block=len(sound)))


def test_blocks_equal_the_whole_when_peaks_lie_between_samples():
    wave = np.sin(np.pi / 2 * np.arange(30_000) + np.pi / 4) * 1.2
    sound = np.stack([wave, wave], axis=1)
    sound[:, 0] *= np.hanning(30_000)
    whole = limit(sound, block=len(sound))
    assert true_peak(whole) < true_peak(sound) * 0.8
    for block in (999, 4096, 4097):
        assert np.array_equal(limit(sound, block=block), whole)


def test_sound_far_from_a_peak_is_untouched():
    sound = sine(0.5, 100, 1.0)
    sound[RATE // 2] = 3.0
    out = limit(sound)
    near = slice(RATE // 2 - 2 * 2205, RATE // 2 + 2 * 2205)
    changed = np.flatnonzero((out != sound).any(axis=1))
    assert changed.min() >= near.start
    assert changed.max() <= near.stop
    assert np.abs(out[RATE // 2]).max() <= CEILING


def test_the_gain_is_smooth():
    """At a peak 10 dB too high the gain moves by less than 0.04 % a sample."""
    sound = sine(0.5, 100, 1.0)
    sound[RATE // 2] = 10 ** (9 / 20)
    out = limit(sound)
    heard = np.abs(sound[:, 0]) > 0.05
    gains = np.where(heard, out[:, 0] / np.where(heard, sound[:, 0], 1), np.nan)
    steps = np.abs(np.diff(gains))
    assert np.nanmax(steps) < 4e-4


def test_both_ears_get_the_same_gain():
    sound = sine(0.5, 100)
    sound[:, 1] *= 0.1
    sound[RATE // 2, 0] = 2.0
    out = limit(sound)
    keep = np.abs(sound[:, 0]) > 0.05
    keep[RATE // 2] = False
    assert np.allclose(out[keep, 1] / sound[keep, 1], out[keep, 0] / sound[keep, 0])


@pytest.mark.parametrize("hz", [20, 100, 1000])
def test_a_steady_tone_that_is_too_loud_stays_a_pure_tone(hz):
    out = limit(sine(2.0, hz, 2.0))[RATE // 2 : -RATE // 2, 0]
    amplitude, _, residue = fit_sine(out, hz)
    assert amplitude == pytest.approx(CEILING, rel=4e-3)
    assert np.sqrt(np.mean(residue**2)) < 1e-3
