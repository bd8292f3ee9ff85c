"""A person watches their track being made, and does with it what they like."""

import re
from datetime import timedelta

import pytest
from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from accounts import ledger
from jobs import lifecycle
from jobs.forms import RenameForm
from jobs.models import Job, Report
from jobs.speech import voice_of
from jobs.templatetags.durations import spoken_duration
from jobs.voice_names import label_of
from tests.jobs.shelf import shelve

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
    assert "costs 1 credit and you have 0" in response.content.decode()
    assert Job.objects.get().state == State.FAILED


def test_rename(client, completed):
    there = client.post(f"/jobs/{completed.pk}/rename/", {"title": "  Night   song "}, follow=True)
    assert "The track is called “Night song” now." in there.content.decode()
    assert Job.objects.get().title == "Night song"


@pytest.mark.parametrize("title", ["می‌خواهم آرام باشم", "Calm 👩‍👧"])
def test_a_title_may_have_what_joins_letters_and_pictures(client, completed, title):
    client.post(f"/jobs/{completed.pk}/rename/", {"title": title})
    assert Job.objects.get().title == title
    assert title in client.get("/jobs/", {"q": title}).content.decode()


@pytest.mark.parametrize(
    "act", [lifecycle.archive, lifecycle.make_again, lifecycle.remove, lifecycle.cancel]
)
def test_renaming_undoes_nothing_that_happens_meanwhile(client, completed, act, monkeypatch):
    before = Job.objects.filter(pk=completed.pk)
    if act == lifecycle.cancel:
        lifecycle.make_again(completed)

    def meanwhile(form):
        act(before.get())
        return forms.Form.is_valid(form)

    monkeypatch.setattr(RenameForm, "is_valid", meanwhile)
    client.post(f"/jobs/{completed.pk}/rename/", {"title": "Night song"})
    monkeypatch.undo()
    found = list(before.values("title", "state", "track", "attempt"))
    acted = {
        lifecycle.archive: State.ARCHIVED,
        lifecycle.make_again: State.PENDING,
        lifecycle.cancel: State.ARCHIVED,
    }
    if act == lifecycle.remove:
        assert found == []
    else:
        (job,) = found
        assert (job["title"], job["state"], job["track"]) == ("Night song", acted[act], "")


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
    # No line ends between a number and its unit.
    assert spoken_duration(seconds) == words.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=3), "3\xa0minutes ago"),
        (timedelta(hours=5), "5\xa0hours ago"),
        (timedelta(days=2), "on "),
    ],
)
def test_a_track_was_made_when_it_was_finished(client, user, age, words):
    now = timezone.now()
    finished = now - age
    [job] = shelve(user, "One", created_at=now - timedelta(days=9), finished_at=finished)
    if age.days:
        words += date_format(finished)
    assert f">made {words}</time>" in _page(client, job)
    assert f">{words.removeprefix('on ')}</time>" in client.get("/jobs/").content.decode()


