"""The gain that is known before the render brings any track to its loudness."""

import tracemalloc

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import Clip, TrackSpec
from audio.guesses import Foretelling, Line, Part, ones
from audio.levels import amplitude_of
from audio.limiter import limited
from audio.loudness import measured
from audio.master import mastering
from audio.mix import Mix
from tests.audio.physics import RATE

CLOSE_LU = 0.3

BINAURAL = {"kind": "binaural", "beat_hz": 6, "carrier_hz": 200}
LINES = [f"line {n}" for n in range(6)]
SPEECH = {"lines": LINES, "voice": "x", "repetitions": 2}
VOICE = [[0, -30, "exponential"], [60, -15]]
RAMP = [[0, -50, "linear"], [20, -12, "exponential"], [40, -30, "step"], [50, -20]]


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """For each line, syllables of noise with peaks like those of a voice."""
    folder, found = tmp_path_factory.mktemp("clips"), {}
    for n, line in enumerate(LINES):
        rng = np.random.default_rng(n)
        times = np.arange(round((1 + 0.3 * n) * RATE)) / RATE
        noise = np.convolve(rng.laplace(size=len(times)), np.hanning(20) / 10, "same")
        loud = 0.12 * noise * np.sin(np.pi * 4 * times) ** 2
        found[line] = Clip.save(loud, folder / f"{n}.npy")
    return found


def finished_lufs(spec: TrackSpec, clips) -> float:
    """Loudness of the track at the gain that was foretold, by the meter."""
    gain, reach_s = Mix(spec, clips=clips).mastered_to(spec.master.target_lufs)
    blocks = Mix(spec, clips=clips).blocks(65_536, gain=gain)
    sound = limited(blocks, sample_rate=spec.sample_rate, reach_s=reach_s)
    return measured(sound, sample_rate=spec.sample_rate).integrated_lufs


def spec(*, target_lufs=-18.0, **parts) -> TrackSpec:
    master = {"target_lufs": target_lufs}
    return TrackSpec.parse({"title": "x", "duration_s": 60, "master": master, **parts})


KINDS = {
    "a tone": {"beats": [BINAURAL]},
    "slow pulses": {"beats": [{**BINAURAL, "kind": "isochronic", "beat_hz": 1}]},
    "slower pulses": {"beats": [{**BINAURAL, "kind": "isochronic", "beat_hz": 0.5}]},
    "a slow swell": {"beats": [{**BINAURAL, "kind": "monaural", "beat_hz": 0.5}]},
    "two tones that meet": {"beats": [BINAURAL, {**BINAURAL, "beat_hz": 6.1}]},
    "pulses that quicken": {
        "beats": [{**BINAURAL, "kind": "isochronic", "beat_hz": [[0, 2], [1, 60]], "duty": 0.3}]
    },
    "a swell that quickens": {
        "beats": [{**BINAURAL, "kind": "monaural", "beat_hz": [[0, 2], [1, 80]]}]
    },
    "a beat in noise that quickens": {
        "beds": [{"kind": "noise"}],
        "beats": [{**BINAURAL, "kind": "embedded", "beat_hz": [[0, 1], [60, 60]], "duty": 0.3}],
    },
    "pink noise": {"beds": [{"kind": "noise"}]},
    "brown noise": {"beds": [{"kind": "noise", "colour": "brown"}]},
    "a beat in noise": {"beds": [{"kind": "noise"}], "beats": [{**BINAURAL, "kind": "embedded"}]},
    "a slow beat in noise": {
        "beds": [{"kind": "noise"}],
        "beats": [{**BINAURAL, "kind": "embedded", "beat_hz": 0.5}],
    },
    "ocean": {"beds": [{"kind": "ocean", "depth": 1}]},
    "rain": {"beds": [{"kind": "rain"}]},
    "wind": {"beds": [{"kind": "wind"}]},
    "stream": {"beds": [{"kind": "stream"}]},
    "fire": {"beds": [{"kind": "fire", "crackle": 1}]},
    "bowls": {"beds": [{"kind": "bowls", "interval_s": 15}]},
    "bowls seldom struck": {"beds": [{"kind": "bowls", "interval_s": 200}], "duration_s": 400},
    "bowls that are struck together": {
        "beds": [{"kind": "bowls", "interval_s": 5}, {"kind": "bowls", "interval_s": 5, "seed": 1}]
    },
    "drone": {"beds": [{"kind": "drone"}]},
    "a level that moves": {"beds": [{"kind": "noise", "level_db": RAMP}]},
    "speech alone": {"speech": SPEECH},
    "ducked noise": {"beds": [{"kind": "noise"}], "speech": {**SPEECH, "duck_db": 12}},
    "a voice that comes and goes": {
        "speech": {**SPEECH, "level_db": [[1.5 * n, (-15, -40)[n % 2]] for n in range(40)]}
    },
    "a voice that goes from ear to ear": {
        "speech": {**SPEECH, "lines": LINES[:1], "repetitions": 9, "pan": [[0, -1], [60, 1]]}
    },
    "long fades": {"beats": [BINAURAL], "fade_in_s": 25, "fade_out_s": 30},
    "everything": {
        "sample_rate": 48_000,
        "beats": [BINAURAL, {**BINAURAL, "kind": "isochronic", "carrier_hz": 300}],
        "beds": [{"kind": "noise", "level_db": RAMP}, {"kind": "ocean"}],
        "speech": {**SPEECH, "room": 0.5, "echo": 0.3, "pan": 0.4, "level_db": VOICE},
    },
}


