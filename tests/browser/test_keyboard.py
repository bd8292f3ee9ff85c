"""A track is made and heard by keys alone, from the front page to the shared link."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard

LONG_MS = 90_000


@pytest.fixture
def keys(page, site):
    """A keyboard on the front page; nothing there moves by itself."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(site.url)
    return Keyboard(page)


def test_a_track_by_keys_alone(page, keys):
    keys.reach("button", "Play a sound")
    keys.reach("button", "Make your own track")
    keys.press("Enter")
    expect(page.locator("#chart")).to_be_visible()
    _choose(page, keys)
    _draw(page, keys)
    _mix(page, keys)
    _listen(page, keys)
    keys.reach("button", "Make my track")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=LONG_MS)
    _play(page, keys)
    _look_after(page, keys)


def _choose(page, keys):
    keys.reach("radio", "^Sleep")
    keys.press("ArrowRight", "ArrowRight")
    expect(page.get_by_role("radio", name=re.compile("^Meditation"))).to_be_checked()
    keys.reach("textbox", "Your words")
    keys.type("I am calm\nI let the day go")
    keys.reach("combobox", "Who speaks")
    voice = page.get_by_label("Who speaks")
    before = voice.input_value()
    keys.press("ArrowDown")
    assert voice.input_value() != before
    keys.reach("spinbutton", "How often each line")
    keys.type("1")
    keys.reach("spinbutton", "Length")
    keys.type("2")
    keys.press("ArrowDown")
    expect(page.get_by_label("Length", exact=True)).to_have_value("1")
    keys.reach("button", "10 minutes")


def _draw(page, keys):
    keys.reach("slider", "Point 1 of")
    point = page.get_by_role("slider", name=re.compile("^Point 1 of"))
    before = point.get_attribute("aria-valuetext")
    keys.press("ArrowDown")
    expect(point).not_to_have_attribute("aria-valuetext", before)
    points = page.get_by_role("slider", name=re.compile("^Point"))
    count = points.count()
    keys.press("Enter")
    expect(points).to_have_count(count + 1)
    assert keys.focused()[0] == "slider"
    keys.press("Delete")
    expect(points).to_have_count(count)
    assert keys.focused()[0] == "slider"
    keys.reach("slider", "Listen from")
    keys.press("ArrowRight")
    keys.reach("DisclosureTriangle", "Headphones or speakers")
    keys.press("Enter")
    keys.reach("radio", "Binaural")
    keys.press("ArrowRight")
    expect(page.get_by_role("radio", name=re.compile("^Monaural"))).to_be_checked()


def _mix(page, keys):
    keys.reach("checkbox", "Rain")
    keys.press("Space")
    expect(page.get_by_role("checkbox", name="Rain")).to_be_checked()
    keys.reach("slider", "^Voice")
    keys.reach("slider", "^Rain")
    fader = page.get_by_role("slider", name=re.compile("^Rain"))
    before = float(fader.input_value())
    keys.press("ArrowLeft")
    assert float(fader.input_value()) < before


def _listen(page, keys):
    keys.reach("button", "Listen")
    keys.press("Space")
    expect(page.get_by_role("button", name="Stop")).to_have_attribute("aria-pressed", "true")
    keys.press("Space")
    expect(page.get_by_role("button", name="Listen")).to_have_attribute("aria-pressed", "false")


def _play(page, keys):
    audio = page.locator("audio")
    keys.reach("slider", "Position")
    keys.press("ArrowRight", "ArrowRight")
    expect(page.get_by_role("slider", name="Position")).to_have_value("10")
    keys.reach("button", "^Loop")
    keys.press("Space")
    expect(page.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "true")
    keys.reach("button", "^Play$")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    while audio.evaluate("audio => audio.paused || audio.currentTime <= 10"):
        page.wait_for_timeout(50)
    keys.press("Enter")
    assert audio.evaluate("audio => audio.paused")
    keys.reach("button", "^Sleep timer$")
    keys.press("Enter")
    assert keys.focused() == ("radio", "Never")
    keys.press("ArrowRight")
    expect(page.get_by_role("radio", name="15 min")).to_be_checked()
    keys.reach("button", "^Sleep timer, ", back=True)
    keys.reach("slider", "Volume")


def _look_after(page, keys):
    keys.reach("button", "^Favourite: ", back=True)
    keys.press("Space")
    heart = page.get_by_role("button", name=re.compile("^Favourite: "))
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart).to_be_focused()
    keys.reach("DisclosureTriangle", "Share")
    keys.press("Enter")
    keys.reach("button", "Make a private link")
    keys.press("Enter")
    expect(page.get_by_label("Whoever has this link")).to_be_visible()
    keys.reach("textbox", "Whoever has this link")
    keys.reach("DisclosureTriangle", "Rename")
    keys.press("Enter")
    keys.reach("textbox", "Title")
    keys.type("Made by hand")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Made by hand")
