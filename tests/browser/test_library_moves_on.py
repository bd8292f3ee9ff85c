"""A library that is open follows the making of a track, and leaves alone whoever is in it."""

from playwright.sync_api import expect

from tests.browser.tracks import SUBMIT, sign_in

LONG_MS = 120_000


def test_a_track_becomes_ready_in_an_open_library_and_keeps_the_focus(page, site, complaints):
    sign_in(page, site)
    site.manage("shell", "--verbosity", "0", "-c", SUBMIT.format(titles=("Evening calm",)))
    page.goto(f"{site.url}/jobs/")
    name = page.get_by_role("link", name="Evening calm")
    expect(page.locator(".track .state")).to_be_visible()
    page.evaluate("window.same = true")
    name.focus()
    expect(page.get_by_role("button", name="Play Evening calm")).to_be_visible(timeout=LONG_MS)
    expect(name).to_be_focused()
    expect(page.locator(".track time")).to_be_visible()
    expect(page.locator("#status[hx-get]")).to_have_count(0)
    assert page.evaluate("window.same")
    assert complaints == []
