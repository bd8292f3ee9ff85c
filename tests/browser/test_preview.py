"""The preview in the browser sounds like the track that the engine renders."""

import io

import numpy as np
import pytest
import soundfile

from audio import Clip, Keyframe, Speech, TrackSpec
from audio.spec import Bowls, Drone, Fire, Noise, Ocean, Rain, Stream, Wind
from tests.audio.physics import dominant_hz
from tests.browser.listening import (
    PREVIEW,
    RATE,
    followed,
    level_db,
    levels_db,
    octave_levels_db,
    played,
    rendered,
)

# Where the two are compared: well inside the track.
FROM_S = 20


@pytest.fixture(scope="module")
def page(browser, place):
    """One page for all: nothing is changed on it."""
    page = browser.new_page()
    page.goto(place.url)
    yield page
    page.close()


def track(**parts) -> dict:
    """A recipe whose levels the engine leaves as they are."""
    plain = {"title": "Preview", "duration_s": 60, "bit_depth": 24, "master": {"target_lufs": None}}
    return plain | parts


def both(page, spec: dict, *, seconds: float = 4):
    """The same stretch as played and as rendered."""
    first = FROM_S * RATE
    rendering = rendered(spec)[first : first + round(seconds * RATE)]
    return played(page, spec, from_s=FROM_S, duration_s=seconds), rendering


def test_what_a_recipe_leaves_out_is_what_the_engine_takes(page):
    spec = {"title": "x", "duration_s": 60, "beats": [{"kind": "binaural", "beat_hz": 6}]}
    kinds = ["noise", "rain", "ocean", "stream", "wind", "fire", "bowls", "drone"]
    spec |= {"beds": [{"kind": "noise"}], "speech": {"lines": ["I am calm"], "voice": "espeak:en"}}
    completed = f"""async (spec) => {{
        const {{ completed }} = await import("{PREVIEW}/defaults.js");
        return completed(spec);
    }}"""
    for kind in kinds:
        given = spec | {"beds": [{"kind": kind}]}
        assert page.evaluate(completed, given) == TrackSpec.parse(given).model_dump(mode="json")


MOVING = {
    "beat_hz": [[0, 10, "smooth"], [22, 4, "exponential"], [60, 6]],
    "carrier_hz": [[5, 180], [21, 240, "exponential"], [23, 220, "step"], [23.5, 260]],
    "level_db": [[0, -20, "step"], [22, -12, "smooth"], [30, -14]],
    "pan": [[0, -0.4], [50, 0.6]],
}


@pytest.mark.parametrize("wave", ["sine", "triangle", "soft_square", "band_limited"])
@pytest.mark.parametrize("kind", ["binaural", "monaural", "isochronic"])
def test_a_tone_is_the_engines_sample_by_sample(page, kind, wave):
    beat = {"kind": kind, "wave": wave, "spin_hz": 0.2, "duty": [[0, 0.4], [60, 0.6]], **MOVING}
    heard, expected = both(page, track(beats=[beat]))
    # Only where something steps may they differ, for the 3 ms of a block.
    difference = np.abs(heard - expected).max(axis=1) / np.abs(expected).max()
    assert np.percentile(difference, 98) < 2e-3
    assert difference.max() < 0.2


def test_a_beat_is_exact_at_any_minute_of_a_long_ramp(page):
    beat = {"kind": "binaural", "beat_hz": [[0, 10], [7200, 4]], "carrier_hz": 200}
    spec = track(duration_s=7200, beats=[beat])
    for minute, beat_hz in ((10, 9.5), (60, 7), (119, 4.05)):
        heard = played(page, spec, from_s=60 * minute - 5, duration_s=10)
        left = tone_hz(heard[:, 0], 200 + beat_hz / 2)
        right = tone_hz(heard[:, 1], 200 - beat_hz / 2)
        assert left - right == pytest.approx(beat_hz, abs=1e-3)
        assert (left + right) / 2 == pytest.approx(200, abs=1e-3)


def tone_hz(sound: np.ndarray, near_hz: float) -> float:
    """Mean frequency of a tone: how far its phase moves against that of ``near_hz``."""
    halves = np.split(sound * np.exp(-2j * np.pi * near_hz / RATE * np.arange(len(sound))), 2)
    before, after = (np.vdot(np.hanning(len(half)), half) for half in halves)
    return near_hz + np.angle(after / before) / (2 * np.pi) / (len(sound) / 2 / RATE)


@pytest.mark.parametrize("colour", ["white", "pink", "brown", "blue", "violet"])
def test_noise_has_the_engines_level_and_slope(page, colour):
    spec = track(beds=[{"kind": "noise", "colour": colour, "width": 0.6}])
    heard, expected = both(page, spec, seconds=20)
    assert level_db(heard) == pytest.approx(level_db(expected), abs=0.5)
    slopes = [np.diff(octave_levels_db(sound)) for sound in (heard, expected)]
    assert slopes[0] == pytest.approx(slopes[1], abs=0.5)
    likeness = [np.corrcoef(sound.T)[0, 1] for sound in (heard, expected)]
    assert likeness[0] == pytest.approx(likeness[1], abs=0.1)


