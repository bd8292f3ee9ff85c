"""Tracks play from the list, and go on playing while one looks through the library."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.overlap import overlapping
from tests.browser.tracks import make_tracks, sign_in

# So many that one may want to narrow them down.
OLDER = """
from datetime import timedelta
from django.utils import timezone
from accounts.demo import demo_user
from tests.jobs.shelf import shelve

shelve(
    demo_user(), *(f"Older {n}" for n in range(6)), state="archived", track="", track_bytes=0,
    created_at=timezone.now() - timedelta(days=9),
)
"""


@pytest.fixture(scope="module")
def shelf(site):
    """A library of two tracks to listen to, and six in the archive."""
    paths = make_tracks(site, "Evening calm", "Morning focus")
    site.manage("shell", "-c", OLDER)
    return paths


@pytest.fixture
def library(page, site, shelf, complaints):
    """The library's page."""
    sign_in(page, site)
    page.goto(f"{site.url}/jobs/")
    yield page
    assert complaints == []


def _listening(page):
    """How far the one audio element is, if it plays."""
    return page.locator("audio").evaluate("audio => audio.paused ? null : audio.currentTime")


def _play(page, title):
    page.get_by_role("button", name=f"Play {title}").click()
    expect(page.get_by_role("button", name=f"Pause {title}")).to_be_visible()
    while not _listening(page):
        page.wait_for_timeout(50)


def test_a_track_plays_on_while_one_searches_filters_and_goes_back(library, site):
    _play(library, "Evening calm")
    mini = library.get_by_role("region", name="Player")
    expect(mini.get_by_role("link", name="Evening calm")).to_be_visible()
    before = _listening(library)

    library.get_by_role("searchbox").fill("morning")
    expect(library).to_have_url(f"{site.url}/jobs/?q=morning")
    expect(library.locator(".track")).to_have_count(1)
    library.get_by_text("Gamma").click()
    expect(library.get_by_text("Nothing matches")).to_be_visible()
    expect(library).to_have_url(f"{site.url}/jobs/?q=morning&band=gamma")
    library.go_back()
    expect(library.locator(".track")).to_have_count(1)
    expect(library.get_by_role("radio", name="Gamma")).not_to_be_checked()
    library.get_by_role("link", name="Show all").click()
    expect(library.locator(".track")).to_have_count(8)
    # The same element has played all the time, and its track says so.
    assert _listening(library) > before
    library.get_by_role("button", name="Pause Evening calm").click()
    assert _listening(library) is None


def test_another_track_takes_its_place(library):
    _play(library, "Evening calm")
    _play(library, "Morning focus")
    mini = library.get_by_role("region", name="Player")
    expect(mini.get_by_role("link", name="Morning focus")).to_be_visible()
    expect(library.get_by_role("button", name="Play Evening calm")).to_be_visible()
    for name in ["Pause", "Forward 15 seconds", "Close the player"]:
        box = mini.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["width"] == box["height"] >= 44, name
    mini.get_by_role("button", name="Forward 15 seconds").click()
    expect(mini.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("1[5-7] sec"))
    mini.get_by_role("button", name="Close the player").click()
    expect(mini).to_be_hidden()
    expect(library.get_by_role("button", name="Play Morning focus")).to_be_focused()


