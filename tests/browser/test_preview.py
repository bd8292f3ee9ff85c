"""The preview in the browser sounds like the track that the engine renders."""

import numpy as np
import pytest

from tests.audio.physics import dominant_hz
from tests.browser.listening import level_db, played, rendered

pytestmark = pytest.mark.xdist_group("browser")
RATE = 44_100
# Where the two are compared: well inside the track.
FROM_S, WINDOW_S = 20, 6


@pytest.fixture(scope="module")
def page(browser, site):
    """One page for all: nothing is changed on it."""
    page = browser.new_page()
    page.goto(site.url)
    yield page
    page.close()


def track(**parts) -> dict:
    plain = {"title": "Preview", "duration_s": 60, "bit_depth": 24, "master": {"target_lufs": None}}
    return plain | parts


def both(page, spec):
    """The window as played and as rendered."""
    first = FROM_S * RATE
    rendering = rendered(spec)[first : first + WINDOW_S * RATE]
    return played(page, spec, from_s=FROM_S, duration_s=WINDOW_S), rendering


MOVING = {
    "beat_hz": [[0, 10, "smooth"], [30, 4, "exponential"], [60, 6]],
    "carrier_hz": [[5, 180], [22, 240, "exponential"], [40, 220]],
    "level_db": [[0, -20, "step"], [22, -12, "smooth"], [30, -14]],
    "pan": [[0, -0.4], [50, 0.6]],
}


@pytest.mark.parametrize("wave", ["sine", "triangle", "soft_square", "band_limited"])
@pytest.mark.parametrize("kind", ["binaural", "monaural", "isochronic"])
def test_a_tone_is_the_engines_sample_by_sample(page, kind, wave):
    beat = {"kind": kind, "wave": wave, "spin_hz": 0.2, "duty": [[0, 0.4], [60, 0.6]], **MOVING}
    heard, expected = both(page, track(beats=[beat]))
    assert np.abs(heard - expected).max() < 0.01 * np.abs(expected).max() + 0.005
    assert level_db(heard) == pytest.approx(level_db(expected), abs=0.02)


def test_a_binaural_beat_is_exact_late_in_a_long_track(page):
    beat = {"kind": "binaural", "beat_hz": [[0, 10, "linear"], [7200, 4]], "carrier_hz": 200}
    spec = track(duration_s=7200, beats=[beat])
    heard = played(page, spec, from_s=3600 - 5, duration_s=10)
    left, right = dominant_hz(heard[:, 0]), dominant_hz(heard[:, 1])
    assert left - right == pytest.approx(7, abs=1e-3)
    assert (left + right) / 2 == pytest.approx(200, abs=1e-3)


@pytest.mark.parametrize("colour", ["white", "pink", "brown", "blue", "violet"])
def test_noise_has_the_engines_level_and_slope(page, colour):
    heard, expected = both(page, track(beds=[{"kind": "noise", "colour": colour}]))
    octaves = octave_levels_db(heard)
    assert octaves == pytest.approx(octave_levels_db(expected), abs=1.5)
    slope = np.polyfit(np.arange(len(octaves)), octaves, 1)[0]
    assert slope == pytest.approx(np.polyfit(*_numbered(octave_levels_db(expected)), 1)[0], abs=0.5)


def _numbered(values):
    return np.arange(len(values)), values


def octave_levels_db(sound: np.ndarray) -> np.ndarray:
    """Power per hertz in eight octaves from 62 Hz to 16 kHz, both ears together."""
    power = (np.abs(np.fft.rfft(sound, axis=0)) ** 2).sum(axis=1)
    hz = np.fft.rfftfreq(len(sound), 1 / RATE)
    edges = 62.5 * 2.0 ** np.arange(9)
    bands = [power[(hz >= low) & (hz < 2 * low)].mean() for low in edges[:-1]]
    return 10 * np.log10(bands)
