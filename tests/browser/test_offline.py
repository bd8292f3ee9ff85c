"""While the server is away, a page waits for it, and what was kept on the device plays."""

import json
import re

import pytest
from playwright.sync_api import expect

from accounts.demo import DEMO_EMAIL
from tests.browser.tracks import make_tracks, sign_in
from tests.jobs.choices import CHOICES
from tests.real.site import Visitor, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of this module's own, which goes away and comes back."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def track(site):
    """The path of a finished track with everything beside it."""
    [path] = make_tracks(site, "Quiet hour")
    return path


@pytest.fixture
def owner(page, site):
    """The browser of the track's owner."""
    sign_in(page, site)
    return page


def _is_ready(page):
    """The service worker has taken over."""
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller")


def _wait_for(page, promise):
    """Wait for the page to keep a promise; to Playwright's own waiting any promise is a yes."""
    for _ in range(100):
        if page.evaluate(promise):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"waited in vain for {promise}")


def _keep(page, site, track):
    page.goto(site.url + track)
    _is_ready(page)
    page.get_by_role("button", name=re.compile("Keep on this device")).click()
    expect(page.get_by_text(re.compile("^Kept on this device"))).to_be_visible()


_CACHED = """async () => {
    const found = {};
    for (const name of await caches.keys()) {
        const requests = await (await caches.open(name)).keys();
        found[name.split("-")[0]] = requests.map(({url}) => new URL(url).pathname);
    }
    return found;
}"""


def test_parts_of_a_kept_track_are_answered_as_a_server_would(owner, site, track):
    _keep(owner, site, track)
    pk = track.strip("/").rpartition("/")[2]
    whole, *parts = owner.evaluate(_FETCHED, f"/kept/{pk}/sound")
    size = whole["size"]
    assert whole == {"status": 200, "range": None, "size": size}
    assert parts == [
        {"status": 206, "range": f"bytes 0-99/{size}", "size": 100},
        {"status": 206, "range": f"bytes 100-{size - 1}/{size}", "size": size - 100},
        {"status": 206, "range": f"bytes {size - 10}-{size - 1}/{size}", "size": 10},
        {"status": 416, "range": f"bytes */{size}", "size": 0},
        {"status": 200, "range": None, "size": size},
    ]


_FETCHED = """async (url) => Promise.all(
    ["", "bytes=0-99", "bytes=100-", "bytes=-10", "bytes=999999999-", "bytes=0-1,4-5"].map(
        async (Range) => {
            const response = await fetch(url, Range ? {headers: {Range}} : {});
            const size = (await response.blob()).size;
            return {status: response.status, range: response.headers.get("Content-Range"), size};
        },
    ),
)"""


def test_nothing_of_a_person_is_kept_and_all_goes_when_they_sign_out(owner, site, track):
    _keep(owner, site, track)
    cached = owner.evaluate(_CACHED)
    pk = track.strip("/").rpartition("/")[2]
    assert set(cached["kept"]) == {
        "/kept/owner", f"/kept/{pk}/cover", f"/kept/{pk}/sound", f"/kept/{pk}/track.json",
    }  # fmt: skip
    pages = [path for path in cached["shell"] if not path.startswith("/static/")]
    assert pages == ["/offline/"]
    html = owner.evaluate("async () => (await caches.match('/offline/')).text()")
    assert "Quiet hour" not in html
    assert "demo@" not in html

    owner.goto(f"{site.url}/studio/")
    owner.get_by_label("Your words").fill("Nobody else is to read this")
    owner.wait_for_function(_DRAFTS, arg=1)
    owner.goto(f"{site.url}/accounts/logout/")
    owner.get_by_role("main").get_by_role("button", name="Sign out").click()
    owner.wait_for_url(f"{site.url}/")
    _wait_for(owner, "async () => !(await caches.has('kept'))")
    owner.wait_for_function(_DRAFTS, arg=0)
    # Once it has forgotten, there is no sign left that could remove what is kept later.
    owner.wait_for_function("() => !document.cookie.includes('signed_out')")
    sign_in(owner, site)
    _keep(owner, site, track)


_DRAFTS = """(number) => {
    const drafts = Object.keys(localStorage).filter((key) => key.startsWith("entrain.draft."));
    return drafts.length === number;
}"""


def test_what_is_kept_outlives_the_session_but_is_nobody_else_s(owner, site, track):
    _keep(owner, site, track)
    owner.context.clear_cookies(name="sessionid")
    owner.goto(site.url)
    owner.goto(f"{site.url}/offline/")
    expect(owner.get_by_text("Quiet hour")).to_be_visible()
    sign_in(owner, site)
    owner.goto(f"{site.url}/offline/")
    expect(owner.get_by_text("Quiet hour")).to_be_visible()

    owner.context.clear_cookies(name="sessionid")
    _sign_in_as_somebody_else(owner, site)
    owner.goto(f"{site.url}/jobs/")
    _wait_for(owner, _NOTHING_IS_KEPT)
    owner.goto(f"{site.url}/offline/")
    expect(owner.get_by_text("Nothing is kept here yet")).to_be_visible()


def test_who_signs_out_and_loses_the_network_leaves_nothing(owner, site, track):
    _keep(owner, site, track)
    owner.goto(f"{site.url}/accounts/logout/")
    owner.context.route(f"{site.url}/", lambda route: route.abort())
    owner.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("On this device")
    expect(owner.get_by_text("Nothing is kept here yet")).to_be_visible()


def _sign_in_as_somebody_else(page, site):
    site.environment["DJANGO_SUPERUSER_PASSWORD"] = "long-enough-for-staff"
    site.manage("createsuperuser", "--noinput", "--email", "staff@example.com")
    page.goto(f"{site.url}/admin/")
    page.get_by_label("E-mail address").fill("staff@example.com")
    page.get_by_label("Password").fill("long-enough-for-staff")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")


