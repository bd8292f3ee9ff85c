"""A library that is open shows by itself how far its tracks are, until all of them have ended."""

import re
import uuid

import pytest

from jobs import lifecycle
from jobs.models import Job
from tests.jobs.shelf import shelve


@pytest.fixture
def poll(client):
    """What the open page is answered when it asks, as it says itself that it will."""
    page = client.get("/jobs/").text

    def poll(page=page):
        return client.get(_asks(page).replace("&amp;", "&")).text

    return poll


def _asks(page) -> str | None:
    found = re.search(r'id="status" hidden hx-get="([^"]+)"', page)
    return found and found[1]


def test_a_library_with_nothing_in_the_making_does_not_ask(client, user):
    shelve(user, "Done")
    assert _asks(client.get("/jobs/").text) is None


def test_while_a_track_is_made_its_state_alone_is_brought(job, poll):
    lifecycle.beat(lifecycle.claim(job.pk, "speech"), "speech", 0.42)
    answer = poll()
    assert f'id="state-{job.pk}" hx-swap-oob="true"' in answer
    assert "In the making 42 %" in answer
    assert "<button" not in answer
    assert str(job.pk) in _asks(answer)


def test_when_it_has_ended_its_whole_card_is_brought_and_no_more_is_asked(
    job, poll, django_assert_max_num_queries
):
    shelve(job.user, "Another")
    lifecycle.finish(lifecycle.claim(job.pk, "speech"), track="t", track_bytes=1)
    with django_assert_max_num_queries(3):
        answer = poll()
    assert f'<li id="card-{job.pk}" hx-swap-oob="true"' in answer
    assert f"/jobs/{job.pk}/play/" in answer
    assert "Another" not in answer
    assert _asks(answer) is None


def test_a_deleted_track_goes_from_the_list(job, poll):
    pk = job.pk
    lifecycle.remove(job)
    answer = poll()
    assert f'<li id="card-{pk}" hx-swap-oob="delete">' in answer
    assert _asks(answer) is None


def test_nobody_else_s_track_and_no_nonsense_is_told(client, job, other, poll):
    client.force_login(other)
    assert "Calm" not in poll()
    for nonsense in ("", "?job=", "?job=%00&job=x", f"?job={uuid.uuid4()}"):
        assert client.get(f"/jobs/making/{nonsense}").status_code == 200
    client.logout()
    assert client.get("/jobs/making/").status_code == 302
    assert Job.objects.count() == 1