@pytest.mark.parametrize(
    "bed",
    [
        Rain(intensity=0.7),
        Ocean(depth=(Keyframe(30, 1.0), Keyframe(45, 0.0)), seed=2),
        Stream(flow=0.2),
        Wind(gusts=1.0, width=0.5),
        Fire(crackle=0.8),
        Bowls(
            interval_s=6,
            strikes="random",
            width=0.4,
            pitch_hz=(Keyframe(0, 300, "exponential"), Keyframe(60, 150)),
        ),
    ],
    ids=lambda bed: bed.kind,
)
def test_a_soundscape_moves_as_the_engines_does(page, bed):
    """Waves break and gusts blow at the same moments, equally loud and in the same colours."""
    heard, expected = both(page, track(beds=[bed.model_dump()]), seconds=36)
    assert level_db(heard) == pytest.approx(level_db(expected), abs=0.5)
    # Single crackles and bubbles differ, so short windows do a little.
    windows = [levels_db(sound, 4 * RATE) for sound in (heard, expected)]
    assert windows[0] == pytest.approx(windows[1], abs=1.5)
    if bed.kind != "bowls":
        colours = [octave_levels_db(sound) for sound in (heard, expected)]
        assert colours[0] == pytest.approx(colours[1], abs=2)


def test_a_drone_is_the_engines_chord(page):
    bed = Drone(key="D", octave=3, chord="minor").model_dump()
    heard, expected = both(page, track(beds=[bed]), seconds=40)
    assert level_db(heard).mean() == pytest.approx(level_db(expected).mean(), abs=0.5)
    for note in (0, 7, 12, 15):
        hz = 440 * 2 ** ((note - 7) / 12 - 1)
        lines = [_around(sound, hz) for sound in (heard, expected)]
        assert lines[0] == pytest.approx(lines[1], abs=2)


def _around(sound, hz):
    """Level of a narrow band, both ears together."""
    power = (np.abs(np.fft.rfft(sound, axis=0)) ** 2).sum(axis=1)
    bins = np.fft.rfftfreq(len(sound), 1 / RATE)
    return 10 * np.log10(power[np.abs(bins - hz) < 0.01 * hz].sum())


