"""The front page gives a sound at once, and keeps to itself."""

import re

from playwright.sync_api import expect


def test_a_sound_plays_at_once_and_follows_the_chosen_band(page, site, complaints):
    page.goto(site.url)
    play = page.get_by_role("button", name="Play a sound")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".hero")).to_have_class(re.compile("sounding"))
    page.get_by_role("button", name="Play Gamma").click()
    expect(page.locator(".now")).to_contain_text("Gamma 40 Hz")
    expect(page.locator(".hero")).to_have_class(re.compile("band-gamma"))
    expect(page.get_by_role("button", name="Play Gamma")).to_have_attribute("aria-pressed", "true")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    assert complaints == []


def test_without_javascript_there_is_no_dead_button(browser, site):
    with browser.new_context(java_script_enabled=False) as context, context.new_page() as page:
        page.goto(site.url)
        expect(page.get_by_role("button", name=re.compile("Play"))).to_have_count(0)
        page.get_by_role("button", name="Make your own track").click()
        expect(page).to_have_url(f"{site.url}/studio/")


_REFUSES_ONCE = """
const { resume } = AudioContext.prototype;
AudioContext.prototype.resume = function () {
    AudioContext.prototype.resume = resume;
    return Promise.reject(new DOMException("not now", "NotAllowedError"));
};
"""


def test_a_sound_that_does_not_start_is_told_and_can_be_tried_again(page, site):
    page.add_init_script(_REFUSES_ONCE)
    page.goto(site.url)
    play = page.get_by_role("button", name="Play a sound")
    play.click()
    expect(page.locator(".now")).to_contain_text("Press once more")
    expect(play).to_have_attribute("aria-pressed", "false")
    play.click()
    expect(page.locator(".hero")).to_have_class(re.compile("sounding"))
    expect(page.locator(".now")).to_contain_text("Theta")
    page.wait_for_timeout(500)
    expect(play).to_have_attribute("aria-pressed", "true")


def test_the_theme_changes_at_once_and_stays(page, site):
    page.emulate_media(color_scheme="light")
    page.goto(site.url)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    by_day = page.evaluate(ground)
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark", exact=True).click()
    assert page.evaluate(ground) != by_day
    expect(page.get_by_role("button", name="Dark", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.reload()
    assert page.evaluate(ground) != by_day
    page.get_by_role("button", name="Light", exact=True).click()
    assert page.evaluate(ground) == by_day


def test_the_theme_changes_without_javascript(browser, site):
    with browser.new_context(java_script_enabled=False) as context, context.new_page() as page:
        page.goto(site.url)
        page.get_by_role("button", name="Dark", exact=True).click()
        expect(page).to_have_url(f"{site.url}/")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
