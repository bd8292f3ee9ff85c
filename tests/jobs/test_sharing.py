"""A track is shared by a link that nobody can guess, and that can be withdrawn."""

import pytest
from django.test import Client

from jobs import lifecycle
from jobs.models import Job


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
    for kind in ("flac", "opus"):
        assert fetch(stranger.get(f"{here}play/?as={kind}").url).body == f"the {kind}".encode()


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
    assert fetch(sound).body == b"the flac"


def test_while_it_is_archived_the_link_leads_nowhere(share, stranger, stored):
    here = share()
    lifecycle.archive(stored)
    assert stranger.get(here).status_code == 404


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
