"""A track belongs to the band in which its beat spends most of its time."""

import pytest

from audio import TrackSpec
from jobs.bands import band_of_track


def _track(beat_hz=None):
    beats = [{"kind": "binaural", "beat_hz": beat_hz}] if beat_hz else []
    return TrackSpec.parse({"title": "x", "duration_s": 600, "beats": beats})


@pytest.mark.parametrize(
    ("beat_hz", "band"),
    [
        (None, ""), (0.5, "delta"), (4, "delta"), (4.1, "theta"), (6, "theta"), (10, "alpha"),
        (13, "alpha"), (20, "beta"), (40, "gamma"), (45, "gamma"),
        ([[0, 10, "smooth"], [60, 6]], "theta"),
        ([[0, 10], [550, 10, "linear"], [600, 2]], "alpha"),
    ],
)  # fmt: skip
def test_band_of_a_track(beat_hz, band):
    assert band_of_track(_track(beat_hz)) == band


def test_band_and_length_are_kept_with_the_job(job):
    assert (job.band, job.duration_s) == ("theta", 60)
