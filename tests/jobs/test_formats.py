"""A finished track is saved or played in every format, by links that only its owner gets."""

import pytest

from jobs.models import Job, Report, TrackFile
from jobs.storage import tracks

TYPES = {"flac": "audio/flac", "opus": "audio/ogg", "m4a": "audio/mp4", "mp3": "audio/mpeg"}


@pytest.mark.parametrize(("kind", "content_type"), TYPES.items())
@pytest.mark.parametrize(("view", "disposition"), [("download", "attachment"), ("play", "inline")])
def test_each_format_is_saved_and_played(
    client, fetch, stored, kind, content_type, view, disposition
):
    link = client.get(f"/jobs/{stored.pk}/{view}/?as={kind}").url
    response = fetch(link)
    assert response.body == f"the {kind}".encode()
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'{disposition}; filename="Calm.{kind}"'
    assert fetch(link, Range="bytes=4-").body == kind.encode()


def test_without_a_word_it_is_the_flac(client, fetch, stored):
    assert fetch(client.get(f"/jobs/{stored.pk}/play/").url).body == b"the flac"


@pytest.mark.parametrize("kind", ["wav", "", "cover.png", "../flac", "FLAC"])
def test_other_formats_there_are_none(client, stored, kind):
    assert client.get(f"/jobs/{stored.pk}/download/", {"as": kind}).status_code == 404


def test_until_a_format_is_made_it_cannot_be_saved_and_the_flac_plays(client, fetch, stored):
    TrackFile.objects.filter(kind="opus").delete()
    assert client.get(f"/jobs/{stored.pk}/download/?as=opus").status_code == 404
    assert fetch(client.get(f"/jobs/{stored.pk}/play/?as=opus").url).body == b"the flac"


def test_a_format_the_storage_lost_is_made_again_and_the_flac_plays(client, fetch, stored):
    tracks().delete(stored.files.get(kind="opus").key)
    assert fetch(client.get(f"/jobs/{stored.pk}/play/?as=opus").url).body == b"the flac"
    assert not TrackFile.objects.filter(kind="opus").exists()
    assert Report.objects.get().due_at is not None


def test_saving_a_format_the_storage_lost_leads_back_to_the_track(client, stored):
    tracks().delete(stored.files.get(kind="mp3").key)
    response = client.get(f"/jobs/{stored.pk}/download/?as=mp3", follow=True)
    assert response.redirect_chain == [(f"/jobs/{stored.pk}/", 302)]
    assert "is being made again" in response.content.decode()


def test_the_cover_is_there_at_every_stage(client, job):
    response = client.get(f"/jobs/{job.pk}/cover/")
    assert response["Content-Type"] == "image/svg+xml"
    assert response.content.startswith(b"<svg")
    assert "immutable" in response["Cache-Control"]
    assert client.get(f"/jobs/{job.pk}/cover/?as=png").content.startswith(b"\x89PNG")


def test_the_cover_that_is_stored_is_not_drawn_again(client, stored):
    assert client.get(f"/jobs/{stored.pk}/cover/?as=png").content == b"the cover.png"


def test_the_spectrogram(client, stored):
    response = client.get(f"/jobs/{stored.pk}/spectrogram/")
    assert (response.content, response["Content-Type"]) == (b"the spectrogram.png", "image/png")


def test_the_waveform_is_kept_by_the_browser_as_long_as_it_is_this_recording(client, stored):
    url = f"/jobs/{stored.pk}/waveform/"
    response = client.get(url)
    assert response.json() == {"version": 2, "data": [0, 1]}
    assert "no-cache" in response["Cache-Control"]
    again = client.get(url, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    versioned = client.get(f"{url}?v={stored.report.attempt}")
    assert "immutable" in versioned["Cache-Control"]
    assert "private" in versioned["Cache-Control"]
    assert "no-cache" in client.get(f"{url}?v=99")["Cache-Control"]


@pytest.mark.parametrize("view", ["waveform", "spectrogram"])
def test_what_no_recording_has_is_not_there(client, job, view):
    assert client.get(f"/jobs/{job.pk}/{view}/").status_code == 404


@pytest.mark.parametrize("view", ["play", "cover", "waveform", "spectrogram", "download"])
def test_nothing_of_it_is_for_others(client, other, stored, view):
    client.force_login(other)
    assert client.get(f"/jobs/{stored.pk}/{view}/").status_code == 404
    client.logout()
    assert "/accounts/login/" in client.get(f"/jobs/{stored.pk}/{view}/").url


def test_a_lost_track_says_so_to_the_player(client, stored):
    tracks().delete(stored.track)
    assert client.head(f"/jobs/{stored.pk}/play/").status_code == 410
    assert Job.objects.get().state == Job.State.COMPLETED
