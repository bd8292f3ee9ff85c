"""A sound at another rate is the same sound: nothing is added, moved or lost."""

import numpy as np
import pytest

from audio.resampling import resampled

RATES = [(8000, 44_100), (22_050, 44_100), (44_100, 48_000), (48_000, 44_100), (24_000, 44_100)]


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
@pytest.mark.parametrize("share", [0.05, 0.4, 0.85])
def test_a_tone_stays_where_it_was_and_has_no_image(from_hz, to_hz, share):
    """Up to 85 % of the band of the slower rate."""
    hz = share * min(from_hz, to_hz) / 2
    sound = resampled(
        np.sin(2 * np.pi * hz * np.arange(from_hz) / from_hz), from_hz=from_hz, to_hz=to_hz
    )
    assert len(sound) == to_hz
    inner = slice(to_hz // 10, -to_hz // 10)
    expected = np.sin(2 * np.pi * hz * np.arange(to_hz) / to_hz)
    assert np.abs(sound - expected)[inner].max() < 3e-5  # −90 dB


def test_what_the_slower_rate_cannot_hold_is_taken_away():
    """From a tenth beyond its band on."""
    sound = np.sin(2 * np.pi * 24_300 * np.arange(96_000) / 96_000)
    left = resampled(sound, from_hz=96_000, to_hz=44_100)[4410:-4410]
    assert np.abs(left).max() < 3e-5


def test_at_its_own_rate_it_is_left_alone():
    sound = np.arange(5, dtype=np.float32)
    assert resampled(sound, from_hz=44_100, to_hz=44_100) is sound
    assert resampled(sound, from_hz=22_050, to_hz=44_100).dtype == np.float32
