"""A finished track plays in a player of our own, by pointer, keys and the lock screen."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.overlap import overlapping
from tests.browser.tracks import make_tracks, sign_in


@pytest.fixture(scope="module")
def track(site):
    """The address of a track of one minute, with everything beside it."""
    [path] = make_tracks(site, "Evening calm")
    return site.url + path


@pytest.fixture
def player(page, site, track, complaints):
    """The page of the track, in which nothing plays yet."""
    sign_in(page, site)
    page.goto(track)
    yield page
    assert complaints == []


def _audio(page, expression):
    return page.locator("audio").evaluate(f"a => {expression}")


def _wait_for(page, expression, patience_s=20):
    deadline = time.monotonic() + patience_s
    while not _audio(page, expression):
        assert time.monotonic() < deadline, f"waited in vain for {expression}"
        page.wait_for_timeout(50)


def _play(page):
    page.get_by_role("button", name="Play", exact=True).click()
    _wait_for(page, "a.currentTime > 0.1 && !a.paused")


def test_it_plays_pauses_and_goes_back_and_forth(player):
    _play(player)
    assert "as=opus" in _audio(player, "a.currentSrc")
    player.get_by_role("button", name="Forward 15 seconds").click()
    _wait_for(player, "a.currentTime >= 15")
    player.get_by_role("button", name="Back 15 seconds").click()
    _wait_for(player, "a.currentTime < 15")
    player.get_by_role("button", name="Pause", exact=True).click()
    assert _audio(player, "a.paused")


def test_the_waveform_is_a_slider(player):
    slider = player.get_by_role("slider", name="Position")
    box = player.locator(".waveform").bounding_box()
    expect(player.locator(".waveform path").first).to_have_attribute("d", re.compile("M.{200}"))
    player.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(slider).to_have_attribute("aria-valuetext", "30 seconds of 1 minute")
    expect(slider).to_be_focused()
    for key, moment in [
        ("ArrowRight", "35 seconds of 1 minute"),
        ("ArrowLeft", "30 seconds of 1 minute"),
        ("Home", "0 seconds of 1 minute"),
        ("End", "1 minute of 1 minute"),
    ]:
        slider.press(key)
        expect(slider).to_have_attribute("aria-valuetext", moment)
    expect(player.locator(".marks rect")).to_have_count(2)
    expect(player.locator(".phases")).to_contain_text("Hold")


def test_on_a_phone_on_its_side_it_can_be_played_without_scrolling(player):
    player.set_viewport_size({"width": 844, "height": 390})
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_in_viewport(ratio=1)


def test_buttons_keep_their_distance(browser, site, track):
    size = {"width": 390, "height": 844}
    with browser.new_context(viewport=size, locale="de") as context, context.new_page() as page:
        sign_in(page, site)
        page.goto(track)
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        kept = page.locator("[data-when=kept]")
        kept.evaluate("part => { part.parentElement.hidden = part.hidden = false }")
        _assert_apart(kept.get_by_role("link"), kept.get_by_role("button"))
        _assert_apart(page.locator(".lines li").last, page.get_by_role("link", name="ähnlichen"))


def _assert_apart(above, below):
    upper, lower = above.bounding_box(), below.bounding_box()
    assert lower["y"] - upper["y"] - upper["height"] >= 8


# Phones both ways, a page at 200 %, and windows of which the cover takes its share.
WIDTHS = [320, 360, 390, 560, 616, 640, 667, 740, 844, 895, 896, 900, 912, 930, 1016, 1280, 1400]


@pytest.mark.parametrize("height", [390, 800])
def test_no_button_of_the_player_lies_over_another(player, height):
    expect(player.locator(".deck")).to_be_visible()
    found = {}
    for width in WIDTHS:
        player.set_viewport_size({"width": width, "height": height})
        found[width] = overlapping(player, ".controls button, .controls .volume input")
    assert {width: pairs for width, pairs in found.items() if pairs} == {}


def test_names_of_parts_lead_to_them_and_none_is_lost(player):
    settle, hold = player.get_by_role("group", name="Parts").get_by_role("button").all()
    hold.press("Enter")
    slider = player.get_by_role("slider", name="Position")
    expect(slider).to_have_attribute("aria-valuetext", "30 seconds of 1 minute")
    expect(hold).to_have_attribute("aria-current", "true")
    settle.click()
    expect(slider).to_have_attribute("aria-valuetext", "0 seconds of 1 minute")
    settle.evaluate("name => name.textContent = 'Settling down, breath by breath, for a while'")
    for width in (320, 390, 1440):
        player.set_viewport_size({"width": width, "height": 900})
        for name in (settle, hold):
            expect(name).to_be_in_viewport(ratio=1)
        assert overlapping(player, ".phases button, .controls button") == []
    waveform, there = player.locator(".waveform").bounding_box(), hold.bounding_box()
    assert there["x"] == pytest.approx(waveform["x"] + waveform["width"] / 2, abs=2)


def test_keys_work_everywhere_but_in_fields(player):
    player.keyboard.press(" ")
    _wait_for(player, "!a.paused")
    player.keyboard.press("ArrowRight")
    _wait_for(player, "a.currentTime >= 15")
    # A letter has to be meant for the player.
    player.keyboard.press("l")
    assert not _audio(player, "a.loop")
    player.get_by_role("button", name="Pause").focus()
    player.keyboard.press("l")
    player.keyboard.press("m")
    assert _audio(player, "[a.loop, a.muted]") == [True, True]
    expect(player.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "true")
    expect(player.get_by_role("button", name="Mute")).to_have_attribute("aria-pressed", "true")

    player.get_by_text("Rename, archive or delete").click()
    title = player.get_by_label("Title")
    title.fill("")
    title.press_sequentially("lull me ")
    title.press("ArrowLeft")
    expect(title).to_have_value("lull me ")
    assert _audio(player, "[a.loop, a.muted, a.paused]") == [True, True, False]

    # A button under the finger is pressed by space, and nothing else happens.
    player.get_by_role("button", name="Loop").press(" ")
    assert _audio(player, "[a.loop, a.paused]") == [False, False]
    # Keys with a modifier are the browser's.
    player.keyboard.press("Control+m")
    assert _audio(player, "a.muted")


def test_one_tab_plays(player, track):
    _play(player)
    with player.context.new_page() as other:
        other.goto(track)
        _play(other)
        _wait_for(player, "a.paused")
        expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
        assert not _audio(other, "a.paused")
        # Back again, also on a page that was left and came back.
        other.reload()
        _play(other)
        _play(player)
        _wait_for(other, "a.paused")
        assert not _audio(player, "a.paused")


def test_loop_begins_again(player):
    player.get_by_role("button", name="Loop").click()
    _play(player)
    player.get_by_role("slider", name="Position").press("End")
    _wait_for(player, "a.currentTime > 0.2 && a.currentTime < 10 && !a.paused")


def test_volume_is_kept_and_muting_goes_back_to_it(player):
    volume = player.get_by_role("slider", name="Volume")
    volume.fill("40")
    assert _audio(player, "a.volume") == pytest.approx(0.4)
    player.get_by_role("button", name="Mute").click()
    expect(volume).to_have_value("0")
    player.get_by_role("button", name="Mute").click()
    expect(volume).to_have_value("40")
    player.reload()
    expect(volume).to_have_value("40")


def test_the_sleep_timer_fades_out_and_stops(page, site, track):
    sign_in(page, site)
    page.clock.install()
    page.goto(track)
    page.get_by_role("button", name="Loop").click()
    _play(page)
    page.get_by_role("button", name="Sleep timer").click()
    page.get_by_text("15 min").click()
    moon = page.get_by_role("button", name=re.compile("Sleep timer, 1[45]:"))
    expect(moon).to_be_focused()
    expect(page.get_by_role("group", name="Fade out and stop in")).to_be_hidden()
    page.clock.fast_forward("13:50")
    assert _audio(page, "a.volume") == 1
    page.clock.fast_forward("00:40")
    _wait_for(page, "a.volume > 0 && a.volume < 0.5 && !a.paused")
    page.clock.fast_forward("00:40")
    _wait_for(page, "a.paused")
    # The next time it plays as loud as ever.
    assert _audio(page, "a.volume") == 1
    expect(page.get_by_role("button", name="Sleep timer", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", [(390, 664), (390, 844), (844, 390), (1280, 900)])
def test_choices_of_the_sleep_timer_open_where_one_sees_them(player, size):
    player.set_viewport_size({"width": size[0], "height": size[1]})
    moon = player.get_by_role("button", name="Sleep timer", exact=True)
    moon.click()
    choices = player.get_by_role("group", name="Fade out and stop in")
    expect(choices).to_be_in_viewport(ratio=1)
    expect(choices.get_by_role("radio", name="Never")).to_be_focused()
    above, below = moon.bounding_box(), choices.bounding_box()
    assert 0 <= below["y"] - above["y"] - above["height"] < 60
    # Arrows choose as they go; a key of its own says that this is it.
    player.keyboard.press("ArrowLeft")
    player.keyboard.press("ArrowLeft")
    expect(choices.get_by_role("radio", name="90 min")).to_be_checked()
    player.keyboard.press("Enter")
    expect(choices).to_be_hidden()
    moon = player.get_by_role("button", name=re.compile("^Sleep timer, 1:"))
    expect(moon).to_be_focused()
    # The time that is left stands below the moon's circle.
    left = player.locator("[data-left]").bounding_box()
    circle = moon.bounding_box()
    assert left["y"] >= circle["y"] + circle["height"]


def test_the_sleep_timer_can_wait_for_the_end_of_a_loop(player):
    player.get_by_role("button", name="Loop").click()
    _play(player)
    player.get_by_role("button", name="Sleep timer").click()
    player.get_by_text("End of the track").click()
    player.get_by_role("slider", name="Position").press("End")
    _wait_for(player, "a.paused && a.currentTime > 59")
    expect(player.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "true")
    expect(player.get_by_role("button", name="Sleep timer", exact=True)).to_be_visible()


LISTEN_TO_ORDERS = """
    window.orders = {};
    const { mediaSession } = navigator;
    const ask = mediaSession.setActionHandler.bind(mediaSession);
    mediaSession.setActionHandler = (name, order) => {
        window.orders[name] = order;
        ask(name, order);
    };
