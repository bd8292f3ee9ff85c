"""Values move along their curves, and a phase is the integral of its frequency at every frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.curves import Keyframe, Phase, cycles_at, softened, values_at
from audio.knots import between_knots, knots_of
from tests.audio.physics import RATE

CURVES = ["step", "linear", "smooth", "exponential"]


@pytest.mark.parametrize(
    ("curve", "middle"),
    [("step", 2), ("linear", 5), ("smooth", 2 + 6 * 0.15625), ("exponential", 2 * 4**0.25)],
)
def test_a_curve_goes_its_way_and_stands_still_before_and_after(curve, middle):
    value = (Keyframe(10, 2, curve), Keyframe(20, 8))
    times = np.array([0, 10, 12.5, 15, 20, 99])
    quarter = values_at(value, times)[2 if curve != "linear" else 3]
    assert quarter == pytest.approx(middle)
    assert list(values_at(value, times)[[0, 1, 4, 5]]) == [2, 2, 8, 8]


def test_a_soft_step_arrives_when_it_must():
    value = softened((Keyframe(1, -60, "step"), Keyframe(2, 0, "step"), Keyframe(2.01, -9)))
    times = np.array([1, 1.98, 1.995, 2, 2.005, 2.01])
    assert values_at(value, times) == pytest.approx([-60, -60, -30, 0, -4.5, -9])


@st.composite
def movements(draw):
    times = np.cumsum(draw(st.lists(st.floats(0.01, 5), min_size=1, max_size=5)))
    hz = st.floats(0.5, 1500)
    return tuple(Keyframe(t, draw(hz), draw(st.sampled_from(CURVES))) for t in times)


@given(movements(), st.floats(0.5, 45))
def test_the_phase_is_the_integral_of_the_frequency(value, beat_hz):
    frames = 12 * RATE
    phase = Phase([(1, value), (0.5, beat_hz)], sample_rate=RATE)
    turned = np.concatenate([phase.cycles(at, RATE)[0].copy() for at in range(0, frames, RATE)])
    # The step from each frame to the next is the mean frequency between, here by Simpson's rule.
    times = np.arange(2 * frames - 1) / (2 * RATE)
    hz = values_at(value, times) + beat_hz / 2
    expected = (hz[:-2:2] + 4 * hz[1:-1:2] + hz[2::2]) / (6 * RATE)
    away = np.diff(turned) - expected
    away -= np.rint(away)
    # Where a keyframe falls between two frames, Simpson's rule is off.
    smooth = np.ones(len(away), bool)
    for frame in value:
        smooth[max(0, int(frame.time_s * RATE) - 1) : int(frame.time_s * RATE) + 2] = False
    assert np.abs(away[smooth]).max() < 1e-7
    assert np.abs(away).max() < 1500 / RATE


@given(movements(), st.lists(st.floats(0, 30), min_size=1, max_size=50))
def test_cycles_are_those_of_the_phase_at_any_times_in_any_order(value, times_s):
    frames = np.round(np.array(times_s) * RATE).astype(int)
    phase = Phase([(1, value)], sample_rate=RATE)
    expected = np.array([phase.cycles(int(frame), 1)[0, 0] for frame in frames])
    away = cycles_at(value, frames / RATE) - expected
    assert np.abs(away - np.rint(away)).max() < 1e-6


@given(movements(), st.integers(0, 12 * RATE), st.integers(1, 4000))
def test_blocks_equal_the_whole(value, start, block):
    phase = Phase([(1, value)], [(2, value)], sample_rate=RATE, shift=-0.25)
    whole = phase.cycles(start, 8000).copy()
    parts = [phase.cycles(at, block).copy() for at in range(start, start + 8000, block)]
    assert np.array_equal(whole, np.concatenate(parts, axis=1)[:, :8000])


def test_lines_between_knots_meet_them_and_do_not_depend_on_blocks():
    slope = between_knots(knots_of(1000, 5000).astype(float), 1000, 5000)
    assert slope == pytest.approx(np.arange(1000, 6000))
    part = between_knots(knots_of(1777, 10).astype(float), 1777, 10)
    assert np.array_equal(part, slope[777:787])
