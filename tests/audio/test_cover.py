"""The cover follows from the spec, and shows its beat."""

import colorsys
import io
import re
from xml.etree import ElementTree

import av
import numpy as np
import pytest

from audio import TrackSpec, cover


def spec(beat_hz=6.0, **more) -> TrackSpec:
    beats = [{"kind": "binaural", "beat_hz": beat_hz}] if beat_hz else []
    return TrackSpec.parse({"title": "x", "duration_s": 600, "beats": beats, **more})


def pixels(png: bytes) -> np.ndarray:
    """What FFmpeg finds in a picture: float, shape (height, width, 3), 0 to 1."""
    with av.open(io.BytesIO(png)) as file:
        (frame,) = file.decode(video=0)
    return frame.to_ndarray(format="rgb24") / 255


def test_the_same_spec_has_the_same_picture():
    assert cover.png(spec()) == cover.png(spec())
    assert cover.svg(spec()) == cover.svg(spec())


@pytest.mark.parametrize("other", [spec(6.5), spec(seed=1), spec(title="y"), spec(None)])
def test_another_spec_has_another_picture(other):
    assert np.abs(pixels(cover.png(other)) - pixels(cover.png(spec()))).mean() > 0.005
    assert cover.svg(other) != cover.svg(spec())


@pytest.mark.parametrize("beat_hz", [None, 0.5, 2, 45])
def test_it_is_a_whole_picture_of_its_size(beat_hz):
    found = pixels(cover.png(spec(beat_hz)))
    assert found.shape == (1024, 1024, 3)
    # Night above, and a moon that stands out.
    assert found[:20].mean() < 0.2
    assert (found.min(axis=2) > 0.75).mean() > 0.03
    assert len(cover.png(spec(beat_hz))) < 150_000


@pytest.mark.parametrize(
    ("beat_hz", "hue"), [(2, 0.64), (4, 0.73), (6, 0.51), (10, 0.40), (20, 0.11), (40, 0.01)]
)
def test_the_water_has_the_colour_of_the_beat(beat_hz, hue):
    water = pixels(cover.png(spec(beat_hz)))[560:620, :150].mean(axis=(0, 1))
    found, saturation, _ = colorsys.rgb_to_hsv(*water)
    assert abs((found - hue + 0.5) % 1 - 0.5) < 0.06
    assert saturation > 0.4


def test_a_beat_that_moves_is_drawn_as_it_is_in_the_middle():
    moving = spec([(0, 20, "linear"), (200, 6, "step"), (590, 20, "step")])
    still = pixels(cover.png(spec(6)))[600:, :50].mean(axis=(0, 1))
    assert pixels(cover.png(moving))[600:, :50].mean(axis=(0, 1)) == pytest.approx(still, abs=0.05)


def test_the_svg_is_drawing_and_nothing_else():
    text = cover.svg(spec(title="<script>alert(1)</script>"))
    root = ElementTree.fromstring(text)
    names = {element.tag.partition("}")[2] for element in root.iter()}
    assert names <= {
        "svg", "defs", "linearGradient", "radialGradient", "stop", "rect", "circle", "path",
    }  # fmt: skip
    assert not re.search(r"script|href|style=|\bon\w+=|http(?!://www\.w3\.org/2000/svg)", text)
    named = {element.get("id") for element in root.iter() if element.get("id")}
    assert named == set(re.findall(r"url\(#(\w+)\)", text))
    assert len(text) < 40_000


def test_both_pictures_are_of_the_same_scene():
    """The moon and the front wave lie at the same places in both."""
    root = ElementTree.fromstring(cover.svg(spec()))
    moon = max((e for e in root.iter() if e.get("fill") == "url(#moon)"), key=lambda e: e.get("r"))
    bright = np.argwhere(pixels(cover.png(spec()))[:500].min(axis=2) > 0.75)
    assert bright[:, 1].mean() == pytest.approx(float(moon.get("cx")), abs=4)
    assert bright[:, 0].min() == pytest.approx(float(moon.get("cy")) - float(moon.get("r")), abs=4)
