"""What holds for every bed, whatever it sounds like."""

import numpy as np
import pytest
from scipy import signal

from audio import spec
from audio.beds import LAYERS, bed_layer
from tests.audio.beds.kinds import SYNTHESISED, melody, sound
from tests.audio.physics import RATE, layer_samples, rms

# A held note, and strokes at equal intervals.
LIKE_THEMSELVES = ("drone", "bowls")

LEVEL_RMS = 10 ** (-24 / 20) / np.sqrt(2)


def here_and_there(bed, rate=RATE) -> np.ndarray:
    """Three seconds out of every two minutes or so of an hour and more."""
    layer = bed_layer(bed, seed=1, sample_rate=rate)
    starts = (round(n * 121.3 * rate) for n in range(40))
    return np.concatenate([layer_samples(layer, start, 3 * rate) for start in starts])


@pytest.fixture(params=SYNTHESISED)
def kind(request):
    return request.param


@pytest.fixture
def bed(kind):
    return SYNTHESISED[kind]


def test_every_kind_of_the_spec_has_a_sound(tmp_path):
    melody(tmp_path / "music.wav")
    beds = [*SYNTHESISED.values(), spec.Music(file=str(tmp_path / "music.wav"))]
    assert {bed.kind for bed in beds} == LAYERS.keys()
    for bed in beds:
        assert isinstance(bed_layer(bed, seed=1), LAYERS[bed.kind])


def test_blocks_equal_the_whole(bed):
    whole = sound(bed, 4)
    for block in (997, 44_100, 70_001):
        assert np.array_equal(whole, sound(bed, 4, block=block))
    assert np.array_equal(whole[:300], sound(bed, 300 / RATE, block=1))


def test_any_moment_can_be_asked_for_first(bed):
    layer = bed_layer(bed, seed=1)
    whole = layer_samples(layer, 0, 5 * RATE)
    assert np.array_equal(whole[3 * RATE :], sound(bed, 2, start=3 * RATE))
    assert np.array_equal(whole[1000:2000], layer_samples(layer, 1000, 1000))
    late = sound(bed, 1, start=8 * 3600 * RATE)
    assert np.isfinite(late).all()


def test_the_seed_of_the_track_and_of_the_bed_make_it_another(bed):
    one = sound(bed, 10)
    others = [sound(bed, 10, seed=2), sound(bed.model_copy(update={"seed": 1}), 10)]
    for other in others:
        assert not np.array_equal(one, other)


def test_the_level_is_the_one_asked_for(bed, kind):
    # What moves slowly takes long to come out at its level: ten minutes of it, in pieces.
    level = 20 * np.log10(rms(here_and_there(bed)) / LEVEL_RMS)
    assert abs(level) < (0.05 if kind in ("white", "pink", "blue", "violet") else 1.0)


def test_both_ears_are_as_loud_and_hear_different_sound(bed):
    left, right = here_and_there(bed).T
    assert abs(20 * np.log10(rms(left) / rms(right))) < 2
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.75


def test_a_width_of_nothing_is_the_same_in_both_ears_and_as_loud(bed):
    narrow = bed.model_copy(update={"width": 0.0})
    sound = here_and_there(narrow)
    assert np.abs(sound[:, 0] - sound[:, 1]).max() < 1e-6
    assert abs(20 * np.log10(rms(sound) / LEVEL_RMS)) < 1.2


def test_it_sounds_the_same_at_48_khz(bed):
    bands = [(60, 250), (250, 1000), (1000, 4000), (4000, 16_000)]
    levels = []
    for rate in (44_100, 48_000):
        hz, power = signal.welch(here_and_there(bed, rate=rate), rate, nperseg=8192, axis=0)
        power = power.sum(axis=1)
        levels.append([power[(hz >= low) & (hz < high)].sum() * hz[1] for low, high in bands])
    loud = np.max(levels, axis=0) > 1e-4 * np.sum(levels)
    assert (np.abs(10 * np.log10(np.divide(*levels)))[loud] < 2).all()


@pytest.mark.parametrize("kind", [kind for kind in SYNTHESISED if kind not in LIKE_THEMSELVES])
def test_nothing_comes_again(bed):
    """The wave is nowhere like itself within half a minute."""
    mono = sound(bed, 48)[: 2**21, 0]
    # The wave, with its slow movement and colour taken out.
    spectrum = np.fft.rfft(mono, 2 * len(mono))
    smooth = np.convolve(np.abs(spectrum) ** 2, np.ones(999) / 999, "same")
    likeness = np.fft.irfft(np.abs(spectrum) ** 2 / smooth)[: len(mono)]
    assert np.abs(likeness[RATE // 2 : 30 * RATE]).max() < 0.1 * likeness[0]


def test_it_never_jumps_at_the_seams_of_its_making(bed):
    """The steepest steps are not to be found where one piece passes into the next."""
    layer = bed_layer(bed, seed=1)
    hop = getattr(layer, "HOP", RATE)
    steps = np.abs(np.diff(layer_samples(layer, 0, 10 * hop)[:, 0]))
    seams = steps[hop - 1 :: hop]
    assert seams.max() <= np.quantile(steps, 0.99999)


def test_the_level_may_be_left_to_others(bed):
    full = layer_samples(bed_layer(bed, seed=1, level_db=0), 0, RATE)
    own = layer_samples(bed_layer(bed, seed=1), 0, RATE)
    assert np.allclose(own, full * 10 ** (-24 / 20), atol=1e-6)
