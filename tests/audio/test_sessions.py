"""A session leads from phase to phase and becomes a track as it is."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import TrackSpec
from audio.curves import values_at
from audio.sessions import Session, course

SESSIONS = get_args(Session)


@given(st.sampled_from(SESSIONS), st.floats(60, 28_800), st.none() | st.floats(1, 30))
def test_every_session_is_a_valid_part_of_a_track(session, duration_s, hold_hz):
    beat_hz, phases = course(session, duration_s=duration_s, hold_hz=hold_hz)
    spec = TrackSpec.parse(
        {
            "title": session,
            "duration_s": duration_s,
            "beats": [{"kind": "binaural", "beat_hz": beat_hz}],
            "phases": phases,
        }
    )
    assert TrackSpec.parse(spec.to_json()) == spec
    assert spec.phases[0].start_s == 0


@pytest.mark.parametrize(
    ("session", "band"),
    [
        ("sleep", (0.5, 4)),
        ("deep_rest", (0.5, 4)),
        ("meditation", (4, 8)),
        ("relaxation", (8, 13)),
        ("focus", (13, 30)),
        ("energy", (13, 30)),
        ("nap", (4, 8)),
        ("constant", (8, 13)),
    ],
)
def test_it_holds_the_band_it_is_for(session, band):
    beat_hz, phases = course(session, duration_s=2400)
    names = [phase.name for phase in phases]
    hold = names.index("Hold")
    stop = phases[hold + 1].start_s if hold + 1 < len(phases) else 2400
    times = np.linspace(phases[hold].start_s, stop, 50)
    held = values_at(beat_hz, times)
    assert (held >= band[0]).all()
    assert (held <= band[1]).all()
    assert stop - phases[hold].start_s >= 0.4 * 2400


@pytest.mark.parametrize("session", SESSIONS)
@pytest.mark.parametrize("hold_hz", [0.01, 100])
def test_the_slowest_and_the_fastest_beat_can_be_held(session, hold_hz):
    beat_hz, _ = course(session, duration_s=60, hold_hz=hold_hz)
    beats = [{"kind": "isochronic", "beat_hz": beat_hz}]
    TrackSpec.parse({"title": session, "duration_s": 60, "beats": beats})


def test_the_beat_held_can_be_chosen():
    beat_hz, _ = course("meditation", duration_s=600, hold_hz=7.0)
    assert values_at(beat_hz, np.array([300.0])) == pytest.approx(7.0)
