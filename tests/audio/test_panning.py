"""A sound has its place between the ears, and never exceeds its level on the way."""

import numpy as np
import pytest

from audio.curves import Keyframe
from audio.panning import Balance
from tests.audio.physics import RATE


@pytest.mark.parametrize(("pan", "ears"), [(-1, (1, 0)), (0, (1, 1)), (1, (0, 1)), (-0.5, None)])
def test_a_still_place(pan, ears):
    left, right = Balance(level_db=-20, pan=pan, sample_rate=RATE).gains(5, 10)
    assert (left, right) == pytest.approx(tuple(0.1 * ear for ear in ears or (1, 0.5**0.5)))


def test_a_place_that_wanders():
    pan = (Keyframe(0, -1), Keyframe(10, 1))
    left, right = Balance(level_db=0, pan=pan, sample_rate=RATE).gains(0, 10 * RATE)
    assert (left[0], right[0]) == pytest.approx((1, 0), abs=1e-9)
    assert (left[5 * RATE], right[5 * RATE]) == pytest.approx((1, 1), abs=1e-4)
    assert (left[-1], right[-1]) == pytest.approx((0, 1), abs=1e-3)


def test_spinning_goes_from_ear_to_ear_at_its_rate():
    left, right = Balance(level_db=0, spin_hz=0.25, sample_rate=RATE).gains(0, 8 * RATE)
    assert right[RATE] == pytest.approx(1)
    assert left[RATE] == pytest.approx(0, abs=1e-3)
    assert left[3 * RATE] == pytest.approx(1)
    assert right[3 * RATE] == pytest.approx(0, abs=1e-3)
    assert left[5 * RATE] == pytest.approx(0, abs=1e-3)
    assert max(left.max(), right.max()) <= 1 + 1e-9
    assert max(np.abs(np.diff(left)).max(), np.abs(np.diff(right)).max()) < 1e-4


def test_blocks_equal_the_whole():
    balance = Balance(
        level_db=(Keyframe(0, -9, "smooth"), Keyframe(1, 0)),
        pan=(Keyframe(0.2, 0, "step"), Keyframe(0.7, 1)),
        spin_hz=2.0,
        sample_rate=RATE,
    )
    whole = np.array(balance.gains(100, RATE))
    parts = [np.array(balance.gains(100 + at, 700)) for at in range(0, RATE, 700)]
    assert np.array_equal(whole, np.concatenate(parts, axis=1)[:, :RATE])
