"""The admin works under the site's strict policy, and fetches nothing from elsewhere."""

from playwright.sync_api import expect

PASSWORD = "long-enough-for-staff"
PAGES = [
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/user/add/",
    "/admin/accounts/ledgerentry/",
    "/admin/jobs/job/",
]


def test_staff_go_through_the_admin_without_a_complaint(page, site, complaints):
    site.environment["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
    site.manage("createsuperuser", "--noinput", "--email", "staff@example.com")
    elsewhere = []
    page.on("request", lambda r: r.url.startswith(site.url) or elsewhere.append(r.url))

    page.goto(f"{site.url}/admin/")
    page.get_by_label("E-mail address").fill("staff@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Site administration")).to_be_visible()
    expect(page.locator(".theme-toggle")).to_have_count(1)
    for path in PAGES:
        assert page.goto(site.url + path).status == 200
    page.goto(f"{site.url}/admin/accounts/user/")
    page.get_by_role("link", name="staff@example.com").first.click()
    expect(page.get_by_role("heading", name="Change user")).to_be_visible()

    page.goto(f"{site.url}/admin/accounts/ledgerentry/add/")
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="staff@example.com").click()
    page.get_by_label("Amount").fill("5")
    page.get_by_label("Reason").fill("to begin with")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert complaints == []
    assert elsewhere == []