# At −14 LUFS these meet the limiter.
MET_BY_THE_LIMITER = ["brown noise", "wind", "fire", "speech alone", "everything"]


@pytest.mark.parametrize("beats_hz", [(1, 2.5), (2.5, 10), (1, 2.5, 7, 10)])
def test_beats_that_keep_step_in_one_bed_are_foretold_together(beats_hz):
    beats = [{**BINAURAL, "kind": "embedded", "beat_hz": hz} for hz in beats_hz]
    track = spec(target_lufs=None, beds=[{"kind": "rain"}, {"kind": "noise"}], beats=beats)
    # So soft that the limiter has nothing to do.
    gain, _ = Mix(track, clips={}).mastered_to(-40)
    blocks = Mix(track, clips={}).blocks(65_536, gain=gain)
    found = measured(blocks, sample_rate=track.sample_rate)
    assert found.integrated_lufs == pytest.approx(-40, abs=0.1)


@pytest.mark.parametrize(
    ("kind", "target_lufs"),
    [*((kind, -18) for kind in KINDS), *((kind, -14) for kind in MET_BY_THE_LIMITER)],
)
def test_the_target_is_hit(kind, target_lufs, clips):
    track = spec(target_lufs=target_lufs, **KINDS[kind])
    assert finished_lufs(track, clips) == pytest.approx(target_lufs, abs=CLOSE_LU)


levels = st.floats(-40, -12)
tones = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["binaural", "monaural", "isochronic"]),
        "beat_hz": st.floats(3, 40),
        "carrier_hz": st.floats(60, 1000),
        "wave": st.sampled_from(["sine", "triangle", "soft_square", "band_limited"]),
        "level_db": levels,
    }
)
beds = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["noise", "rain", "ocean", "stream", "wind", "fire", "drone"]),
        "level_db": levels,
        "seed": st.integers(0, 100),
    }
)
speeches = st.fixed_dictionaries(
    {
        "lines": st.lists(st.sampled_from(LINES), min_size=1),
        "voice": st.just("x"),
        "duck_db": st.floats(0, 24),
        "jitter_s": st.floats(0, 2),
    }
)


@settings(max_examples=8)
@given(
    parts=st.fixed_dictionaries(
        {
            "beats": st.lists(tones, max_size=2),
            "beds": st.lists(beds, max_size=2),
            "speech": st.none() | speeches,
            "duration_s": st.floats(60, 120),
            "sample_rate": st.sampled_from([44_100, 48_000]),
        }
    ),
    target_lufs=st.floats(-23, -14),
)
def test_the_target_is_hit_by_whatever_sounds(parts, target_lufs, clips):
    if parts["beats"] or parts["beds"] or parts["speech"]:
        track = spec(target_lufs=target_lufs, **parts)
        assert finished_lufs(track, clips) == pytest.approx(target_lufs, abs=CLOSE_LU)