"""


def test_the_lock_screen_shows_and_moves_it(page, site, track):
    sign_in(page, site)
    page.add_init_script(LISTEN_TO_ORDERS)
    page.goto(track)
    _play(page)
    shown = page.evaluate(
        "[navigator.mediaSession.metadata.title, navigator.mediaSession.playbackState]"
    )
    assert shown == ["Evening calm", "playing"]
    cover = page.evaluate("navigator.mediaSession.metadata.artwork[0]")
    assert page.request.get(cover["src"]).headers["content-type"] == cover["type"] == "image/png"
    page.evaluate("orders.seekto({ seekTime: 40 })")
    _wait_for(page, "a.currentTime >= 40")
    page.evaluate("orders.seekbackward({})")
    _wait_for(page, "a.currentTime < 30")
    page.evaluate("orders.pause()")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.evaluate("orders.play()")
    _wait_for(page, "!a.paused")


def test_it_is_taken_up_where_it_was_left(player):
    slider = player.get_by_role("slider", name="Position")
    slider.press("PageUp")
    slider.press("ArrowLeft")
    for _ in range(4):
        slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "35 seconds of 1 minute")
    player.reload()
    expect(slider).to_have_attribute("aria-valuetext", "35 seconds of 1 minute")
    assert _audio(player, "a.paused")
    _play(player)
    _wait_for(player, "a.currentTime > 35")


class ExpiredLink:
    """Serves the start of a file, then refuses, as a link does that ran out; new ones work."""

    def __init__(self, page):
        self.served = self.refused = 0
        # FLAC alone: of the others Chromium looks at the end before it plays.
        page.route(re.compile(r"/play/\?as=(opus|m4a)"), lambda route: route.fulfill(status=404))
        # Answered where the player asks, for nobody here sees what a redirect leads to.
        page.route(re.compile(r"/play/\?as=flac"), self._serve)

    def _serve(self, route):
        if not self.served:
            self.served = 1
            part = {**route.request.headers, "range": "bytes=0-400000"}
            route.fulfill(response=route.fetch(headers=part))
        elif not self.refused:
            self.refused = 1
            route.fulfill(status=403)
        else:
            route.continue_()


# What goes through the service worker is not seen here.
@pytest.mark.browser_context_args(service_workers="block")
def test_a_link_that_ran_out_is_replaced_and_the_sound_goes_on(page, site, track):
    sign_in(page, site)
    link = ExpiredLink(page)
    page.goto(track)
    _play(page)
    slider = page.get_by_role("slider", name="Position")
    for _ in range(8):
        slider.press("ArrowRight")
    _wait_for(page, "a.currentTime > 40.3 && !a.seeking && !a.paused && !a.error")
    assert link.refused
    expect(page.locator(".lost")).to_be_hidden()


def test_a_file_that_is_gone_is_offered_again_for_free(page, site):
    [path] = make_tracks(site, "Lost one")
    job = path.split("/")[2]
    for file in (site.data_dir / "files" / "tracks" / job).iterdir():
        file.unlink()
    sign_in(page, site)
    page.goto(site.url + path)
    expect(page.get_by_role("alert")).to_contain_text("making it again costs nothing")
    page.get_by_role("button", name=re.compile("Make it again")).click()
    expect(page.locator("#status")).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=60_000)


def test_without_javascript_the_browser_s_own_player_is_there(browser, site, track):
    with browser.new_context(java_script_enabled=False) as context, context.new_page() as page:
        sign_in(page, site)
        page.goto(track)
        assert page.locator("audio[controls]").is_visible()
        assert page.locator(".deck").is_hidden()
        page.get_by_text("Download", exact=True).click()
        expect(page.get_by_role("link", name=re.compile("MP3"))).to_be_visible()
        heart = page.get_by_role("button", name="Favourite: Evening calm")
        heart.click()
        expect(heart).to_have_attribute("aria-pressed", "true")
        heart.click()
        expect(heart).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_new_title_is_told_and_one_is_where_it_is_told(browser, site, track, scripts):
    with browser.new_context(java_script_enabled=scripts) as context, context.new_page() as page:
        sign_in(page, site)
        page.goto(track)
        page.get_by_text("Rename, archive or delete").click()
        page.get_by_label("Title").fill("Evening calm")
        page.get_by_role("button", name="Rename").click()
        told = page.get_by_role("status").filter(has_text="“Evening calm”")
        expect(told).to_be_in_viewport()
        expect(told).to_be_focused()


def test_a_private_link_is_made_copied_used_and_withdrawn(page, site, track, browser, complaints):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, site)
    page.goto(track)
    page.get_by_text("Share", exact=True).click()
    page.get_by_role("button", name="Make a private link").click()
    expect(page.locator("summary", has_text="Shared by a link")).to_be_focused()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")

    with browser.new_context() as context, context.new_page() as guest:
        guest.goto(link)
        expect(guest.get_by_role("heading", level=1)).to_have_text("Evening calm")
        _play(guest)
        assert "I am calm" not in guest.content()
        assert guest.locator("meta[name=robots]").get_attribute("content") == "noindex"
        page.get_by_role("button", name="Withdraw the link").click()
        expect(page.get_by_role("button", name="Make a private link")).to_be_visible()
        expect(page.locator("summary", has_text="Share")).to_be_focused()
        assert guest.goto(link).status == 404
    assert complaints == []
