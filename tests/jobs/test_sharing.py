"""A track is shared by a link that nobody can guess, and that can be withdrawn."""

from io import BytesIO

import av
import pytest
from django.test import Client

from jobs import companions, extras, lifecycle, rendering
from jobs.models import Job, Report, TrackFile
from jobs.storage import delete_tracks, read_file, tracks


@pytest.fixture
def share(client, stored):
    """Share the track, and give the address."""

    def share(**data):
        client.post(f"/jobs/{stored.pk}/share/", data)
        return f"/listen/{Job.objects.get().share_token}/"

    return share


@pytest.fixture
def stranger():
    """A browser in which nobody is signed in."""
    return Client()


def test_nothing_is_shared_unless_asked_for(stored, stranger):
    assert stored.share_token is None
    assert stranger.get("/listen/None/").status_code == 404
    assert stranger.get("/listen//").status_code == 404


def test_whoever_has_the_link_sees_and_hears_the_track(share, stranger, fetch):
    here = share()
    page = stranger.get(here).content.decode()
    assert "Calm" in page
    assert stranger.get(f"{here}cover/").content.startswith(b"<svg")
    assert stranger.get(f"{here}waveform/").json()["data"] == [0, 1]
    for kind in ("opus", "m4a", "mp3"):
        assert fetch(stranger.get(f"{here}play/?as={kind}").url).body == f"the {kind}".encode()
    assert fetch(stranger.get(f"{here}play/").url).body == b"the opus"


def test_nothing_that_a_stranger_can_fetch_holds_a_spoken_line(
    client, spoken, spec, stranger, fetch
):
    rendering.render(spoken)
    companions.make(extras.claim(spoken.job.pk))
    job = Job.objects.get()
    assert set(_lines_in(read_file(job.track), spec)) == set(spec.speech.lines)
    client.post(f"/jobs/{job.pk}/share/")
    here = f"/listen/{Job.objects.get().share_token}/"
    kinds = ("opus", "m4a", "mp3")
    sounds = [fetch(stranger.get(f"{here}play/{query}").url).body
              for query in ("", *(f"?as={kind}" for kind in kinds))]  # fmt: skip
    pages = [stranger.get(here + path).content
             for path in ("", "cover/", "cover/?as=png", "waveform/")]  # fmt: skip
    for content in sounds + pages:
        assert len(content) > 100
        assert _lines_in(content, spec) == []
    for content in sounds:
        with av.open(BytesIO(content)) as sound:
            said = [sound.metadata, *(stream.metadata for stream in sound.streams)]
            said += [chapter["metadata"] for chapter in sound.chapters()]
            assert _lines_in(repr(said).encode(), spec) == []
            assert "Calm" in repr(said)
    delete_tracks(job.pk, range(9))


def _lines_in(content: bytes, spec) -> list[str]:
    codes = ("utf-8", "utf-16-le", "utf-16-be")
    return [
        line for line in spec.speech.lines if any(line.encode(code) in content for code in codes)
    ]


def test_the_recording_itself_with_its_recipe_is_not_handed_on(share, stranger):
    here = share()
    assert stranger.get(f"{here}play/?as=flac").status_code == 404
    page = stranger.get(here).text
    assert "?as=flac" not in page
    assert f"{here}play/?as=opus" in page
    assert f"{here}play/?as=m4a" in page


def test_until_there_is_something_to_hand_on_the_page_says_so_and_asks_again(
    share, stranger, stored, fetch
):
    here = share()
    opus = stored.files.get(kind="opus")
    TrackFile.objects.filter(kind__in=["opus", "m4a", "mp3"]).delete()
    Report.objects.update(due_at=stored.created_at)
    page = stranger.get(here).text
    assert "ready in a few minutes" in page
    assert "<audio" not in page
    assert f'hx-get="{here}"' in page
    assert stranger.get(here, headers={"HX-Request": "true"}).status_code == 204
    response = stranger.get(f"{here}play/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")

    TrackFile.objects.create(job=stored, kind="opus", key=opus.key, bytes=opus.bytes)
    page = stranger.get(here, headers={"HX-Request": "true"}).text
    assert "<audio" in page
    assert "hx-get" not in page
    # The formats that are still to come are made up for by the one that is there.
    assert fetch(stranger.get(f"{here}play/?as=m4a").url).body == b"the opus"


def test_a_lost_file_is_made_up_for_and_made_again(share, stranger, stored, fetch):
    here = share()
    tracks().delete(stored.files.get(kind="opus").key)
    assert fetch(stranger.get(f"{here}play/?as=opus").url).body == b"the m4a"
    assert Report.objects.get().due_at