HARD = {
    "waves that the limiter flattens": (-14, {"beds": [{"kind": "ocean", "level_db": -12}]}),
    "crackles and gusts that meet at its ceiling": (
        -16,
        {
            "beds": [
                {"kind": "wind", "level_db": -21.9, "seed": 11},
                {"kind": "fire", "level_db": -13.5, "seed": 38},
            ],
            "duration_s": 99.5,
        },
    ),
    "a bed as far below the voice as the gate": (
        -16.6,
        {
            "beds": [
                {"kind": "drone", "level_db": -28.637, "seed": 50},
                {"kind": "noise", "level_db": -34.463, "seed": 50},
            ],
            "speech": {
                "lines": ["line 0", "line 0", "line 1", "line 1"],
                "voice": "x",
                "jitter_s": 1.609,
                "duck_db": 23.7,
            },
            "duration_s": 80.15,
        },
    ),
}


EMBEDDED = {**BINAURAL, "kind": "embedded"}
HARD |= {
    "pulses of crackles that only a fast limiter makes so loud": (
        -16,
        {
            "beds": [{"kind": "fire", "crackle": 0.72, "level_db": -29}],
            "beats": [{**EMBEDDED, "beat_hz": 16, "duty": 0.15}],
        },
    ),
    "four pulses in one bed": (
        -18,
        {
            "beds": [{"kind": "rain"}, {"kind": "noise"}],
            "beats": [{**EMBEDDED, "beat_hz": hz} for hz in (4, 6, 7.3, 10)],
        },
    ),
    "short pulses that grow": (
        -14,
        {
            "beats": [
                {
                    **BINAURAL,
                    "kind": "isochronic",
                    "wave": "triangle",
                    "duty": 0.15,
                    "level_db": [[0, -36, "linear"], [60, -15]],
                }
            ]
        },
    ),
    "a tone that goes from ear to ear as it grows": (
        -14,
        {"beats": [{**BINAURAL, "spin_hz": 0.1, "level_db": [[0, -35, "linear"], [60, -14]]}]},
    ),
    "triangles that swell": (
        -18,
        {"beats": [{**BINAURAL, "kind": "monaural", "beat_hz": 1, "wave": "triangle"}]},
    ),
}


@pytest.mark.parametrize("kind", HARD)
def test_the_target_is_hit_where_little_decides_much(kind, clips):
    target_lufs, parts = HARD[kind]
    found = finished_lufs(spec(target_lufs=target_lufs, **parts), clips)
    assert found == pytest.approx(target_lufs, abs=CLOSE_LU)


def test_the_target_is_hit_by_more_lines_than_are_heard_long_and_short(tmp_path):
    rng, clips = np.random.default_rng(1), {}
    for n in range(32):
        voice = rng.normal(0, 0.09, round((0.4, 3)[n % 2] * RATE))
        clips[f"line {n}"] = Clip.save(voice, tmp_path / f"{n}.npy")
    speech = {"lines": list(clips), "voice": "x", "duck_db": 0}
    track = spec(duration_s=200, speech=speech, beds=[{"kind": "noise", "level_db": -23}])
    assert finished_lufs(track, clips) == pytest.approx(-18, abs=CLOSE_LU)


def test_lines_may_end_where_the_track_does(tmp_path):
    rng = np.random.default_rng(1)
    for seconds in rng.uniform(1, 5, 12):
        clips = {"a": Clip.save(rng.normal(0, 0.1, int(seconds * RATE)), tmp_path / "a.npy")}
        speech = {"lines": ["a"], "repetitions": 3, "voice": "x", "lead_out_s": 0}
        track = spec(fade_out_s=0.01, speech=speech)
        gain, _ = Mix(track, clips=clips).mastered_to(-18)
        assert 0 < gain < 10


def test_where_the_ceiling_leaves_no_room_the_nearest_is_taken():
    """A swell between long quiet: with more gain the quiet counts too, and the whole is softer."""
    level_db = [[0, -60], [150, -60], [152, -10], [154, -60]]
    track = spec(duration_s=300, beds=[{"kind": "noise", "level_db": level_db}])
    assert finished_lufs(track, {}) == pytest.approx(-18, abs=1)


