"""The page's pictures show what is in the samples."""

import io
import json

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.pictures import Pictures, observed
from tests.audio.physics import RATE

FRAMES = 60 * RATE


def looked_at(sound, *, block=32_768) -> Pictures:
    pictures = Pictures(frames=len(sound), sample_rate=RATE)
    for at in range(0, len(sound), block):
        pictures.take(sound[at : at + block])
    return pictures


def noise(frames: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(-32_768, 32_767, (frames, 2), np.int16)


def tones(left_hz: float, right_hz: float, frames: int = FRAMES) -> np.ndarray:
    index = np.arange(frames)[:, np.newaxis]
    wave = np.sin(2 * np.pi * np.array([left_hz, right_hz]) * index / RATE)
    return np.rint(wave * 10_000).astype(np.int16)


def grey(png: bytes) -> np.ndarray:
    with av.open(io.BytesIO(png)) as file:
        (frame,) = file.decode(video=0)
    return frame.to_ndarray(format="gray").astype(float)


@given(
    frames=st.integers(1, 30_000),
    cuts=st.lists(st.integers(0, 30_000), max_size=6).map(sorted),
)
def test_blocks_of_any_size_give_the_same_pictures(frames, cuts):
    sound = noise(frames)
    cut = Pictures(frames=frames, sample_rate=RATE)
    for block in np.split(sound, cuts):
        cut.take(block)
    whole = looked_at(sound, block=frames)
    assert cut.peaks() == whole.peaks()
    assert cut.spectrogram() == whole.spectrogram()


@pytest.mark.parametrize("frames", [1, 999, 1000, 123_457])
def test_the_peaks_are_the_extremes_of_each_stretch(frames):
    sound = noise(frames) // np.arange(1, 3, dtype=np.int16)
    found = json.loads(looked_at(sound).peaks())
    hop, length = found["samples_per_pixel"], found["length"]
    assert length <= 1000
    assert (length - 1) * hop < frames <= length * hop
    data = np.array(found["data"]).reshape(length, 2, 2)
    for pixel in {0, length // 2, length - 1}:
        stretch = sound[pixel * hop : (pixel + 1) * hop]
        assert np.array_equal(data[pixel, :, 0], stretch.min(axis=0) >> 8)
        assert np.array_equal(data[pixel, :, 1], stretch.max(axis=0) >> 8)


def test_24_bits_look_as_16_do():
    sound = tones(300, 200)
    fine = looked_at(sound.astype(np.int32) << 16)
    assert fine.peaks() == looked_at(sound).peaks()
    assert fine.spectrogram() == looked_at(sound).spectrogram()


@pytest.mark.parametrize("hz", [60, 440, 3000, 12_000])
def test_a_tone_is_a_line_at_its_height_all_along(hz):
    """In one ear alone: power, not the sum of the ears, is what is shown."""
    picture = grey(looked_at(tones(hz, 0)).spectrogram())
    height, width = picture.shape
    assert (height, width) == (256, 500)
    rows = picture.argmax(axis=0)
    octaves = np.log2(16_000 / 30) * (height - 0.5 - rows) / height
    assert 30 * 2 ** np.median(octaves) == pytest.approx(hz, rel=0.05 if hz > 200 else 0.3)
    assert np.ptp(rows) <= 1
    assert picture.mean(axis=1).min() < 20


def test_a_beat_between_the_ears_does_not_flicker():
    picture = grey(looked_at(tones(203, 197)).spectrogram())
    line = picture[picture.mean(axis=1).argmax()]
    assert np.ptp(line) < 10


def test_time_goes_to_the_right():
    sound = tones(1000, 1000)
    sound[: FRAMES // 2] = 0
    lit = grey(looked_at(sound).spectrogram()).max(axis=0) > 128
    assert not lit[:249].any()
    assert lit[251:].all()


def test_silence_is_dark():
    pictures = looked_at(np.zeros((FRAMES, 2), np.int16))
    assert grey(pictures.spectrogram()).max() < 40
    assert set(json.loads(pictures.peaks())["data"]) == {0}


def test_what_is_observed_goes_through_unchanged():
    blocks, seen = [noise(5), noise(3)], []
    assert all(a is b for a, b in zip(observed(blocks, seen.append), blocks, strict=True))
    assert len(seen) == 2