def test_a_page_left_open_while_its_track_is_deleted_leads_to_the_list(client, job):
    lifecycle.remove(job)
    response = client.get(f"/jobs/{job.pk}/status/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (404, "/jobs/")


def test_the_place_in_the_queue_is_told(client, user, other, spec, sent):
    for person, n in [(other, 1), (user, 2)]:
        ledger.adjust(person, 5, reason="a gift")
        for key in range(n):
            lifecycle.submit_job(person, spec, key=f"{key}")
    first, mine, last = Job.objects.order_by("created_at")
    Job.objects.update(sent_at=timezone.now())
    assert "1 track is before yours." in _page(client, mine, "status/")
    assert "2 tracks are before yours." in _page(client, last, "status/")
    lifecycle.claim(first.pk, Job.Step.SPEECH)
    assert "Yours is next." in _page(client, mine, "status/")
    Job.objects.filter(pk=last.pk).update(sent_at=None)
    assert "as soon as there is room" in _page(client, last, "status/")


def test_who_waits_for_tracks_of_their_own_is_told_so(client, user, spec, settings):
    settings.JOBS_UNDER_WAY_A_PERSON = 2
    ledger.adjust(user, 5, reason="a gift")
    for key in range(3):
        lifecycle.submit_job(user, spec, key=f"{key}")
    *others, last = Job.objects.order_by("created_at")
    Job.objects.exclude(pk=last.pk).update(sent_at=timezone.now())
    page = _page(client, last, "status/")
    assert "2 other tracks of yours are in the making." in page
    lifecycle.cancel(others[0])
    assert "as soon as there is room" in _page(client, last, "status/")


def test_the_end_takes_the_place_of_the_whole_page(client, completed):
    response = client.get(f"/jobs/{completed.pk}/status/", headers={"HX-Request": "true"})
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#track", "outerHTML")
    page = response.content.decode()
    assert 'id="track"' in page
    # Whoever looks at another tab sees that it is ready.
    assert "<title>✓ Calm · Entrain</title>" in page
    assert "✓" not in _page(client, completed)


def test_what_belongs_beside_a_track_is_asked_for_until_it_is_there(client, user):
    [job] = shelve(user, "One")
    report = Report.objects.create(job=job, attempt=1, due_at=timezone.now())
    assert f'hx-get="/jobs/{job.pk}/extras/"' in _page(client, job)
    assert client.get(f"/jobs/{job.pk}/extras/").status_code == 204
    report.due_at = None
    report.save()
    response = client.get(f"/jobs/{job.pk}/extras/")
    assert response.status_code == 200
    assert "hx-get" not in response.content.decode()
    assert "?as=opus" in response.content.decode()


def test_asking_for_what_is_not_there_yet_takes_two_queries(
    client, user, django_assert_max_num_queries
):
    [job] = shelve(user, "One")
    Report.objects.create(job=job, attempt=1, due_at=timezone.now())
    with django_assert_max_num_queries(2):
        client.get(f"/jobs/{job.pk}/extras/")


@pytest.mark.parametrize("path", ["status/", "extras/"])
def test_polling_is_for_the_owner_alone(client, other, path, spec):
    ledger.adjust(other, 1, reason="a gift")
    theirs = lifecycle.submit_job(other, spec, key="theirs")
    assert client.get(f"/jobs/{theirs.pk}/{path}").status_code == 404
    client.logout()
    response = client.get(f"/jobs/{theirs.pk}/{path}")
    assert response.status_code == 302
    assert "/login/" in response.url


def test_a_session_that_ended_elsewhere_polls_in_vain(client, user, job):
    user.set_password("another one, so that all sessions end")
    user.save()
    assert client.get(f"/jobs/{job.pk}/status/").status_code == 302


def test_every_format_is_offered_with_its_size(client, user):
    [job] = shelve(user, "One")
    page = _page(client, job)
    assert f'href="/jobs/{job.pk}/download/?as=flac"' in page
    assert f'href="/jobs/{job.pk}/download/?as=opus"' in page
    assert "?as=mp3" not in page
    assert "100\xa0kB" in page


def test_an_archived_track_can_be_made_again_for_free(client, user):
    [job] = shelve(user, "One", state=State.ARCHIVED, track="", track_bytes=0)
    page = _page(client, job)
    assert f'action="/jobs/{job.pk}/restore/"' in page
    assert "free" in page
    assert "<audio" not in page


def test_a_track_that_asks_for_more_room_may_be_archived_instead(client, user):
    [job] = shelve(user, "One")
    assert "archive it instead" in _page(client, job, "delete/")


def _recipe(client, job) -> dict[str, str]:
    page = _page(client, job)
    rows = re.findall(r"(?s)<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", page)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", value).split()) for name, value in rows}


def test_the_recipe_names_the_voice_and_how_loud_everything_is(client, job):
    recipe = _recipe(client, job)
    label = label_of(voice_of("espeak:en-us+f3"))
    assert recipe["Voice"] == f"{label}, −15 dB"
    assert recipe["Beat"].endswith("200 Hz, −12 dB")
    assert recipe["Sounds"] == "Pink noise −24 dB"
    assert recipe["Words"].startswith("2 lines, spoken once")


def test_a_voice_that_has_gone_is_no_obstacle(client, job):
    spec = job.spec | {"speech": job.spec["speech"] | {"voice": "elevenlabs:gone"}}
    Job.objects.update(spec=spec)
    assert _recipe(client, job)["Voice"].startswith("One that is not offered any more")