@pytest.mark.parametrize(
    ("loud_s", "level_db"), [(0.1, -24), (3, -24), (0.1, [[0, -50], [60, -10]])]
)
def test_the_target_is_hit_by_music_that_is_loud_and_soft_in_turn(tmp_path, level_db, loud_s):
    times = np.arange(25 * RATE) / RATE
    loud = np.where(times % (10 * loud_s) < loud_s, 1, 0.02)
    music = 0.2 * loud * np.random.default_rng(1).normal(size=len(times))
    soundfile.write(tmp_path / "in.wav", music, RATE)
    bed = {"kind": "music", "file": str(tmp_path / "in.wav"), "level_db": level_db}
    track = spec(target_lufs=-20, beds=[bed])
    assert finished_lufs(track, {}) == pytest.approx(-20, abs=CLOSE_LU)


@pytest.mark.parametrize("level_db", [-24, [[0, -10], [60, -40]]])
def test_the_target_is_hit_by_music_that_sounds_twice_at_once(tmp_path, level_db):
    music = 0.1 * np.random.default_rng(1).normal(size=25 * RATE)
    soundfile.write(tmp_path / "in.wav", music, RATE)
    bed = {"kind": "music", "file": str(tmp_path / "in.wav")}
    track = spec(beds=[bed, {**bed, "level_db": level_db}])
    assert finished_lufs(track, {}) == pytest.approx(-18, abs=CLOSE_LU)


class Tone:
    def add_to(self, block, start):
        index = np.arange(start, start + len(block))
        block += 0.1 * np.sin(2 * np.pi * 1000 * index / RATE)[:, np.newaxis]


class Counted(Tone):
    """A tone that notes how much of it was asked for."""

    def __init__(self):
        self.frames = 0

    def add_to(self, block, start):
        self.frames += len(block)
        super().add_to(block, start)


def gain(parts, *, hours=1.0, **more):
    frames = round(hours * 3600 * RATE)
    found = mastering(parts, target_lufs=-18, total_frames=frames, sample_rate=RATE, **more)
    return found.gain


def test_a_steady_tone_is_known_from_a_few_seconds():
    tone = Counted()
    # A 1 kHz sine at −23 dBFS reads −23 LUFS (EBU Tech 3341); this one is at −20.
    assert gain([Part(tone)]) == pytest.approx(amplitude_of(2), rel=0.01)
    assert tone.frames < 10 * RATE


def test_a_line_is_heard_once_however_often_it_is_spoken():
    voice = Counted()
    lines = [Line("same", n * 10 * RATE, 3 * RATE) for n in range(300)]
    Foretelling(total_frames=3600 * RATE, sample_rate=RATE, fade=ones).of_lines(Part(voice), lines)
    assert voice.frames < 4 * RATE


def test_hours_take_as_little_memory_as_minutes():
    parts = {"beats": [{"kind": "binaural", "beat_hz": 6}], "beds": [{"kind": "fire"}]}
    peaks = []
    for hours in (0.1, 8):
        mix = Mix(spec(duration_s=3600 * hours, target_lufs=-14, **parts), clips={})
        tracemalloc.start()
        mix.mastered_to(-14)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # A render takes more than 100 MB.
    assert max(peaks) < 50e6


def test_what_course_and_gain_say_is_believed():
    silent_half = lambda times_s: np.where(times_s < 1800, 1.0, 0.01)  # noqa: E731
    quiet = gain([Part(Tone(), gain=silent_half)])
    assert quiet == pytest.approx(gain([Part(Tone())]), rel=0.01)
    half = gain([Part(Tone(), gain=lambda times_s: np.full(len(times_s), 0.5))])
    assert half == pytest.approx(2 * quiet, rel=0.01)


def test_a_track_that_makes_no_sound_keeps_its_gain():
    assert gain([]) == 1
    assert gain([Part(Tone(), gain=lambda times_s: np.zeros(len(times_s)))]) == 1
