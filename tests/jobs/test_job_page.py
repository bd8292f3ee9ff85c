"""A person watches their track being made, and does with it what they like."""

import pytest

from accounts import ledger
from jobs import lifecycle
from jobs.models import Job
from jobs.templatetags.durations import spoken_duration

State = Job.State


def _page(client, job, path=""):
    return client.get(f"/jobs/{job.pk}/{path}").content.decode()


def test_the_page_polls_while_the_track_is_made(client, job):
    assert f'hx-get="/jobs/{job.pk}/status/"' in _page(client, job)
    response = client.get(f"/jobs/{job.pk}/status/")
    assert response.status_code == 200
    assert "every 2s" in response.content.decode()


def test_stage_and_percent_are_shown(client, claim):
    lifecycle.beat(claim, Job.Stage.RENDER, 0.42)
    page = _page(client, claim.job, "status/")
    assert str(Job.Stage.RENDER.label) in page
    assert "42" in page


def test_polling_ends_with_the_player(client, completed):
    response = client.get(f"/jobs/{completed.pk}/status/")
    page = response.content.decode()
    assert response.status_code == 286
    assert "<audio" in page
    assert f"/jobs/{completed.pk}/download/" in page
    assert "every 2s" not in page


def test_polling_takes_two_queries(client, claim, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert client.get(f"/jobs/{claim.job.pk}/status/").status_code == 200


def test_a_failure_says_what_to_do_and_that_the_credit_is_back(client, claim):
    lifecycle.fail(claim, "The voice was ill; choose another.")
    page = _page(client, claim.job)
    assert "The voice was ill; choose another." in page
    assert "credit is back" in page or "credits are back" in page
    assert f"/jobs/{claim.job.pk}/retry/" in page
    assert f"/jobs/{claim.job.pk}/like/" in page


def test_cancel_from_the_page(client, job, balance):
    client.post(f"/jobs/{job.pk}/cancel/")
    assert Job.objects.get().state == State.CANCELLED
    assert balance() == 1


def test_retry_from_the_page(client, claim, balance, sent, django_capture_on_commit_callbacks):
    lifecycle.fail(claim, "it broke")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/jobs/{claim.job.pk}/retry/")
    assert Job.objects.get().state == State.PENDING
    assert balance() == 0
    assert sent == [str(claim.job.pk)] * 2


def test_retry_without_credits_is_refused_kindly(client, claim, user):
    lifecycle.fail(claim, "it broke")
    ledger.adjust(user, -1, reason="spent")
    response = client.post(f"/jobs/{claim.job.pk}/retry/", follow=True)
    assert "costs 1 and you have 0" in response.content.decode()
    assert Job.objects.get().state == State.FAILED


def test_rename(client, completed):
    client.post(f"/jobs/{completed.pk}/rename/", {"title": "  Night   song "})
    assert Job.objects.get().title == "Night song"


@pytest.mark.parametrize("title", ["", "  ", "a" * 121, "bell\x07", "null\x00"])
def test_a_bad_title_is_refused_and_the_old_one_stays(client, completed, title):
    response = client.post(f"/jobs/{completed.pk}/rename/", {"title": title})
    assert response.status_code == 200
    assert "title" in response.context["rename"].errors
    assert Job.objects.get().title == "Calm"


def test_deleting_asks_first(client, completed):
    assert client.get(f"/jobs/{completed.pk}/delete/").status_code == 200
    assert Job.objects.exists()
    assert client.post(f"/jobs/{completed.pk}/delete/").url == "/jobs/"
    assert not Job.objects.exists()


def test_deleting_what_is_being_made_gives_the_credit_back(client, claim, balance):
    client.post(f"/jobs/{claim.job.pk}/delete/")
    assert not Job.objects.exists()
    assert balance() == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (2400, "40 min"),
        (7260, "2 h 1 min"),
    ],
)
def test_lengths_are_said_in_words(seconds, words):
    assert spoken_duration(seconds) == words


def test_a_page_left_open_while_its_track_is_deleted_leads_to_the_list(client, job):
    lifecycle.remove(job)
    response = client.get(f"/jobs/{job.pk}/status/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (404, "/jobs/")
