"""A recipe of a newer site: whoever comes to the older one meanwhile is asked to come again."""

import pytest

from jobs.models import Job, Report

TOKEN = "t" * 43
PAGES = ["", "status/", "like/", "cover/", "cover/?as=png"]
SHARED = [f"/listen/{TOKEN}/", f"/listen/{TOKEN}/cover/"]


@pytest.fixture
def newer(completed):
    """A finished track whose recipe is of a version that is not known here."""
    Job.objects.update(spec=completed.spec | {"version": 99}, share_token=TOKEN)
    Report.objects.update(due_at=None)
    return completed


def _asks_to_come_again(response) -> bool:
    page = response.content.decode()
    return (
        response.status_code == 503
        and int(response.headers["Retry-After"]) > 0
        and "back in a moment" in page
    )


@pytest.mark.parametrize("place", PAGES)
def test_a_page_that_needs_the_recipe_asks_to_come_again(client, newer, place):
    assert _asks_to_come_again(client.get(f"/jobs/{newer.pk}/{place}"))


@pytest.mark.parametrize("address", SHARED)
def test_so_does_what_is_behind_a_private_link(client, newer, address):
    client.logout()
    response = client.get(address)
    assert _asks_to_come_again(response)
    assert "max-age" not in response.headers.get("Cache-Control", "")


def test_a_title_that_cannot_be_is_said_later(client, newer):
    assert _asks_to_come_again(client.post(f"/jobs/{newer.pk}/rename/", {"title": ""}))


@pytest.mark.parametrize("address", ["/jobs/", "/studio/", "/jobs/{}/extras/", "/jobs/{}/delete/"])
def test_whatever_does_without_the_recipe_is_as_always(client, newer, address):
    assert client.get(address.format(newer.pk)).status_code == 200


def test_while_it_is_made_its_page_tells_how_far_it_is(client, job):
    Job.objects.update(spec=job.spec | {"version": 99})
    assert client.get(f"/jobs/{job.pk}/status/").status_code == 200


def test_a_known_recipe_is_shown(client, completed):
    for page in PAGES:
        assert client.get(f"/jobs/{completed.pk}/{page}").status_code in (200, 286), page
