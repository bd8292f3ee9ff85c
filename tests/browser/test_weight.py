"""What a first visit to a page loads: little, and from nowhere else."""

from urllib.parse import urlsplit

from tests.browser.lived_in import SIGNED_OUT

MOST_BYTES = 120_000


def test_a_first_load_is_light_and_asks_nobody_else(browser, place):
    weights = {}
    for path in [*SIGNED_OUT, *place.paths]:
        # A context of its own has an empty cache.
        with browser.new_context() as context:
            if path not in SIGNED_OUT:
                context.add_cookies(place.cookies)
            weights[path] = _loaded(context.new_page(), place.url, path)
    assert {path: n for path, n in weights.items() if n > MOST_BYTES} == {}


def _loaded(page, site_url: str, path: str) -> int:
    """Bytes over the wire for a page, sound left out: that is what one came to load."""
    kinds, sizes, hosts = {}, {}, set()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def answered(event):
        kinds[event["requestId"]] = event["type"]
        hosts.add(urlsplit(event["response"]["url"]).netloc)

    session.on("Network.responseReceived", answered)
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(site_url + path, wait_until="networkidle")
    assert hosts <= {urlsplit(site_url).netloc, ""}, path
    assert sizes, path
    return sum(size for request, size in sizes.items() if kinds.get(request) != "Media")