_NOTHING_IS_KEPT = """async () => {
    const kept = await (await caches.open("kept")).keys();
    return kept.every(({url}) => new URL(url).pathname === "/kept/owner");
}"""


def test_the_page_without_a_network_follows_the_language(page, site):
    page.goto(site.url)
    _is_ready(page)
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    _wait_for(page, _OFFLINE_IN_GERMAN)


_OFFLINE_IN_GERMAN = """async () => {
    const kept = await caches.match("/offline/");
    return kept && (await kept.text()).includes('lang="de"');
}"""


def test_the_site_can_be_installed(page, site):
    page.goto(site.url)
    _is_ready(page)
    cdp = page.context.new_cdp_session(page)
    manifest = cdp.send("Page.getAppManifest")
    assert manifest["errors"] == []
    icons = json.loads(manifest["data"])["icons"]
    assert {(icon["sizes"], icon["purpose"]) for icon in icons} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    for icon in icons:
        assert page.request.get(site.url + icon["src"]).headers["content-type"] == "image/png"
    errors = cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # The window of a test is a private one; nothing else is in the way.
    assert {error["errorId"] for error in errors} <= {"in-incognito"}


def test_a_page_that_waits_gets_over_a_restart_by_itself(owner, site):
    site.manage("grant_credits", DEMO_EMAIL, "1", "--reason", "tests")
    with Visitor(site) as visitor:
        visitor.sign_in()
        address = visitor.submit("/studio/", "/studio/", **CHOICES | LONG).url
    owner.goto(address)
    owner.evaluate("window.notReloaded = true")
    notice = owner.get_by_text("does not answer just now")
    expect(owner.get_by_role("progressbar")).to_be_visible(timeout=PATIENCE_MS)
    expect(notice).to_be_hidden()

    site.stop()
    expect(notice).to_be_visible(timeout=PATIENCE_MS)
    library = owner.context.new_page()
    library.goto(f"{site.url}/jobs/")
    expect(library.get_by_role("heading", level=1)).to_have_text("On this device")
    asked = []
    owner.on("request", lambda request: asked.append(request.url))
    owner.wait_for_timeout(6000)
    assert len(asked) <= 2, "it asks ever more rarely"

    site.start()
    expect(notice).to_be_hidden(timeout=PATIENCE_MS)
    expect(owner.locator("#status")).to_be_visible()
    assert owner.evaluate("window.notReloaded")
    expect(library.get_by_role("heading", level=1)).to_have_text("My tracks", timeout=PATIENCE_MS)
    owner.get_by_role("button", name="Cancel").click()
    expect(owner.get_by_text("You cancelled this track")).to_be_visible()


LONG = {"duration_min": "120", "title": "Long night", "key": ""}
PATIENCE_MS = 60_000


def test_what_cannot_be_sent_is_told_and_not_lost(owner, site, track):
    owner.goto(f"{site.url}/jobs/")
    studio = owner.context.new_page()
    studio.goto(f"{site.url}/studio/")
    _is_ready(studio)
    studio.get_by_label("Your words").fill("I let the day go")
    expect(studio.locator("#quote")).to_contain_text("spoken line")
    site.stop()
    try:
        owner.get_by_role("button", name=re.compile("^Favourite")).first.click()
        expect(owner.get_by_text("No answer just now")).to_be_visible()
        studio.get_by_role("button", name=re.compile("Make my track")).click()
        expect(studio.get_by_text("Entrain cannot be reached just now")).to_be_visible()
    finally:
        site.start()
        site.wait_until_running()
    # Without a hand: the form is there again, and what was typed into it.
    expect(studio.get_by_label("Your words")).to_have_value("I let the day go", timeout=60_000)
    owner.get_by_role("button", name=re.compile("^Favourite")).first.click()
    expect(owner.get_by_text("No answer just now")).to_be_hidden()


def test_a_kept_track_plays_and_seeks_when_the_server_is_gone(owner, site, track):
    """Last here: the site does not come back."""
    _keep(owner, site, track)
    site.stop()

    owner.goto(f"{site.url}/jobs/")
    expect(owner.get_by_role("heading", level=1)).to_have_text("On this device")
    expect(owner.get_by_text("cannot be reached just now")).to_be_visible()
    assert owner.evaluate("getComputedStyle(document.body).fontFamily").startswith("Figtree")
    kept = owner.get_by_role("listitem").filter(has_text="Quiet hour")
    owner.wait_for_function("document.querySelector('#kept img').naturalWidth > 0")
    expect(kept).to_contain_text(re.compile(r"1 min\s+[\d,]+ kB"))
    kept.get_by_role("button", name="Play: Quiet hour").click()
    expect(kept.get_by_role("button", name="Pause: Quiet hour")).to_be_visible()
    at, duration, seekable = kept.locator("audio").evaluate(_PLAYED)
    assert at >= 40
    assert duration == seekable == pytest.approx(60, abs=0.1)

    kept.get_by_role("button", name=re.compile("Remove")).click()
    expect(owner.get_by_text("Nothing is kept here yet")).to_be_visible()
    assert owner.evaluate(_CACHED)["kept"] == ["/kept/owner"]


_PLAYED = """async (audio) => {
    const at = (event) => new Promise((done) => audio.addEventListener(event, done, {once: true}));
    audio.muted = true;
    await audio.play();
    audio.currentTime = 40;
    await at("seeked");
    await at("timeupdate");
    audio.pause();
    return [audio.currentTime, audio.duration, audio.seekable.end(0)];
}"""
