"""The certificate says what is in a file, and finds what is wrong with it."""

import json
import math

import numpy as np
import pytest
import soundfile
from django.core.management import CommandError, call_command

from audio import AudioError, Cancelled, Clip, TrackSpec, render
from audio.heard.beats import heard_beats
from audio.heard.voices import VoiceFinder
from audio.measure import Certificate, measure
from audio.watch import Watch
from tests.audio.physics import RATE

BINAURAL = {"kind": "binaural", "beat_hz": 6, "carrier_hz": 200}


def rendered(folder, *, clips=None, **parts):
    spec = TrackSpec.parse({"title": "Evening", "duration_s": 60, **parts})
    path = folder / "track.flac"
    render(spec, path, clips=clips or {})
    return path


def written(folder, sound, *, rate=RATE, subtype="PCM_24", comment=""):
    path = folder / "sound.wav"
    with soundfile.SoundFile(path, "w", rate, sound.shape[1], subtype) as file:
        if comment:
            file.comment = comment
        file.write(sound)
    return path


def two_tones(left_hz, right_hz, *, seconds=60, rate=RATE, amplitude=0.25):
    index = np.arange(seconds * rate)[:, np.newaxis]
    return amplitude * np.sin(2 * np.pi * (index * [left_hz, right_hz] / rate % 1))