def test_what_is_not_to_come_any_more_is_not_waited_for(share, stranger, stored):
    here = share()
    TrackFile.objects.filter(kind__in=["opus", "m4a", "mp3"]).delete()
    page = stranger.get(here).text
    assert "not here any more" in page
    assert "hx-get" not in page
    assert stranger.get(f"{here}play/").status_code == 410


@pytest.mark.parametrize("token", ["%00", "None", "a" * 42, "a" * 44, "a" * 42 + ".", "a" * 43])
@pytest.mark.parametrize("path", ["", "play/", "cover/", "waveform/"])
def test_what_is_no_link_of_ours_leads_nowhere(
    db, stranger, token, path, django_assert_max_num_queries
):
    # A database may know no answer to a text that is none, but an error.
    with django_assert_max_num_queries(1 if token == "a" * 43 else 0):
        assert stranger.get(f"/listen/{token}/{path}").status_code == 404


def test_the_page_says_nothing_of_the_owner_or_their_words(share, stranger, stored, user):
    page = stranger.get(share()).content.decode()
    for secret in (user.email, user.name, str(stored.pk), *stored.track_spec.speech.lines):
        assert secret not in page


def test_the_link_is_long_random_and_kept(share, stored):
    token = share().split("/")[2]
    assert len(token) == 43
    assert share().split("/")[2] == token
    assert share(renew="1").split("/")[2] != token


@pytest.mark.parametrize("path", ["", "play/", "cover/", "waveform/"])
def test_withdrawn_the_link_leads_nowhere(client, share, stranger, stored, path):
    here = share()
    assert stranger.get(here + path).status_code in (200, 302)
    client.post(f"/jobs/{stored.pk}/unshare/")
    assert stranger.get(here + path).status_code == 404
    assert share() != here


def test_whoever_is_listening_when_it_is_withdrawn_can_go_on_and_the_page_says_so(
    client, share, stranger, stored, fetch
):
    sound = stranger.get(f"{share()}play/").url
    assert "up to an hour" in client.get(f"/jobs/{stored.pk}/").text
    client.post(f"/jobs/{stored.pk}/unshare/")
    assert fetch(sound).body == b"the opus"


def test_while_it_is_archived_the_link_leads_nowhere_and_can_be_withdrawn(
    client, share, stranger, stored
):
    track = f"/jobs/{stored.pk}/"
    said = "private link leads nowhere meanwhile"
    assert said not in client.get(track).text
    here = share()
    assert said in client.get(track).text
    lifecycle.archive(stored)
    assert stranger.get(here).status_code == 404
    page = client.get(track).text
    assert "Just now it leads nowhere" in page
    assert f'action="{track}unshare/"' in page
    client.post(f"{track}unshare/")
    page = client.get(track).text
    assert "share/" not in page
    assert Job.objects.get().share_token is None


@pytest.mark.parametrize("path", ["", "play/", "cover/", "waveform/"])
def test_once_the_account_is_closed_the_link_leads_nowhere(share, stranger, user, path):
    here = share()
    user.is_active = False
    user.save()
    assert stranger.get(here + path).status_code == 404


def test_search_engines_and_other_sites_do_not_learn_of_it(share, stranger):
    here = share()
    for path in ("", "play/", "cover/", "waveform/"):
        response = stranger.get(here + path)
        assert response["X-Robots-Tag"] == "noindex"
        assert response["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in stranger.get(here).content.decode()


def test_a_shared_link_has_a_picture(share, stranger):
    here = share()
    page = stranger.get(here).content.decode()
    assert f'property="og:image" content="http://testserver{here}cover/?as=png"' in page
    assert stranger.get(f"{here}cover/?as=png").content == b"the cover.png"


@pytest.mark.parametrize("act", ["share", "unshare", "archive", "restore", "favourite"])
def test_others_share_nothing_of_mine(client, other, stored, act):
    client.force_login(other)
    assert client.post(f"/jobs/{stored.pk}/{act}/").status_code == 404
    job = Job.objects.get()
    assert (job.share_token, job.favourite, job.state) == (None, False, Job.State.COMPLETED)


@pytest.mark.parametrize("act", ["share", "unshare", "archive", "restore", "favourite"])
def test_looking_changes_nothing(client, stored, act):
    assert client.get(f"/jobs/{stored.pk}/{act}/").status_code == 405


def test_what_is_not_finished_is_not_shared(client, job):
    client.post(f"/jobs/{job.pk}/share/")
    assert Job.objects.get().share_token is None
