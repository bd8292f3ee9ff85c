"""Drone and bowls have the pitches they are asked for, and bowls are struck when they should be."""

import numpy as np
import pytest
from scipy import signal

from audio import spec
from audio.beds.bowls import BOWLS, PARTIALS, BowlsLayer
from audio.beds.drone import note_hz
from tests.audio.beds.kinds import sound
from tests.audio.physics import RATE, rms


def peaks_hz(mono: np.ndarray, *, above_db: float) -> np.ndarray:
    """Frequencies of the maxima of the spectrum at most ``above_db`` below the highest."""
    hz, power = signal.welch(mono, RATE, nperseg=2**17, window="hann")
    level = 10 * np.log10(power + 1e-30)
    found, _ = signal.find_peaks(level, height=level.max() + above_db, distance=8)
    return hz[found]


@pytest.mark.parametrize(
    ("key", "octave", "hz"), [("A", 4, 440.0), ("C", 4, 261.626), ("F#", 2, 92.499)]
)
def test_notes_are_in_concert_pitch(key, octave, hz):
    assert note_hz(key, octave) == pytest.approx(hz, abs=1e-3)


@pytest.mark.parametrize(("chord", "steps"), [("fifth", (0, 7, 12)), ("minor", (0, 7, 12, 15))])
def test_the_drone_sounds_its_chord(chord, steps):
    found = peaks_hz(
        sound(spec.Drone(key="D", octave=3, chord=chord), 60).sum(axis=1), above_db=-25
    )
    for step in steps:
        note = note_hz("D", 3) * 2 ** (step / 12)
        assert np.abs(1200 * np.log2(found / note)).min() < 10


def test_the_drone_is_warm_and_hums_on():
    ears = sound(spec.Drone(), 60)
    hz, power = signal.welch(ears[:, 0], RATE, nperseg=8192)
    assert power[hz < 1000].sum() > 0.9 * power.sum()
    seconds = [rms(part) for part in np.split(ears, 60)]
    assert max(seconds) < 4 * min(seconds)


def one_stroke(**more) -> np.ndarray:
    layer = BowlsLayer(pitch_hz=220, interval_s=100, strikes="regular", level_db=-24, **more)
    ears = np.zeros((40 * RATE, 2))
    layer.add_to(ears, 10 * RATE)
    return ears


def test_a_bowl_has_inharmonic_partials():
    found = peaks_hz(one_stroke()[: 6 * RATE].sum(axis=1), above_db=-50)
    lowest = found[0]
    for ratio, *_ in PARTIALS[:3]:
        assert np.abs(found / lowest - ratio).min() < 0.02 * ratio


def test_a_bowl_dies_away_high_partials_first():
    ears = one_stroke()
    early, late = ears[RATE : 3 * RATE, 0], ears[20 * RATE : 22 * RATE, 0]
    assert rms(late) < 0.3 * rms(early)
    share = []
    for part in (early, late):
        hz, power = signal.welch(part, RATE, nperseg=2**15)
        share.append(power[hz > 800].sum() / power.sum())
    assert share[1] < 0.3 * share[0]


def test_a_bowl_beats_slowly_and_not_together_in_both_ears():
    ears = one_stroke()[2 * RATE : 14 * RATE]
    low = signal.sosfiltfilt(signal.butter(4, 550, fs=RATE, output="sos"), ears, axis=0)
    swell = np.log(np.sqrt(np.mean(low.reshape(-1, RATE // 10, 2) ** 2, axis=1)))
    swell = signal.detrend(swell, axis=0)
    assert (np.ptp(swell, axis=0) > np.log(1.5)).all()
    assert np.corrcoef(swell.T)[0, 1] < 0.6


def strokes_s(bed, seconds) -> np.ndarray:
    """Moments at which the high partials set in."""
    mono = sound(bed, seconds).sum(axis=1)
    power = np.add.reduceat(np.abs(mono), np.arange(0, len(mono), RATE // 50))
    rise = np.diff(np.log(power + 1e-9))
    found, _ = signal.find_peaks(rise, height=0.35, distance=100)
    return found / 50


def test_strokes_come_at_the_interval():
    moments = strokes_s(spec.Bowls(interval_s=9), 60)
    assert len(moments) in (6, 7)
    assert np.diff(moments) == pytest.approx(9, abs=0.1)


def test_the_first_stroke_comes_soon_however_rare_they_are():
    assert np.abs(sound(spec.Bowls(interval_s=600), 5)).max() > 0.01


def test_strokes_at_random_keep_the_mean_and_never_crowd():
    layer = BowlsLayer(pitch_hz=220, interval_s=20, strikes="random", level_db=-24)
    moments = np.array([layer._stroke(n).begins / RATE for n in range(200)])
    gaps = np.diff(moments)
    assert gaps.mean() == pytest.approx(20, abs=0.2)
    assert gaps.min() > 3
    assert gaps.std() > 3


def test_rare_strokes_are_no_louder_than_frequent_ones():
    loudest = [
        np.abs(sound(spec.Bowls(interval_s=interval), interval + 5)).max() for interval in (10, 60)
    ]
    assert loudest[1] < 1.6 * loudest[0]


def test_a_bowl_is_tuned_to_the_pitch_of_the_moment():
    falling = spec.Bowls(interval_s=30, pitch_hz=[[0, 440], [60, 110, "step"]])
    ears = sound(falling, 70).sum(axis=1)
    for strike, pitch_hz in ((0, 440 - 330 * 3 / 60), (1, 440 - 330 * 33 / 60), (2, 110)):
        begins = round((30 * strike + 3) * RATE)
        found = peaks_hz(ears[begins : begins + 6 * RATE], above_db=-20)
        lowest = found / pitch_hz
        assert min(abs(lowest - ratio).min() for ratio, _ in BOWLS) < 0.01
