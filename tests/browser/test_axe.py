"""axe-core finds nothing to complain of on any page, in either theme."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.lived_in import SIGNED_OUT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations(browser, place, scheme):
    found = {}
    with browser.new_context(color_scheme=scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        for path in SIGNED_OUT:
            page.goto(place.url + path)
            found[path] = _violations(page)
        context.add_cookies(place.cookies)
        for path in place.paths:
            page.goto(place.url + path)
            # What is folded away has to be as good as what one sees at once.
            page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
            expect(page.locator("h1")).to_be_visible()
            found[path] = _violations(page)
    assert {path: told for path, told in found.items() if told} == {}


def _violations(page) -> list[str]:
    return [
        f"{violation['id']}: {node['html'][:99]} {node['any'][0]['message'] if node['any'] else ''}"
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
    ]
