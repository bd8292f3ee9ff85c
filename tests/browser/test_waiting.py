"""A track's page waits well while the server does not answer, and goes on by itself."""

from playwright.sync_api import expect

from tests.browser.tracks import sign_in

# A track that some worker has been making for a while, and will be.
UNDER_WAY = """
from datetime import timedelta
from django.utils import timezone
from accounts.demo import demo_user
from tests.jobs.shelf import shelve

now = timezone.now()
[job] = shelve(
    demo_user(), "Under way", state="processing", delivered=False, track="", track_bytes=0,
    stage="render", progress=0.3, started_at=now, lease_until=now + timedelta(days=1),
)
print(job.pk)
"""
BREAK = "from jobs.models import Job; Job.objects.filter(pk='{}').update(state='failed')"


def test_a_server_that_does_not_answer_is_told_quietly_and_asked_again(page, site):
    sign_in(page, site)
    job = site.manage("shell", "--verbosity", "0", "-c", UNDER_WAY).split()[-1]
    asked = []

    def refuse(route):
        asked.append(route.request.url)
        route.fulfill(status=503)

    page.clock.install()
    page.route("**/status/", refuse)
    page.goto(f"{site.url}/jobs/{job}/")
    notice = page.get_by_text("Entrain does not answer just now")
    expect(page.get_by_text("Mixing the sound")).to_be_visible()
    page.clock.run_for(2_500)
    expect(notice).to_be_hidden()
    _let_pass(page, 24)
    expect(notice).to_be_visible()
    # Ever more rarely: after 2, 4, 8 and 16 seconds, not a dozen times.
    assert 2 <= len(asked) <= 6

    page.unroute("**/status/")
    _let_pass(page, 24)
    expect(notice).to_be_hidden()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "30")


def test_focus_stays_with_a_track_that_is_no_longer_made(page, site):
    sign_in(page, site)
    job = site.manage("shell", "--verbosity", "0", "-c", UNDER_WAY).split()[-1]
    page.goto(f"{site.url}/jobs/{job}/")
    page.get_by_role("button", name="Cancel").focus()
    site.manage("shell", "-c", BREAK.format(job))
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.locator("#track")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Favourite: Under way")).to_be_focused()


def _let_pass(page, seconds):
    """Let the page believe so; answers that are on their way get a moment to come."""
    for _ in range(seconds // 2):
        page.clock.run_for(2_000)
        page.wait_for_timeout(100)
