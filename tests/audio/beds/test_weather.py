"""Rain falls in drops, wind blows in gusts, a brook bubbles, a fire crackles; more if asked for."""

import numpy as np
import pytest
from scipy import signal

from audio import spec
from tests.audio.beds.kinds import sound
from tests.audio.physics import RATE, rms


def crest_db(mono: np.ndarray) -> float:
    return 20 * np.log10(np.abs(mono).max() / rms(mono))


def kurtosis(mono: np.ndarray, low: float, high: float) -> float:
    """3 for plain noise, more where single events stand out."""
    band = signal.butter(2, [low, high], "bandpass", fs=RATE, output="sos")
    part = signal.sosfilt(band, mono)
    return float(np.mean(part**4) / np.mean(part**2) ** 2)


def swing_db(mono: np.ndarray, seconds: float) -> float:
    size = round(seconds * RATE)
    power = np.mean(mono[: len(mono) // size * size].reshape(-1, size) ** 2, axis=1)
    return 10 * np.log10(np.quantile(power, 0.95) / np.quantile(power, 0.05))


@pytest.mark.parametrize(
    ("bed", "low", "high", "least"),
    [
        (spec.Rain(), 1000, 8000, 3.4),
        (spec.Stream(), 300, 2500, 3.4),
        (spec.Fire(), 1000, 8000, 8),
    ],
)
def test_single_events_stand_out(bed, low, high, least):
    assert kurtosis(sound(bed, 20)[:, 0], low, high) > least


def test_in_a_drizzle_single_drops_are_heard_and_a_downpour_is_a_wash():
    drizzle, downpour = (sound(spec.Rain(intensity=i), 20)[:, 0] for i in (0.0, 1.0))
    assert kurtosis(drizzle, 1000, 8000) > kurtosis(downpour, 1000, 8000) + 1


def test_a_blaze_crackles_more_than_embers():
    embers, blaze = (sound(spec.Fire(crackle=c), 30)[:, 0] for c in (0.0, 1.0))
    high = signal.butter(2, 1500, "highpass", fs=RATE, output="sos")
    assert rms(signal.sosfilt(high, blaze)) > 1.3 * rms(signal.sosfilt(high, embers))


def test_a_storm_gusts_and_a_steady_wind_does_not():
    steady, storm = (sound(spec.Wind(gusts=g), 90)[:, 0] for g in (0.0, 1.0))
    assert swing_db(steady, 1.0) < 6
    assert swing_db(storm, 1.0) > 12


def test_the_harder_the_wind_the_brighter():
    mono = sound(spec.Wind(gusts=0.8), 90)[:, 0].reshape(90, RATE)
    high = signal.butter(2, 800, "highpass", fs=RATE, output="sos")
    share = [rms(signal.sosfilt(high, second)) / rms(second) for second in mono]
    level = [np.log(rms(second)) for second in mono]
    assert np.corrcoef(share, level)[0, 1] > 0.4


def test_drops_fall_left_and_right():
    left, right = sound(spec.Rain(intensity=0.0), 20).T
    high = signal.butter(2, 1500, "highpass", fs=RATE, output="sos")
    power = [
        np.mean(signal.sosfilt(high, ear).reshape(-1, 441) ** 2, axis=1) for ear in (left, right)
    ]
    balance = 10 * np.log10(power[0] / power[1])
    loud = power[0] + power[1] > np.quantile(power[0] + power[1], 0.97)
    assert balance[loud].max() > 6
    assert balance[loud].min() < -6