def test_an_embedded_beat_opens_and_closes_the_noise_as_the_engines_does(page):
    beat = {"kind": "embedded", "beat_hz": 5, "depth": 0.8, "duty": 0.4, "attack": 0.3, "bed": 1}
    spec = track(beats=[beat], beds=[Drone(level_db=-60).model_dump(), Noise().model_dump()])
    heard, expected = both(page, spec, seconds=20)
    folds = [_folded(sound, RATE // 5) for sound in (heard, expected)]
    assert folds[0] == pytest.approx(folds[1], abs=0.5)
    assert np.ptp(folds[0]) > 10


def _folded(sound, period):
    """Level in each twentieth of a period, all periods and ears together."""
    periods = sound[: len(sound) // period * period].reshape(-1, 20, period // 20, 2)
    return 10 * np.log10(np.mean(periods**2, axis=(0, 2, 3)))


def test_beds_step_back_under_speech_as_the_engines_do(page, tmp_path):
    words = Speech(
        lines=("a a", "b b", "c c"), voice="espeak:en", gaps=1.2, lead_in_s=FROM_S + 1,
        duck_db=(Keyframe(0, 9), Keyframe(FROM_S + 2, 9, "step"), Keyframe(FROM_S + 4, 6)),
        duck_attack_s=0.3, duck_release_s=1.0, level_db=-60,
    )  # fmt: skip
    clips = {
        line: Clip.save(np.zeros(round(seconds * RATE)), tmp_path / f"{line}.npy")
        for line, seconds in zip(words.lines, (1.0, 0.5, 2.0), strict=True)
    }
    marks, at = [], FROM_S + 1
    for line in words.lines:
        marks.append([at, at + clips[line].frames / RATE])
        at = marks[-1][1] + 1.2
    spec = track(beds=[{"kind": "noise", "level_db": -20}])
    spoken = spec | {"speech": words.model_dump(mode="json")}
    window = RATE // 50
    stretch = {"from_s": FROM_S, "duration_s": 8}
    ducked = played(page, spoken, marks=marks, **stretch)
    heard = levels_db(ducked, window) - levels_db(played(page, spec, **stretch), window)
    first = slice(FROM_S * RATE, (FROM_S + 8) * RATE)
    renderings = rendered(spoken, clips)[first], rendered(spec)[first]
    expected = levels_db(renderings[0], window) - levels_db(renderings[1], window)
    assert expected.min() == pytest.approx(-9, abs=0.1)
    assert heard.mean(axis=1) == pytest.approx(expected.mean(axis=1), abs=0.5)


def test_lines_are_marked_by_sounds_of_their_level_with_echoes_in_turn(page):
    words = {"lines": ["I am calm"], "voice": "espeak:en", "level_db": -20, "duck_db": 0}
    marks = [[FROM_S + 1, FROM_S + 3]]

    def heard(voice=None, **more):
        spec = track(speech=words | more)
        return played(page, spec, from_s=FROM_S, duration_s=6, marks=marks, voice=voice)

    plain, echoing = heard(), heard(echo=1.0)
    second = slice(2 * RATE, 3 * RATE)
    assert level_db(plain[second]) == pytest.approx(-20, abs=1)
    for silent in (plain[:RATE], plain[3 * RATE :]):
        assert level_db(silent).max() < -100
    # The first echo comes 0.32 s after the line, in the left ear; each later one in the other.
    echoes = levels_db(echoing[round(3.0 * RATE) : round(4.28 * RATE)], round(0.32 * RATE))
    turns = np.sign(echoes[:, 0] - echoes[:, 1])
    assert len(echoes) == 4
    assert np.all(np.diff(echoes.max(axis=1)) < 0)
    assert turns[-1] == -1
    assert np.corrcoef(heard(room=1.0)[second].T)[0, 1] < 0.98

    # A voice of white noise, for all of it to be heard.
    hiss = io.BytesIO()
    soundfile.write(hiss, np.random.default_rng(1).normal(0, 0.1, 3 * RATE), RATE, format="WAV")
    page.route("**/voices/hiss", lambda route: route.fulfill(body=hiss.getvalue()))
    bright, soft = (
        octave_levels_db(heard(voice="/voices/hiss", lowpass_hz=hz)[second]) for hz in (None, 2000)
    )
    assert np.ptp(bright) < 2
    # A Butterworth filter of the fourth order falls by 24 dB an octave.
    assert np.diff(soft)[-2:] == pytest.approx([-22, -26], abs=4)


def test_a_track_fades_in_and_out_as_the_engines_does(page):
    beat = {"kind": "monaural", "beat_hz": 8}
    spec = track(beats=[beat], fade_in_s=1.5, fade_out_s=2.5)
    whole = rendered(spec)
    for start_s in (0, 57):
        heard = played(page, spec, from_s=start_s, duration_s=3)
        expected = whole[start_s * RATE : (start_s + 3) * RATE]
        assert np.abs(heard - expected).max() < 1e-3


@pytest.mark.parametrize(
    "parts",
    [
        {"beats": [{"kind": "binaural", "beat_hz": 6}], "beds": [{"kind": "noise"}]},
        {"beats": [{"kind": "isochronic", "beat_hz": 9, "duty": 0.3, "level_db": -20}]},
        {"beds": [{"kind": "ocean"}, {"kind": "drone", "level_db": -30}]},
        {"beats": [{"kind": "embedded", "beat_hz": 9}], "beds": [{"kind": "rain"}]},
    ],
)
def test_the_preview_is_as_loud_as_the_finished_track(page, parts):
    spec = track(**parts) | {"master": {"target_lufs": -18}}
    heard, expected = both(page, spec, seconds=20)
    assert level_db(heard) == pytest.approx(level_db(expected), abs=1.5)


def test_another_sample_rate_sounds_the_same(page):
    spec = track(
        beats=[{"kind": "binaural", "beat_hz": 6, "level_db": -20}], beds=[{"kind": "rain"}]
    )
    stretch = {"from_s": FROM_S, "duration_s": 10}
    at_44, at_48 = played(page, spec, **stretch), played(page, spec, rate=48_000, **stretch)
    assert level_db(at_48) == pytest.approx(level_db(at_44), abs=0.5)
    assert dominant_hz(at_48[:, 0]) * 48_000 / RATE == pytest.approx(203, abs=0.01)


def test_a_tone_follows_its_controls_without_a_click(page):
    def spec(**beat):
        return track(beats=[{"kind": "binaural", "beat_hz": 6, "carrier_hz": 200, **beat}])

    sound = followed(
        page, spec(), spec(carrier_hz=260, beat_hz=9), spec(level_db=-30), spec(pan=-1.0), track(),
        seconds=1,
    )  # fmt: skip
    # A sine of 264.5 Hz bends by no more than this from one sample to the next.
    bend = np.abs(np.diff(sound, n=2, axis=0)).max()
    assert bend < 1.5 * 0.251 * (2 * np.pi * 264.5 / RATE) ** 2
    seconds = sound.reshape(5, RATE // 128 * 128 + (0 if RATE % 128 < 64 else 128), 2)
    ends = seconds[:, -RATE // 2 :]
    assert [dominant_hz(one[:, 0]) for one in ends[:3]] == pytest.approx(
        [203, 264.5, 203], abs=0.05
    )
    assert level_db(ends[2])[0] == pytest.approx(-30, abs=0.1)
    assert level_db(ends[3])[1] < -80
    assert level_db(ends[4]).max() < -100


def test_beds_come_and_go_without_a_gap(page):
    pink, rain = {"kind": "noise"}, {"kind": "rain"}
    specs = [
        track(beds=beds) for beds in ([pink], [rain], [rain | {"intensity": 1.0}], [rain, pink])
    ]
    sound = followed(page, *specs, seconds=2)
    levels = levels_db(sound, RATE // 20).mean(axis=1)
    assert levels.min() > -27.5
    assert levels[:-40].max() < -20
    assert level_db(sound[-RATE:]).mean() == pytest.approx(-21, abs=1)
