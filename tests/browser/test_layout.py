"""Every page fits its window: narrow and wide, by day and by night, either way of reading."""

import pytest

from tests.browser.lived_in import SIGNED_OUT

# German for its long words.
WINDOWS = [(320, "en", "light"), (320, "de", "dark"), (1280, "en", "dark"), (2560, "en", "light")]


@pytest.mark.parametrize(("width", "language", "scheme"), WINDOWS)
def test_every_page_fits_its_window(browser, place, width, language, scheme):
    size = {"width": width, "height": 800}
    with browser.new_context(viewport=size, color_scheme=scheme, locale=language) as context:
        page = context.new_page()
        complaints, too_wide = [], {}
        page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
        for path in [*SIGNED_OUT, *place.paths]:
            if path not in SIGNED_OUT:
                context.add_cookies(place.cookies)
            page.goto(place.url + path)
            assert page.locator("html").get_attribute("lang") == language
            assert page.locator("h1").count() == 1, path
            for direction in ("ltr", "rtl"):
                page.evaluate("direction => { document.dir = direction }", direction)
                found = page.evaluate("document.documentElement.scrollWidth")
                if found > width:
                    too_wide[path, direction] = found
    # The browser's own note of a page that is not there.
    others = [text for text in complaints if "404 (Not Found)" not in text]
    assert too_wide == {}
    assert others == []


# What moved without anybody's doing, as browsers count it (Cumulative Layout Shift).
_WATCH = """
window.moved = 0;
new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) moved += value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
def test_nothing_jumps_while_a_page_comes(browser, place, size):
    moved = {}
    for path in [*SIGNED_OUT, *place.paths]:
        # A context of its own has an empty cache.
        with browser.new_context(viewport={"width": size[0], "height": size[1]}) as context:
            if path not in SIGNED_OUT:
                context.add_cookies(place.cookies)
            page = context.new_page()
            page.add_init_script(_WATCH)
            page.goto(place.url + path, wait_until="networkidle")
            moved[path] = page.evaluate("moved")
    assert {path: by for path, by in moved.items() if by > 0.02} == {}
