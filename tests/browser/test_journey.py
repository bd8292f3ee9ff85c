"""In a real browser, a person gets from their words to a track they play."""

import re

import pytest
from playwright.sync_api import expect

LONG_S = 90_000


def _sign_in(page, site):
    page.goto(f"{site.url}/studio/")
    page.get_by_role("button", name=re.compile("demo", re.I)).click()
    expect(page).to_have_url(f"{site.url}/studio/")


def _fill_in(page, title="Evening calm"):
    page.get_by_label("Title").fill(title)
    page.get_by_label("Your words").fill("I am calm\nMy breath is slow\nI sleep well")
    page.get_by_label("Length", exact=True).fill("5")


def test_from_words_to_a_playing_track(page, site, complaints):
    _sign_in(page, site)
    _fill_in(page)
    quote = page.locator("#quote")
    expect(quote).to_contain_text("Costs 1 credit")
    expect(quote).to_contain_text("15 spoken lines")
    page.get_by_label("How often each line").fill("1")
    expect(quote).to_contain_text("3 spoken lines")

    page.get_by_role("button", name=re.compile("Make my track")).click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))
    # No reload: the page itself follows the making of the track.
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=LONG_S)
    expect(page).to_have_title("✓ Evening calm · Entrain")
    assert page.locator("audio").evaluate(_PLAYED, 200) == pytest.approx(300, abs=0.01)
    polls = []
    page.on("request", lambda request: polls.append(request.url))
    page.wait_for_timeout(3000)
    assert not [url for url in polls if url.endswith("/status/")]

    # Whoever goes back finds what was sent, and what that comes to.
    page.go_back()
    expect(quote).to_contain_text("3 spoken lines")
    page.go_forward()

    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("FLAC")).click()
    assert download.value.suggested_filename == "Evening calm.flac"

    # Closed and opened again, the page is as it was.
    url = page.url
    page.goto("about:blank")
    page.goto(url)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()

    # A file that was lost is offered again, in place of a dead player.
    for file in (site.data_dir / "files" / "tracks" / page.url.split("/")[-2]).iterdir():
        file.unlink()
    page.reload()
    expect(page.get_by_role("button", name=re.compile("Make it again"))).to_be_visible()
    complaints.clear()  # the browser's note of the 410

    # The credit is spent; a second try is refused kindly and keeps the words.
    page.goto(f"{site.url}/studio/")
    _fill_in(page, title="Another one")
    page.get_by_role("button", name=re.compile("Make my track")).click()
    expect(page.get_by_role("alert")).to_contain_text("you have 0")
    expect(page.get_by_label("Your words")).to_have_value(re.compile("I sleep well"))
    assert complaints == []


# Play, jump to `at` seconds, and go on from there: seeking needs answers to Range requests.
_PLAYED = """async (audio, at) => {
    audio.muted = true;
    await audio.play();
    audio.currentTime = at;
    await new Promise(done => audio.addEventListener("timeupdate", () => {
        if (audio.currentTime > at + 0.3) done();
    }));
    audio.pause();
    return audio.duration;
}"""


def test_a_mistake_is_shown_beside_its_field_and_nothing_typed_is_lost(page, site, complaints):
    _sign_in(page, site)
    _fill_in(page, title="\a")
    page.get_by_text("Headphones or speakers").click()
    page.get_by_label("Carrier tone").fill("5000")
    page.get_by_role("button", name=re.compile("Make my track")).click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Title: Has a control character")
    expect(page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    carrier = page.get_by_label("Carrier tone")
    expect(carrier).to_be_visible()
    expect(carrier).to_have_value("5000")
    summary.get_by_role("link", name=re.compile("1500")).click()
    expect(carrier).to_be_focused()
    assert complaints == []


def test_words_that_do_not_fit_are_told_while_typing(page, site):
    _sign_in(page, site)
    _fill_in(page)
    page.get_by_label("Your words").fill("I am slowly and deeply at rest\n" * 200)
    expect(page.locator("#quote")).to_contain_text("The words do not fit")
    expect(page.locator("#quote")).to_contain_text("Costs 1 credit")


def test_the_form_works_without_javascript(browser, site):
    with browser.new_context(java_script_enabled=False) as context, context.new_page() as page:
        _sign_in(page, site)
        expect(page.locator("output[for=id_voice_db]")).to_have_text("-18 dB")
        _fill_in(page, title="\a")
        page.get_by_role("button", name=re.compile("Make my track")).click()
        expect(page.get_by_text("Has a control character").first).to_be_visible()
        expect(page.locator("#quote")).to_contain_text("spoken lines")