def test_it_goes_on_on_the_page_of_the_track_and_back(library):
    _play(library, "Evening calm")
    while _listening(library) < 3:
        library.wait_for_timeout(50)
    library.get_by_role("region", name="Player").get_by_role("link", name="Evening calm").click()
    expect(library.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    while not _listening(library):
        library.wait_for_timeout(50)
    assert 3 <= _listening(library) < 8
    # And back to the list, and there again, with the sleep timer that was set there.
    library.get_by_role("button", name="Sleep timer").click()
    library.get_by_role("radio", name="15 min").check(force=True)
    library.get_by_role("link", name="My tracks").first.click()
    library.wait_for_url("**/jobs/")
    mini = library.get_by_role("region", name="Player")
    expect(mini.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    while not _listening(library):
        library.wait_for_timeout(50)
    assert 3 <= _listening(library) < 13
    mini.get_by_role("link", name="Evening calm").click()
    expect(library.get_by_role("button", name=re.compile("Sleep timer, 14:"))).to_be_visible()
    # The small player shows it as well, and ends it.
    library.get_by_role("link", name="My tracks").last.click()
    moon = mini.get_by_role("button", name=re.compile("End the sleep timer, 14:[0-9]{2} left"))
    moon.click()
    expect(moon).to_be_hidden()
    expect(mini.get_by_role("button", name="Pause", exact=True)).to_be_focused()
    mini.get_by_role("link", name="Evening calm").click()
    expect(library.get_by_role("button", name="Sleep timer", exact=True)).to_be_visible()
    # Once: whoever comes back later is not startled.
    library.get_by_role("button", name="Pause", exact=True).click()
    library.reload()
    expect(library.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_the_way_back_leads_to_where_one_was_and_the_sound_goes_on(library, site):
    library.get_by_role("searchbox").fill("evening")
    expect(library).to_have_url(f"{site.url}/jobs/?q=evening")
    library.get_by_role("link", name="Evening calm").click()
    library.get_by_role("button", name="Play", exact=True).click()
    while not _listening(library):
        library.wait_for_timeout(50)
    library.get_by_role("link", name="My tracks").last.click()
    expect(library).to_have_url(f"{site.url}/jobs/?q=evening")
    mini = library.get_by_role("region", name="Player")
    expect(mini.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    # It also goes on where the list does not show it.
    mini.get_by_role("link", name="Evening calm").click()
    library.get_by_role("button", name="Pause", exact=True).click()
    library.evaluate(
        "sessionStorage.setItem('entrain.library', JSON.stringify('/jobs/?q=morning'))"
    )
    library.reload()
    library.get_by_role("button", name="Play", exact=True).click()
    library.get_by_role("slider", name="Position").press("ArrowRight")
    library.get_by_role("link", name="My tracks").last.click()
    expect(library).to_have_url(f"{site.url}/jobs/?q=morning")
    expect(library.locator(".track")).to_have_count(1)
    expect(mini.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(mini.get_by_role("link", name="Evening calm")).to_have_attribute(
        "href", re.compile("^/jobs/[0-9a-f-]{36}/$")
    )
    assert mini.locator(".cover").evaluate("picture => picture.decode().then(() => true)")
    while not _listening(library):
        library.wait_for_timeout(50)


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/jobs/?q=x", "/accounts/", "//x.y/jobs/"]
)
def test_the_way_back_leads_nowhere_else(library, shelf, site, elsewhere):
    library.goto(site.url + shelf[0])
    library.evaluate(
        "there => sessionStorage.setItem('entrain.library', JSON.stringify(there))", elsewhere
    )
    library.reload()
    back = library.get_by_role("link", name="My tracks").last
    expect(back).to_have_attribute("href", "/jobs/")


def test_the_layout_is_kept(library):
    library.get_by_role("radio", name="List").check(force=True)
    expect(library.locator(".tracks.list")).to_be_visible()
    library.reload()
    expect(library.locator(".tracks.list")).to_be_visible()
    library.get_by_role("radio", name="Grid").check(force=True)
    expect(library.locator(".tracks.grid")).to_be_visible()


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_the_small_player_has_room_for_all_its_buttons(library, width):
    library.set_viewport_size({"width": width, "height": 844})
    _play(library, "Evening calm")
    mini = library.get_by_role("region", name="Player")
    for name in ["Back 15 seconds", "Pause", "Forward 15 seconds", "Close the player"]:
        box = mini.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["width"] == box["height"] >= 44, name
    assert mini.get_by_role("link", name="Evening calm").bounding_box()["width"] > 50
    for room in (320, 480, 640, 895, 896, 930, width):
        library.set_viewport_size({"width": room, "height": 844})
        assert overlapping(library, ".mini button, .mini a, .mini input") == [], room


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_heart_is_there_at_every_width(library, width):
    library.set_viewport_size({"width": width, "height": 844})
    heart = library.get_by_role("button", name="Favourite: Evening calm")
    expect(heart).to_be_visible()
    box = heart.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    assert box["x"] + box["width"] <= width


def test_a_heart_is_pressed_in_the_list(library):
    heart = library.get_by_role("button", name="Favourite: Morning focus")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart).to_be_focused()
    library.get_by_role("checkbox", name="Favourites only").check(force=True)
    expect(library.locator(".track")).to_have_count(1)
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "false")


def test_who_was_signed_out_meanwhile_is_led_to_sign_in_and_back(library, site):
    for press in ("searchbox", "heart"):
        library.context.clear_cookies(name=re.compile("session"))
        if press == "searchbox":
            library.get_by_role("searchbox").fill("evening")
        else:
            library.get_by_role("button", name="Favourite: Morning focus").click()
        library.wait_for_url("**/accounts/login/?next=/jobs/")
        library.get_by_role("button", name=re.compile("demo", re.I)).click()
        expect(library).to_have_url(f"{site.url}/jobs/")


@pytest.mark.parametrize("scripts", [True, False])
def test_what_narrows_the_list_down_is_folded_on_a_narrow_screen(browser, site, shelf, scripts):
    size = {"width": 390, "height": 664}
    with browser.new_context(java_script_enabled=scripts, viewport=size) as context:
        page = context.new_page()
        sign_in(page, site)
        page.goto(f"{site.url}/jobs/")
        theta, fold = page.get_by_role("radio", name="Theta"), page.get_by_text("Filter")
        expect(theta).to_be_hidden()
        fold.click()
        expect(theta).to_be_visible()
        page.goto(f"{site.url}/jobs/?band=theta")
        expect(theta).to_be_visible()
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{site.url}/jobs/")
        expect(fold).to_be_hidden()
        expect(theta).to_be_visible()
        chips, tracks = page.locator(".bands label").first, page.locator(".tracks")
        assert chips.bounding_box()["x"] == tracks.bounding_box()["x"]


def test_searching_needs_no_javascript(browser, site, shelf):
    with browser.new_context(java_script_enabled=False) as context, context.new_page() as page:
        sign_in(page, site)
        page.goto(f"{site.url}/jobs/")
        page.get_by_role("searchbox").fill("evening")
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".track")).to_have_count(1)
        expect(page.get_by_role("button", name=re.compile("^Play"))).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_library_and_track_fit_their_window(browser, site, shelf, width, scheme):
    size = {"width": width, "height": 800}
    with browser.new_context(viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        sign_in(page, site)
        for path in ["/jobs/", "/jobs/?view=list", shelf[0]]:
            page.goto(site.url + path)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
