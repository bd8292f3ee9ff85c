"""Waves come one by one, never two alike, and each has its place between the ears."""

import numpy as np
import pytest
from scipy import signal

from audio import spec
from tests.audio.beds.kinds import sound
from tests.audio.physics import RATE


def loudness(ears: np.ndarray, low=0.0, high=20_000.0) -> np.ndarray:
    """Power ten times a second, smooth over a second, between two frequencies; (tenths, ears)."""
    hz, _, spectra = signal.stft(ears.T, RATE, nperseg=4410, noverlap=0, boundary=None)
    power = (np.abs(spectra[:, (hz >= low) & (hz < high)]) ** 2).sum(axis=1)
    return np.apply_along_axis(np.convolve, 1, power, np.hanning(11) / 5, "same").T


@pytest.fixture(scope="module")
def minutes():
    return loudness(sound(spec.Ocean(period_s=10), 300))


def test_waves_rise_well_above_the_calm(minutes):
    both = minutes.sum(axis=1)
    assert 10 * np.log10(np.quantile(both, 0.95) / np.quantile(both, 0.1)) > 7


def test_as_many_waves_come_as_asked_for_and_not_in_step(minutes):
    level = 10 * np.log10(minutes.sum(axis=1))
    waves, _ = signal.find_peaks(level, prominence=4)
    assert len(waves) == pytest.approx(30, abs=9)
    gaps = np.diff(waves) / 10
    assert gaps.std() > 1.5
    assert level[waves].std() > 1


def test_waves_break_now_left_now_right(minutes):
    left, right = minutes.T
    balance = 10 * np.log10(left / right)
    assert balance.max() > 3
    assert balance.min() < -3


def test_foam_hisses_after_the_thunder():
    ears = sound(spec.Ocean(period_s=10), 200)
    low, high = (loudness(ears, *band).sum(axis=1) for band in ((60, 300), (3000, 10_000)))
    lags = np.arange(-30, 31)
    inner = slice(50, -50)
    alike = [np.corrcoef(low[inner], np.roll(high, -lag)[inner])[0, 1] for lag in lags]
    assert 0.3 <= lags[np.argmax(alike)] / 10 <= 2


def test_depth_is_how_far_the_sea_ebbs():
    def swing(depth):
        both = loudness(sound(spec.Ocean(depth=depth), 120)).sum(axis=1)
        return 10 * np.log10(np.quantile(both, 0.95) / np.quantile(both, 0.1))

    assert swing(1.0) > swing(0.0) + 4


def test_the_tide_can_turn():
    both = loudness(sound(spec.Ocean(depth=[[0, 0], [60, 0, "step"], [120, 1]]), 240)).sum(axis=1)
    calm = [np.quantile(part, 0.1) for part in (both[:1200], both[1200:])]
    assert 10 * np.log10(calm[0] / calm[1]) > 3
