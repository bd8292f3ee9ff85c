"""The owner gets the file by a signed link that lasts an hour and can be read in parts."""

import time

import pytest
from django.core.files.base import ContentFile
from django.core.signing import TimestampSigner

from jobs import discards, lifecycle
from jobs.models import Job
from jobs.storage import track_key, tracks

TRACK = bytes(range(256)) * 40


@pytest.fixture
def ready(claim):
    """A finished job with its file."""
    key = track_key(claim.job.pk, claim.attempt)
    tracks().save(key, ContentFile(TRACK))
    lifecycle.finish(claim, track=key, track_bytes=len(TRACK))
    return Job.objects.get()


@pytest.fixture
def link(client, fetch, ready):
    """The signed link that the download leads to."""
    return client.get(f"/jobs/{ready.pk}/download/").url


def test_the_whole_file_under_the_track_s_title(fetch, link):
    response = fetch(link)
    assert response.status_code == 200
    assert response.body == TRACK
    assert response["Content-Type"] == "audio/flac"
    assert response["Content-Length"] == str(len(TRACK))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Disposition"] == 'attachment; filename="Calm.flac"'


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-", 0, 10240), ("bytes=0-0", 0, 1), ("bytes=100-199", 100, 200),
        ("bytes=10239-", 10239, 10240), ("bytes=-10", 10230, 10240),
        ("bytes=-99999", 0, 10240), ("bytes=5000-99999", 5000, 10240),
    ],
)  # fmt: skip
def test_a_part_of_the_file(fetch, link, asked, start, stop):
    response = fetch(link, Range=asked)
    assert response.status_code == 206
    assert response.body == TRACK[start:stop]
    assert response["Content-Range"] == f"bytes {start}-{stop - 1}/{len(TRACK)}"
    assert response["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=-0", "bytes=20-10"])
def test_a_part_that_is_not_there(fetch, link, asked):
    response = fetch(link, Range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(TRACK)}"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,4-5", "lines=1-2", "bytes=", "bytes=-", "nonsense",
        f"bytes={'9' * 5000}-", f"bytes=0-{'9' * 5000}", f"bytes=-{'9' * 5000}",
    ],
)  # fmt: skip
def test_what_is_no_single_range_gets_the_whole_file(fetch, link, asked):
    response = fetch(link, Range=asked)
    assert response.status_code == 200
    assert response.body == TRACK


def test_the_link_needs_no_session(client, fetch, link):
    client.logout()
    assert fetch(link).status_code == 200


def test_the_link_ends_after_an_hour(fetch, link, monkeypatch):
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 3599)
    assert fetch(link).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 3602)
    assert fetch(link).status_code == 404


def test_a_link_that_was_tampered_with_leads_nowhere(client, link):
    token = link.strip("/").split("/")[-1]
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x" + token, "nonsense"):
        assert client.get(f"/files/{forged}/").status_code == 404
    other_purpose = TimestampSigner().sign_object(["../entrain.sqlite3", ""])
    assert client.get(f"/files/{other_purpose}/").status_code == 404


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('Say "hi" / now: ok?', 'filename="Say hi now ok.flac"'),
        ("../../etc/passwd", 'filename="etc passwd.flac"'),
        ("夜の歌", "filename*=utf-8''%E5%A4%9C%E3%81%AE%E6%AD%8C.flac"),
        ("...", 'filename="track.flac"'),
    ],
)
def test_every_title_makes_a_file_name(client, fetch, ready, title, name):
    Job.objects.update(title=title)
    link = client.get(f"/jobs/{ready.pk}/download/").url
    assert fetch(link)["Content-Disposition"] == f"attachment; {name}"


def test_there_is_nothing_to_download_before_it_is_ready(client, job):
    assert client.get(f"/jobs/{job.pk}/download/").status_code == 404


def test_deleting_the_job_deletes_the_file(client, ready, link):
    client.post(f"/jobs/{ready.pk}/delete/")
    discards.clear()
    assert not tracks().exists(ready.track)
    assert client.get(link).status_code == 404


def test_a_lost_file_is_offered_again_for_free(client, ready, balance, sent):
    tracks().delete(ready.track)
    response = client.get(f"/jobs/{ready.pk}/download/")
    assert response.status_code == 410
    assert f"/jobs/{ready.pk}/again/" in response.content.decode()

    client.post(f"/jobs/{ready.pk}/again/")
    job = Job.objects.get()
    assert (job.state, job.track) == (Job.State.PENDING, "")
    assert balance() == 0


def test_a_file_that_is_there_is_not_made_again(client, ready):
    client.post(f"/jobs/{ready.pk}/again/")
    assert Job.objects.get().state == Job.State.COMPLETED
