"""Another person's job does not exist, in every way one could ask for it."""

import re
import uuid

import pytest

VIEWS = [
    ("get", ""),
    ("get", "status/"),
    ("get", "download/"),
    ("get", "like/"),
    ("get", "delete/"),
    ("post", "delete/"),
    ("post", "rename/"),
    ("post", "cancel/"),
    ("post", "retry/"),
    ("post", "again/"),
]


def _without_tokens(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


@pytest.mark.parametrize(("method", "path"), VIEWS, ids=[f"{m} {p}" for m, p in VIEWS])
def test_somebody_else_gets_the_answer_for_a_job_that_does_not_exist(
    client, completed, other, method, path
):
    client.force_login(other)
    send = getattr(client, method)
    theirs = send(f"/jobs/{completed.pk}/{path}", {"title": "mine now"})
    nobodys = send(f"/jobs/{uuid.uuid4()}/{path}", {"title": "mine now"})
    assert theirs.status_code == nobodys.status_code == 404
    assert _without_tokens(theirs) == _without_tokens(nobodys)
    completed.refresh_from_db()
    assert completed.title == "Calm"


@pytest.mark.parametrize(("method", "path"), VIEWS, ids=[f"{m} {p}" for m, p in VIEWS])
def test_strangers_are_asked_to_sign_in(client, completed, method, path):
    client.logout()
    response = getattr(client, method)(f"/jobs/{completed.pk}/{path}")
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_the_list_is_one_s_own(client, completed, other):
    assert client.get("/jobs/").context["page"].paginator.count == 1
    client.force_login(other)
    assert client.get("/jobs/").context["page"].paginator.count == 0


@pytest.mark.parametrize("path", ["rename/", "cancel/", "retry/", "again/"])
def test_changes_are_not_made_by_following_a_link(client, completed, path):
    assert client.get(f"/jobs/{completed.pk}/{path}").status_code == 405