def words(*, seed=1, seconds=2.0):
    """Syllables of noise, five a second, as loud and as band-limited as a voice."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(seconds * RATE)) / RATE
    noise = np.convolve(rng.normal(size=len(times)), np.ones(6) / 6, "same")
    return 0.3 * noise * np.sin(np.pi * 5 * times) ** 2


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_length_level_and_tones_of_a_foreign_file(tmp_path, rate):
    found = measure(written(tmp_path, two_tones(203.7, 198.2, rate=rate), rate=rate))
    assert (found.duration_s, found.sample_rate, found.subtype) == (60, rate, "PCM_24")
    assert found.loudness.true_peak_db == pytest.approx(20 * math.log10(0.25), abs=0.02)
    (beat,) = found.beats
    assert (beat.kind, len(beat.readings)) == ("binaural", 5)
    for tone in beat.readings:
        assert tone.carrier_hz == pytest.approx(200.95, abs=1e-4)
        assert tone.beat_hz == pytest.approx(5.5, abs=1e-4)
        assert tone.beat_error_hz is None
        assert tone.snr_db > 100
    assert found.speech.lines_meant is None


@pytest.mark.parametrize("kind", ["binaural", "monaural", "isochronic"])
def test_a_beat_is_found_where_it_was_meant(tmp_path, kind):
    ramp = [[0, 10, "smooth"], [30, 4, "exponential"], [60, 3]]
    beat = {**BINAURAL, "kind": kind, "beat_hz": ramp}
    found = measure(rendered(tmp_path, beats=[beat], bit_depth=24))
    (beat,) = found.beats
    assert beat.kind == kind
    assert beat.readings[0].beat_hz > 7
    assert beat.readings[-1].beat_hz < 4
    for tone in beat.readings:
        assert abs(tone.beat_error_hz) < (1e-3 if kind == "isochronic" else 1e-5)
        assert abs(tone.carrier_error_hz) < (1e-3 if kind == "isochronic" else 1e-5)


def test_beats_beside_each_other_do_not_disturb_each_other(tmp_path):
    beats = [
        {**BINAURAL, "level_db": -18},
        {**BINAURAL, "level_db": -18, "carrier_hz": 207, "beat_hz": 4},
        {**BINAURAL, "level_db": -20, "carrier_hz": 300, "kind": "monaural", "beat_hz": 4},
        {**BINAURAL, "level_db": -18, "carrier_hz": 400, "kind": "isochronic", "depth": 0.6},
    ]
    found = measure(rendered(tmp_path, beats=beats, bit_depth=24)).beats
    assert [beat.kind for beat in found] == [beat["kind"] for beat in beats]
    for beat in found:
        for tone in beat.readings:
            assert abs(tone.carrier_error_hz) < 1e-4
            assert abs(tone.beat_error_hz) < 1e-4
            assert tone.snr_db > 95
    assert found[3].readings[2].depth == pytest.approx(0.6, abs=0.001)
    assert found[0].readings[2].depth is None


NEAR_EACH_OTHER = [
    {**BINAURAL, "level_db": -20, "carrier_hz": 200, "beat_hz": 4},
    # Its lines lie 0.2 Hz from those of the first, in the left ear, and of the third.
    {**BINAURAL, "level_db": -26, "carrier_hz": 200.7, "beat_hz": 3},
    {**BINAURAL, "level_db": -20, "carrier_hz": 199.6, "beat_hz": 1.2, "kind": "monaural"},
    {**BINAURAL, "level_db": -20, "carrier_hz": 201.1, "beat_hz": 0.8, "kind": "isochronic"},
]


@pytest.mark.parametrize("beds", [[], [{"kind": "noise", "level_db": -40}]])
def test_beats_a_fraction_of_a_hertz_apart_are_told_right_or_not_at_all(tmp_path, beds):
    """Alone in the spectrum none of them stands out; together they fit in one way only."""
    path = rendered(tmp_path, beats=NEAR_EACH_OTHER, beds=beds, bit_depth=24)
    readings = [tone for beat in measure(path).beats for tone in beat.readings]
    told = [tone for tone in readings if tone.beat_hz is not None]
    for tone in told:
        assert abs(tone.carrier_error_hz) < (0.01 if beds else 1e-5)
        assert abs(tone.beat_error_hz) < (0.01 if beds else 1e-5)
    assert beds or len(told) == len(readings)


def test_two_beats_that_share_a_line_are_not_told(tmp_path):
    """How much of it belongs to which, and whether one of them is off, nobody can say."""
    pair = [{**BINAURAL, "level_db": -20, "carrier_hz": hz, "beat_hz": 4} for hz in (200, 200)]
    for beat in measure(rendered(tmp_path, beats=pair)).beats:
        assert [tone.beat_hz for tone in beat.readings] == [None] * 5


@pytest.mark.parametrize("kind", ["binaural", "monaural", "isochronic"])
def test_a_beat_beside_others_that_is_off_is_not_claimed_as_meant(tmp_path, kind):
    beats = [{**BINAURAL, "level_db": -20, "kind": kind}, *NEAR_EACH_OTHER[:2]]
    path = rendered(tmp_path, beats=beats, bit_depth=24)
    claims = [{**beats[0], "beat_hz": 6.3}, *beats[1:]]
    spec = TrackSpec.parse({"title": "x", "duration_s": 60, "beats": claims})
    off, *others = measure(path, spec).beats
    for tone in off.readings:
        assert tone.beat_hz is None or tone.beat_error_hz == pytest.approx(-0.3, abs=0.01)
    for tone in (tone for beat in others for tone in beat.readings):
        assert tone.beat_hz is None or abs(tone.beat_error_hz) < 0.01


def test_a_tone_that_turns_from_ear_to_ear_is_still_a_pure_tone(tmp_path):
    """Nor does it matter that the beat is slow, or the wave no sine."""
    turning = {
        **BINAURAL,
        "kind": "monaural",
        "beat_hz": 0.5,
        "spin_hz": 0.2,
        "pan": [[0, -0.5], [60, 0.5]],
    }
    square = {**BINAURAL, "wave": "soft_square", "level_db": [[0, -12], [60, -30]]}
    for beat, least_db in ((turning, 110), (square, 65)):
        tone = measure(rendered(tmp_path, beats=[beat], bit_depth=24)).beats[0].readings[2]
        assert tone.snr_db > least_db
        assert abs(tone.beat_error_hz) < 1e-5


@pytest.mark.parametrize("bed", ["noise", "ocean", "drone"])
def test_a_beat_embedded_in_a_bed_is_found_in_its_power(tmp_path, bed):
    ramp = [[0, 10, "smooth"], [30, 4, "exponential"], [60, 3]]
    beat = {"kind": "embedded", "beat_hz": ramp, "depth": 0.8}
    (found,) = measure(rendered(tmp_path, beats=[beat], beds=[{"kind": bed}])).beats
    assert found.kind == "embedded"
    assert found.readings[0].beat_hz > 7
    for pulse in found.readings:
        assert abs(pulse.beat_error_hz) < 2e-3
        assert pulse.carrier_hz is None
        assert pulse.depth == pytest.approx(0.8, abs=0.03)


def test_a_beat_that_is_not_there_is_not_found(tmp_path):
    """The file claims a tone and a pulse, and holds noise."""
    beats = [BINAURAL, {"kind": "embedded", "beat_hz": 6}, {**BINAURAL, "kind": "isochronic"}]
    claims = {"title": "x", "duration_s": 60, "beats": beats, "beds": [{"kind": "noise"}]}
    noise = np.random.default_rng(1).normal(0, 0.1, (20 * RATE, 2))
    path = written(tmp_path, noise, comment=TrackSpec.parse(claims).to_json())
    for beat in measure(path).beats:
        for reading in beat.readings:
            assert (reading.carrier_hz, reading.beat_hz, reading.snr_db) == (None, None, None)


@pytest.mark.parametrize(
    "claim",
    [
        {"kind": "isochronic"},
        {"kind": "isochronic", "beat_hz": 0.5},
        {"kind": "monaural"},
        {"kind": "monaural", "beat_hz": 0.5},
        {"kind": "binaural"},
        # A tone farther away must not fold over on what is looked for.
        {"kind": "binaural", "carrier_hz": 149.6},
        {"kind": "monaural", "carrier_hz": 1200},
    ],
)
def test_a_tone_that_does_not_beat_is_no_beat(tmp_path, claim):
    spec = TrackSpec.parse({"title": "x", "duration_s": 60, "beats": [{**BINAURAL, **claim}]})
    path = written(tmp_path, two_tones(200, 200, seconds=20), comment=spec.to_json())
    for reading in measure(path).beats[0].readings:
        assert (reading.carrier_hz, reading.beat_hz, reading.snr_db) == (None, None, None)


@pytest.mark.parametrize("bed", ["stream", "drone", "wind", "fire", "bowls", "ocean"])
def test_the_swell_of_a_bed_is_no_beat(tmp_path, bed):
    """Its power moves by itself, the more the slower."""
    beat = {"kind": "embedded", "beat_hz": 0.7, "depth": 0}
    path = rendered(tmp_path, beats=[beat], beds=[{"kind": bed}], duration_s=180)
    (found,) = measure(path).beats
    assert [reading.beat_hz for reading in found.readings] == [None] * 5


@pytest.mark.parametrize("bed", ["wind", "fire", "bowls", "ocean"])
def test_a_slow_beat_is_found_in_a_bed_that_swells(tmp_path, bed):
    beat = {"kind": "embedded", "beat_hz": 0.7}
    path = rendered(tmp_path, beats=[beat], beds=[{"kind": bed}], duration_s=180)
    for reading in measure(path).beats[0].readings:
        assert abs(reading.beat_error_hz) < 0.005
        assert reading.depth > 0.9


def test_a_beat_whose_bed_is_silent_at_first_is_found_from_then_on(tmp_path):
    beats, beds = [{"kind": "embedded", "beat_hz": 6}], [{"kind": "noise"}]
    path = rendered(tmp_path, beats=beats, beds=beds)
    with soundfile.SoundFile(path) as file:
        sound, recipe = file.read(), file.comment
    sound[: 30 * RATE] = 0
    (found,) = measure(written(tmp_path, sound, comment=recipe)).beats
    heard = [reading.beat_hz and round(reading.beat_hz, 2) for reading in found.readings]
    assert heard == [None, None, 6, 6, 6]


@pytest.mark.parametrize("beat_hz", [0.2, 0.3, [[0, 0.3], [60, 0.6]]])
def test_a_slow_isochronic_beat_is_told_as_exactly_as_a_fast_one(tmp_path, beat_hz):
    """Two of its pulses are enough, though their lines blur into each other."""
    beat = {**BINAURAL, "kind": "isochronic", "beat_hz": beat_hz}
    for tone in measure(rendered(tmp_path, beats=[beat], bit_depth=24)).beats[0].readings:
        assert abs(tone.beat_error_hz) < 1e-6


@pytest.mark.parametrize("beat_hz", [0.5, 6])
def test_a_pulse_that_grows_longer_is_known_by_the_words_of_its_spec(tmp_path, beat_hz):
    duty = [[0, 0.3], [20, 0.7], [30, 0.7, "step"], [31, 0.4], [60, 0.6]]
    beat = {**BINAURAL, "kind": "isochronic", "beat_hz": beat_hz, "duty": duty}
    for tone in measure(rendered(tmp_path, beats=[beat], bit_depth=24)).beats[0].readings:
        assert tone.snr_db > 90


def test_a_slow_isochronic_beat_that_is_off_is_reported_off(tmp_path):
    beat = {**BINAURAL, "kind": "isochronic", "beat_hz": 0.31}
    path = rendered(tmp_path, beats=[beat], bit_depth=24)
    meant = TrackSpec.parse(
        {"title": "x", "duration_s": 60, "beats": [{**beat, "beat_hz": 0.3}], "bit_depth": 24}
    )
    # Away from the start, the pulses are nowhere near where they were meant.
    for tone in measure(path, meant).beats[0].readings:
        assert tone.beat_hz == pytest.approx(0.31, abs=1e-3)


@pytest.mark.parametrize("kind", ["isochronic", "monaural"])
def test_nothing_wrong_is_said_of_a_beat_that_is_too_slow_to_be_told(tmp_path, kind):
    beat = {**BINAURAL, "kind": kind, "beat_hz": 0.1}
    for tone in measure(rendered(tmp_path, beats=[beat], bit_depth=24)).beats[0].readings:
        assert tone.beat_hz is None or abs(tone.beat_error_hz) < 1e-4


def test_an_isochronic_tone_is_known_whatever_its_wave_and_place(tmp_path):
    for change, least_db in (({"wave": "triangle"}, 60), ({"pan": 1}, 70)):
        beat = {**BINAURAL, "kind": "isochronic", **change}
        for tone in measure(rendered(tmp_path, beats=[beat])).beats[0].readings:
            assert tone.depth == pytest.approx(1, abs=0.001)
            assert tone.snr_db > least_db


def test_a_chord_is_no_beat(tmp_path):
    apart = two_tones(440, 523.25, seconds=20)
    assert measure(written(tmp_path, apart)).beats == ()
    uneven = sum(two_tones(hz, hz, seconds=20) / 2 for hz in (180, 200, 200, 245))
    (found,) = measure(written(tmp_path, uneven)).beats
    assert (found.kind, found.readings[2].beat_hz) == ("tone", None)


def test_a_constant_is_no_tone(tmp_path):
    assert measure(written(tmp_path, np.full((5 * RATE, 2), 0.5))).beats == ()


def test_a_foreign_pulse_is_told_from_a_foreign_pair_of_tones(tmp_path):
    times = np.arange(20 * RATE) / RATE
    tone = 0.2 * np.sin(2 * np.pi * 250 * times)
    pulse = tone * (1 + np.sin(2 * np.pi * 7 * times)) / 2
    pair = sum(0.1 * np.sin(2 * np.pi * hz * times) for hz in (248, 253))
    for sound, kind, carrier_hz, beat_hz in (
        (tone, "tone", 250, None),
        (pulse, "isochronic", 250, 7),
        (pair, "monaural", 250.5, 5),
    ):
        (found,) = measure(written(tmp_path, np.stack([sound, sound], axis=1))).beats
        assert found.kind == kind
        assert found.readings[2].carrier_hz == pytest.approx(carrier_hz, abs=1e-3)
        assert found.readings[2].beat_hz == pytest.approx(beat_hz, abs=1e-3)


def test_a_spec_may_be_given_with_a_file_that_does_not_carry_one(tmp_path):
    spec = TrackSpec.parse({"title": "x", "duration_s": 60, "beats": [BINAURAL]})
    path = written(tmp_path, two_tones(203, 197, seconds=20))
    assert measure(path).beats[0].readings[0].beat_error_hz is None
    assert abs(measure(path, spec).beats[0].readings[0].beat_error_hz) < 1e-6


def test_a_wav_file_says_what_was_meant_however_much_that_is(tmp_path):
    phases = [{"name": f"Phase {n} {'x' * 90}", "start_s": n} for n in range(50)]
    spec = TrackSpec.parse({"title": "x", "duration_s": 60, "beats": [BINAURAL], "phases": phases})
    render(spec, tmp_path / "track.wav", clips={})
    found = measure(tmp_path / "track.wav")
    assert found.target_lufs == -18
    assert abs(found.beats[0].readings[0].beat_error_hz) < 1e-4


def test_measuring_tells_how_far_it_is_and_can_be_stopped(tmp_path):
    path, heard = written(tmp_path, two_tones(203, 197)), []
    measure(path, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1
    with pytest.raises(Cancelled):
        measure(path, cancelled=lambda: True)


def test_measuring_beats_can_be_stopped_before_each_of_them(tmp_path):
    beats = [{**BINAURAL, "level_db": -20, "carrier_hz": hz} for hz in (200, 300, 400)]
    path, looks = rendered(tmp_path, beats=beats), []

    class Looks(Watch):
        def look(self, fraction):
            looks.append(fraction)

    with soundfile.SoundFile(path) as file:
        spec = TrackSpec.parse(file.comment)
        heard_beats(file, spec, frames=file.frames, watch=Looks())
    assert len(looks) >= 5 * len(beats)
    assert looks == sorted(looks)


def test_the_snr_is_that_of_the_format(tmp_path):
    fine = measure(rendered(tmp_path, beats=[BINAURAL], bit_depth=24)).beats[0].readings[2]
    assert fine.snr_db > 120
    coarse = measure(rendered(tmp_path, beats=[BINAURAL], bit_depth=16)).beats[0].readings[2]
    assert 70 < coarse.snr_db < 90


def test_a_tone_that_is_off_is_reported_off(tmp_path):
    """The file claims a beat of 6 Hz on 200 Hz, and holds another."""
    spec = TrackSpec.parse({"title": "x", "duration_s": 60, "beats": [BINAURAL]})
    path = written(tmp_path, two_tones(203.51, 197), comment=spec.to_json())
    for tone in measure(path).beats[0].readings:
        assert tone.beat_error_hz == pytest.approx(0.51, abs=1e-4)
        assert tone.carrier_error_hz == pytest.approx(0.255, abs=1e-4)


@pytest.mark.parametrize(
    ("colour", "slope"),
    [("white", 0), ("pink", -3.01), ("brown", -6.02), ("blue", 3.01), ("violet", 6.02)],
)
def test_the_slope_of_noise_is_found_under_a_beat(tmp_path, colour, slope):
    beds = [{"kind": "noise", "colour": colour}]
    noise = measure(rendered(tmp_path, beats=[BINAURAL], beds=beds, bit_depth=24)).noise
    assert noise.db_per_octave == pytest.approx(slope, abs=0.15)
    assert noise.deviation_db < 0.5


def test_a_tone_alone_has_no_noise_slope(tmp_path):
    for bit_depth in (16, 24):
        assert measure(rendered(tmp_path, beats=[BINAURAL], bit_depth=bit_depth)).noise is None


def test_a_slope_among_other_beds_says_so(tmp_path):
    beds = [{"kind": "noise", "colour": "brown"}, {"kind": "ocean"}]
    noise = measure(rendered(tmp_path, beds=beds)).noise
    assert (noise.meant_db_per_octave, noise.mixed_with) == (-6.02, ("ocean",))


@pytest.mark.parametrize("rate", [8000, 22_050, 384_000])
def test_a_rate_without_room_for_every_band_leaves_the_slope_out(tmp_path, rate):
    noise = np.random.default_rng(1).normal(0, 0.1, (max(rate, 65_536), 2))
    assert measure(written(tmp_path, noise, rate=rate)).noise is None


@pytest.mark.parametrize("rate", [32_000, 96_000, 192_000])
def test_the_slope_is_the_same_at_other_rates(tmp_path, rate):
    noise = np.random.default_rng(1).normal(0, 0.1, (3 * rate, 2))
    found = measure(written(tmp_path, noise, rate=rate)).noise
    assert found.db_per_octave == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    ("beds", "within_s"),
    [
        ([], 0.25),
        ([{"kind": "noise"}], 0.25),
        ([{"kind": "rain"}], 0.25),
        ([{"kind": "ocean"}, {"kind": "noise"}], 0.25),
        # Something that crackles or splashes before or after a line is no part of it.
        ([{"kind": "fire"}, {"kind": "stream"}], 0.5),
        ([{"kind": "noise", "width": 0}], 0.25),
    ],
)
def test_every_line_is_found_in_its_place(tmp_path, beds, within_s):
    lines = ["one", "two", "three"]
    clips = {line: Clip.save(words(seed=n), tmp_path / f"{n}.npy") for n, line in enumerate(lines)}
    speech = {"lines": lines, "voice": "x", "repetitions": 2, "lead_in_s": 7, "lead_out_s": 5}
    path = rendered(tmp_path, beats=[BINAURAL], beds=beds, speech=speech, clips=clips)
    found = measure(path)
    assert found.speech.lines_meant == found.speech.count == 6
    assert found.loudness.integrated_lufs == pytest.approx(found.target_lufs, abs=0.3)
    starts, stops = np.array(found.speech.places_s).T
    expected = 7 + np.arange(6) * (60 - 7 - 5 - 2) / 5
    assert starts == pytest.approx(expected, abs=within_s)
    assert stops == pytest.approx(expected + 2, abs=within_s)


def test_noise_is_not_taken_for_speech():
    finder = VoiceFinder(sample_rate=RATE)
    finder.add(np.random.default_rng(1).normal(0, 0.1, (60 * RATE, 2)))
    assert finder.result().count == 0


def test_silence_has_a_certificate(tmp_path):
    found = measure(written(tmp_path, np.zeros((5 * RATE, 2))))
    assert (found.beats, found.noise, found.speech.places_s) == ((), None, ())
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["loudness"]["range_lu"] == 0


def test_the_shortest_file_has_a_certificate(tmp_path):
    found = measure(written(tmp_path, np.full((1, 2), 0.5)))
    assert isinstance(found, Certificate)


def test_what_cannot_be_measured_is_named(tmp_path):
    # What ends so has no header that would tell of a rate.
    for name in ("text.flac", "text.raw"):
        (tmp_path / name).write_text("not sound")
        with pytest.raises(AudioError, match="not a sound file"):
            measure(tmp_path / name)
    with pytest.raises(AudioError, match="1 channel"):
        measure(written(tmp_path, np.zeros((100, 1))))
    with pytest.raises(AudioError, match="3000 Hz; it must be from 8000"):
        measure(written(tmp_path, np.zeros((100, 2)), rate=3000))
    for value in (np.nan, np.inf):
        with pytest.raises(AudioError, match="no numbers"):
            measure(written(tmp_path, np.full((100, 2), value), subtype="FLOAT"))


def test_the_length_of_a_cut_file_is_that_of_what_is_left(tmp_path):
    path = tmp_path / "track.mp3"
    soundfile.write(path, two_tones(203, 197), RATE, format="MP3")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = measure(path)
    assert found.duration_s == pytest.approx(30, abs=0.5)
    assert found.beats[0].readings[-1].time_s < found.duration_s


def test_the_command_speaks_to_people_and_to_programs(tmp_path, capsys):
    path = rendered(tmp_path, beats=[BINAURAL], beds=[{"kind": "noise"}])
    call_command("measure", path)
    text = capsys.readouterr().out
    assert "-18.0 LUFS" in text
    assert "6.000" in text
    assert "dB per octave" in text
    call_command("measure", path, "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["loudness"]["integrated_lufs"] == pytest.approx(-18, abs=0.3)
    assert found["speech"] == {"count": 0, "lines_meant": 0, "places_s": []}


def test_the_command_says_what_is_wrong_with_a_file(tmp_path):
    with pytest.raises(CommandError, match="not a sound file"):
        call_command("measure", tmp_path / "absent.flac")
