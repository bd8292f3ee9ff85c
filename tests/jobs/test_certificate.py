"""What was measured of a track is told in words that are true of the figures."""

from dataclasses import replace

import pytest

from audio.heard.noise import NoiseSlope
from audio.heard.readings import HeardBeat, Reading
from audio.heard.voices import HeardSpeech
from audio.loudness import Loudness
from audio.measure import Certificate
from jobs.certificate import figures, in_words
from jobs.models import Job, Report
from tests.jobs.shelf import shelve

STEADY = (Reading(30.0, 200.0, 6.0, 1e-7, -4e-7, 31.0), Reading(60.0, 200.0, 6.0, 0.0, 5e-7, 31.0))
FOUND = Certificate(
    duration_s=300.0,
    sample_rate=44_100,
    subtype="PCM_16",
    loudness=Loudness(-18.04, 2.1, -15.0, -16.5, -3.21),
    target_lufs=-18.0,
    beats=(HeardBeat("binaural", STEADY),),
    noise=NoiseSlope(-3.02, 0.31, -3.01),
    speech=HeardSpeech(((5.0, 6.2), (150.0, 151.5), (293.0, 295.0)), 3),
)


def _words(**changes) -> str:
    return " ".join(in_words(replace(FOUND, **changes).to_dict()))


def _loud(lufs):
    return replace(FOUND.loudness, integrated_lufs=lufs)


def test_a_usual_track():
    assert in_words(FOUND.to_dict()) == [
        "It measures −18.0 LUFS: comfortable beside other music.",
        "The beat is 6.000 Hz, exact to a millionth of a hertz.",
        "The noise falls by 3.02 dB each octave, as pink noise does.",
        "All 3 spoken lines are there, from 0:05 to 4:55.",
        "Its highest peak is −3.2 dBTP: nothing distorts on the way to your ears.",
    ]


@pytest.mark.parametrize(
    ("lufs", "words"),
    [(-23.0, "quieter than most music"), (-14.0, "as loud as music"), (-17.0, "comfortable")],
)
def test_loudness(lufs, words):
    assert words in _words(loudness=_loud(lufs))


@pytest.mark.parametrize(
    ("error_hz", "words"),
    [
        (2e-7, "exact to a millionth"),
        (2e-4, "exact to a thousandth"),
        (0.0013, "within 0.002 Hz of what was meant"),
        (0.02, "within 0.020 Hz of what was meant"),
        (None, "The beat is 6.000 Hz."),
    ],
)
def test_exactness_is_that_of_the_worst_reading(error_hz, words):
    readings = (STEADY[0], replace(STEADY[1], beat_error_hz=error_hz))
    if error_hz is None:
        readings = tuple(replace(one, beat_error_hz=None) for one in STEADY)
    assert words in _words(beats=(HeardBeat("binaural", readings),))


def test_a_beat_that_moves():
    readings = (STEADY[0], replace(STEADY[1], beat_hz=2.5))
    words = "From 0:30 to 1:00 the beat moves between 2.50 and 6.00 Hz"
    assert words in _words(beats=(HeardBeat("binaural", readings),))


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        (NoiseSlope(-6.0, 0.2), "as brown noise does"),
        (NoiseSlope(0.05, 0.2), "as white noise is"),
        (NoiseSlope(3.0, 0.2), "The noise rises by 3.00 dB each octave, as blue noise does"),
        (NoiseSlope(-4.5, 1.0), "grow softer by 4.50 dB"),
        (NoiseSlope(-3.0, 1.0, -3.01, ("ocean",)), "The sounds around it grow softer by 3.00 dB"),
    ],
)
def test_noise(noise, words):
    assert words in _words(noise=noise)


def test_nothing_is_claimed_of_what_was_not_found():
    words = _words(
        loudness=Loudness(float("-inf"), 0.0, float("-inf"), float("-inf"), float("-inf")),
        beats=(HeardBeat("binaural", (Reading(30.0),)),),
        noise=None,
        speech=HeardSpeech((), 3),
    )
    assert words == ""


def test_two_lines_are_both():
    words = _words(speech=HeardSpeech(((5.0, 9.0), (20.0, 22.0)), 2))
    assert "Both spoken lines are there, from 0:05 to 0:22." in words


def test_lines_that_run_together_are_not_counted_as_all():
    words = _words(speech=HeardSpeech(((5.0, 9.0), (20.0, 22.0)), 3))
    assert "All" not in words
    assert "Words are heard from 0:05 to 0:22." in words


def test_figures_have_all_that_was_measured():
    found = dict(figures(FOUND.to_dict()))
    assert found["Length"] == "300.000 s, 44100 Hz, 16 bit"
    assert found["Integrated loudness"] == "−18.0 LUFS, meant −18.0"
    assert found["True peak"] == "−3.2 dBTP"
    assert found["Beat at 0:30"] == (
        "6.000000 Hz (less than 0.000001 Hz off), on 200.000000 Hz (less than 0.000001 Hz off)"
    )
    assert found["Noise"] == "−3.02 dB per octave, bands within 0.4 dB"
    assert found["Spoken lines heard"] == "3 of 3 meant"


@pytest.mark.parametrize(
    ("error_hz", "words"),
    [
        (-2e-4, "(−0.0002 Hz)"),
        (0.00134, "(+0.0013 Hz)"),
        (-0.25, "(−0.25 Hz)"),
        (10.0, "(+10 Hz)"),
        (0.0, "(less than 0.000001 Hz off)"),
    ],
)
def test_a_deviation_is_a_number_that_people_write(error_hz, words):
    readings = (replace(STEADY[0], beat_error_hz=error_hz),)
    found = dict(figures(replace(FOUND, beats=(HeardBeat("binaural", readings),)).to_dict()))
    assert words in found["Beat at 0:30"]


def test_the_page_tells_it_once_it_is_measured(client, user):
    job = shelve(user, "One")[0]
    report = Report.objects.create(job=job, attempt=1)
    assert "LUFS" not in client.get(f"/jobs/{job.pk}/").content.decode()
    report.certificate = FOUND.to_dict()
    report.save()
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "It measures −18.0 LUFS" in page
    assert "not from its recipe" in page
    assert "manage.py" not in page


def test_a_page_of_a_track_takes_few_queries(client, user, django_assert_max_num_queries):
    job = shelve(user, "One")[0]
    Report.objects.create(job=job, attempt=1, certificate=FOUND.to_dict(), waveform={"data": []})
    with django_assert_max_num_queries(6):
        client.get(f"/jobs/{job.pk}/")
    assert Job.objects.count() == 1
