"""What a file holds is what the spec says, to the last bit that matters, hours in as well.

Tracks are looked at in the middle of the night without rendering the evening: the mix is asked
for blocks from there on, and these pass the limiter and the rounding that make the file.
"""

import os
import subprocess
import sys
from itertools import islice

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from audio import TrackSpec
from audio.dither import quantised
from audio.limiter import limited
from audio.mix import Mix
from tests.audio.physics import RATE, fit_sine, sinad_db
from tests.audio.test_render import clips_for

MINUTE_40 = 40 * 60
TONE = {"kind": "binaural", "beat_hz": 6, "carrier_hz": 203}
LEVEL = 10 ** (-12 / 20)


def spec(**parts) -> TrackSpec:
    usual = {"title": "Night", "duration_s": 60, "master": {"target_lufs": None}}
    return TrackSpec.parse(usual | parts)


def heard(spec: TrackSpec, *, start_s: float = 0, seconds: float, clips=None, block=50_000):
    """What the file holds from ``start_s`` on, float of shape (frames, 2)."""
    # The limiter looks ahead, and its first block is shorter than those that came in.
    count = round(seconds * RATE) // block + 2
    blocks = Mix(spec, clips=clips or {}).blocks(block, start=round(start_s * RATE))
    whole = [
        part.astype(np.float64) / 2 ** (8 * part.itemsize - 1)
        for part in quantised(
            limited(islice(blocks, count)), bit_depth=spec.bit_depth, seed=spec.seed
        )
    ]
    return np.concatenate(whole)[: round(seconds * RATE)]


def allowed_db(bit_depth: int) -> float:
    """The SINAD of a tone at −12 dB: rounding is 1/12 of a step squared, common dither 1/6."""
    noise = 1 / 12 + (1 / 6 if bit_depth == 16 else 0)
    return 10 * np.log10(LEVEL**2 / 2 / (noise / 4 ** (bit_depth - 1)))


@pytest.mark.parametrize(("bit_depth", "least_db"), [(24, 120), (16, allowed_db(16) - 1)])
def test_the_tone_at_minute_40_is_as_pure_as_the_format_allows(bit_depth, least_db):
    late = spec(duration_s=MINUTE_40 + 60, beats=[TONE], bit_depth=bit_depth)
    sound = heard(late, start_s=MINUTE_40, seconds=5)
    for ear, hz in ((0, 206), (1, 200)):
        assert sinad_db(sound[:, ear], hz, start=MINUTE_40 * RATE) > least_db


@pytest.mark.parametrize("curve", ["linear", "smooth"])
def test_the_tone_is_as_pure_at_the_end_of_a_ramp_and_after_it(curve):
    """The carrier climbs for 40 minutes."""
    ramp = [[0, 150, curve], [MINUTE_40, 203]]
    rising = spec(duration_s=MINUTE_40 + 60, beats=[{**TONE, "carrier_hz": ramp}], bit_depth=24)
    sound = heard(rising, start_s=MINUTE_40 - 4, seconds=8)
    index = np.arange(round(8 * RATE)).astype(np.longdouble)
    since = index / RATE - 4 + MINUTE_40
    done = np.minimum(since / MINUTE_40, 1)
    climbed = done**2 / 2 if curve == "linear" else done**3 * (1 - done / 2)
    turns = 150 * np.minimum(since, MINUTE_40) + 53 * MINUTE_40 * climbed
    turns += 203 * np.maximum(since - MINUTE_40, 0)
    for ear, offset in ((0, 3), (1, -3)):
        cycles = (turns + offset * since) % 1
        basis = np.stack([f(2 * np.pi * cycles.astype(float)) for f in (np.sin, np.cos)], axis=1)
        terms, (rest,), *_ = np.linalg.lstsq(basis, sound[:, ear], rcond=None)
        assert 10 * np.log10((terms**2).sum() / 2 / (rest / len(sound))) > 120


