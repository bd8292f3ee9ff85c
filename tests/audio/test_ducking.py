"""The beds step back before a line begins and come up again after it; beats never do."""

import numpy as np
import pytest

from audio.curves import Keyframe
from audio.ducking import Ducking
from tests.audio.physics import RATE

SPOKEN = [(10 * RATE, 12 * RATE), (12 * RATE + RATE // 5, 14 * RATE), (30 * RATE, 31 * RATE)]


def ducking(**more):
    values = {"duck_db": 12.0, "attack_s": 0.05, "release_s": 0.5, "sample_rate": RATE}
    return Ducking(SPOKEN, **values | more)


def test_it_is_down_while_somebody_speaks_and_up_before_and_after():
    times = np.array([0, 9.94, 9.975, 10, 11, 12, 13.9, 14, 14.25, 14.51, 29.94, 30, 31.6, 99])
    levels = 20 * np.log10(ducking().at(times))
    assert levels == pytest.approx(
        [0, 0, -6, -12, -12, -12, -12, -12, -6, 0, 0, -12, 0, 0], abs=1e-9
    )


def test_between_lines_that_are_close_it_does_not_come_up():
    assert ducking().at(np.array([12.1]))[0] < 0.4


def test_how_far_it_goes_down_can_move():
    deeper = ducking(duck_db=(Keyframe(0, 3, "step"), Keyframe(11, 6, "linear"), Keyframe(30, 20)))
    levels = 20 * np.log10(deeper.at(np.array([10.5, 11, 13, 30.5])))
    assert levels == pytest.approx([-3, -6, -6 - 14 * 2 / 19, -20])
    assert np.abs(np.diff(deeper.gains(9 * RATE, 6 * RATE))).max() < 2e-3


def test_nothing_moves_where_nobody_speaks():
    assert ducking().gains(20 * RATE, RATE) is None
    assert ducking().gains(0, RATE) is None
    assert ducking(duck_db=0.0).gains(10 * RATE, RATE) == pytest.approx(1)
    empty = Ducking([], duck_db=6, attack_s=0.1, release_s=0.1, sample_rate=RATE)
    assert empty.gains(0, RATE) is None


def test_blocks_equal_the_whole_and_do_not_click():
    whole = ducking().gains(9 * RATE, 6 * RATE)
    assert np.abs(np.diff(whole)).max() < 2e-3
    for at in range(0, 6 * RATE, 999):
        part = ducking().gains(9 * RATE + at, 500)
        expected = whole[at : at + 500]
        assert np.array_equal(
            expected, np.ones(len(expected)) if part is None else part[: len(expected)]
        )
