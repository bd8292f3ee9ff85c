"""Behind a private link a stranger's browser does all that the page offers."""

from playwright.sync_api import expect


def test_a_stranger_changes_the_language_of_a_shared_page(page, place):
    shared = next(path for path in place.paths if path.startswith("/listen/"))
    page.goto(place.url + shared)
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page).to_have_url(place.url + shared)