def test_carrier_and_beat_are_true_to_a_millionth_in_the_last_minute_of_8_hours():
    night = spec(duration_s=8 * 3600, beats=[TONE], bit_depth=24)
    start_s = 8 * 3600 - 60
    sound = heard(night, start_s=start_s, seconds=50)
    found = []
    for ear, hz in ((0, 206), (1, 200)):
        early, late = (
            fit_sine(sound[at * RATE : (at + 5) * RATE, ear], hz, start=(start_s + at) * RATE)[1]
            for at in (0, 45)
        )
        found.append(hz + (late - early) / (2 * np.pi) / 45)
    left, right = found
    assert (left + right) / 2 == pytest.approx(203, abs=1e-6)
    assert left - right == pytest.approx(6, abs=1e-6)


MOVING = {
    "carrier_hz": [[0, 150, "exponential"], [20, 400, "step"], [30, 250, "smooth"], [60, 120]],
    "beat_hz": [[0, 12, "smooth"], [40, 4]],
    "level_db": [[0, -12, "step"], [15, -20, "linear"], [45, -12]],
    "pan": [[0, -1, "step"], [25, 1, "linear"], [50, 0]],
    "spin_hz": 0.5,
}


@pytest.mark.parametrize("kind", ["binaural", "monaural", "isochronic"])
def test_no_sample_is_farther_from_the_next_than_frequency_and_envelopes_allow(kind):
    sound = heard(spec(beats=[{**MOVING, "kind": kind}], bit_depth=24), seconds=60, block=1000)
    # Steps of level and place take 10 ms, of which the steepest is π/2 times the mean.
    steepest = 2 * np.pi * (400 + 6) + 2 * np.pi / 2 / 0.010
    if kind == "isochronic":
        steepest += np.pi / 2 / (0.2 * 0.5 / 12)
    assert np.abs(np.diff(sound, axis=0)).max() < LEVEL * steepest / RATE + 2 / 2**23


EVERYTHING = {
    "bit_depth": 24,
    "beats": [
        {**MOVING, "kind": "binaural", "level_db": -20},
        {**MOVING, "kind": "monaural", "level_db": -24, "wave": "triangle"},
        {"kind": "isochronic", "beat_hz": 7, "carrier_hz": 330, "level_db": -24},
        {"kind": "embedded", "beat_hz": [[0, 10], [60, 4]], "depth": 0.5, "bed": 0},
    ],
    "beds": [
        {"kind": "noise", "colour": "pink", "level_db": [[0, -24], [60, -30]]},
        {"kind": "ocean"},
        {"kind": "rain"},
        {"kind": "fire"},
        {"kind": "bowls"},
        {"kind": "drone"},
    ],
    "speech": {"lines": ["one", "two"], "voice": "x", "repetitions": 3, "room": 0.5, "echo": 0.5},
    "phases": [{"name": "All", "start_s": 0}],
}


def test_everything_at_once_is_the_same_bit_for_bit_in_blocks_of_any_size(tmp_path):
    one = spec(**EVERYTHING)
    clips = clips_for(one, tmp_path)
    first = heard(one, seconds=60, clips=clips, block=1000)
    assert np.array_equal(first, heard(one, seconds=60, clips=clips, block=1_000_000))
    # Nor does it matter where one begins, once the limiter has settled.
    late = heard(one, start_s=30, seconds=5, clips=clips)
    assert np.array_equal(late[RATE:], first[31 * RATE : 35 * RATE])


RENDER = """
import sys
from pathlib import Path
import numpy as np
from tests.audio.test_exactness import EVERYTHING, clips_for, heard, spec
folder, one = Path(sys.argv[1]), spec(**EVERYTHING)
np.save(folder / "heard.npy", heard(one, seconds=20, clips=clips_for(one, folder)))
"""


def test_two_kinds_of_processor_agree_within_a_step_of_24_bits(tmp_path):
    """One lacks the vector instructions that numpy and its matrices would use here."""
    used = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    lacking = {"NPY_DISABLE_CPU_FEATURES": " ".join(used), "OPENBLAS_CORETYPE": "Prescott"}
    command = [sys.executable, "-c", RENDER, str(tmp_path)]
    subprocess.run(command, check=True, env=os.environ | lacking)
    one = spec(**EVERYTHING)
    here = heard(one, seconds=20, clips=clips_for(one, tmp_path))
    assert np.abs(here - np.load(tmp_path / "heard.npy")).max() <= 1 / 2**23
