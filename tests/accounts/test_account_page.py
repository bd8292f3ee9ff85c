"""A person sees who they are here, what became of their credits, and can leave everywhere."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import ledger, picture
from audio import TrackSpec
from audio.spec import REPETITIONS
from entrain import celery_app
from jobs import lifecycle
from jobs.models import Job
from jobs.pricing import LINES_A_CREDIT

ACCOUNT, CREDITS = "/accounts/", "/accounts/credits/"


@pytest.fixture
def job(user, monkeypatch):
    """A track that was paid for."""
    monkeypatch.setattr(celery_app, "send_task", lambda *args, **details: None)
    spec = TrackSpec.parse(
        {
            "title": "Evening calm",
            "duration_s": 60,
            "speech": {"lines": ["I am calm"], "voice": "espeak:en-us+f3"},
        }
    )
    return lifecycle.submit_job(user, spec, key="a-key")


def _rows(page: str) -> list[str]:
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    return [
        " ".join(re.sub(r"<[^>]+>", " ", row).split())
        for row in re.findall(r"(?s)<tr>.*?</tr>", body)
    ]


def test_the_page_says_who_one_is(client, user):
    page = client.get(ACCOUNT).text
    assert user.name in page
    assert user.email in page


def test_a_name_of_nothing_but_blanks_is_none(client, user):
    type(user).objects.update(name=" \u3000\t")
    assert f">{user.email}</h1>" in client.get(ACCOUNT).text


def test_the_page_says_how_much_room_tracks_take(client, job, settings):
    settings.STORAGE_ALLOWANCE_MB = 5000
    claim = lifecycle.claim(job.pk, Job.Step.SPEECH)
    lifecycle.finish(claim, track="tracks/x/1.flac", track_bytes=1_250_000_000)
    page = client.get(ACCOUNT).text
    assert "1.2\xa0GB of 5\xa0GB used" in page
    assert '<progress max="100" value="25"' in page


def test_the_page_says_what_is_kept_and_for_how_long(client):
    page = client.get(ACCOUNT).text
    for kept in ("name", "address", "picture", "number", "up to a month"):
        assert kept in page


@pytest.mark.parametrize(("key", "says"), [("", False), ("a-key", True)])
def test_the_page_says_who_is_sent_one_s_words(client, settings, key, says):
    settings.ELEVENLABS_API_KEY = key
    assert ("ElevenLabs" in client.get(ACCOUNT).text) == says


def test_each_movement_says_what_it_was_for(client, user, job):
    ledger.adjust(user, 3, reason="thank you for waiting", actor=user)
    rows = _rows(client.get(CREDITS).text)
    assert [re.sub(r" \w+\.? \d+, \d{4}(?= [+−])", "", row) for row in rows] == [
        "Gift thank you for waiting +3",
        "Made a track Evening calm −1",
        "Welcome credit +1",
    ]
    assert f'href="/jobs/{job.pk}/"' in client.get(CREDITS).text


def test_what_a_credit_makes_is_what_the_studio_makes(client):
    page = client.get(CREDITS).content.decode()
    assert f"up to {LINES_A_CREDIT} different lines" in page
    assert f"spoken up to {REPETITIONS.high} times" in page


def test_credits_that_came_back_lead_to_their_track_too(client, job):
    lifecycle.cancel(job)
    page = client.get(CREDITS).text
    assert "Back from a track that was not made" in _rows(page)[0]
    assert page.count(f'href="/jobs/{job.pk}/"') == 2


def test_a_movement_outlives_its_track(client, job):
    lifecycle.remove(job)
    page = client.get(CREDITS).text
    assert "deleted since" in page
    assert "/jobs/" + str(job.pk) not in page


@pytest.mark.parametrize("address", [ACCOUNT, CREDITS, f"{CREDITS}?page=2"])
def test_pages_ask_little_of_the_database(
    client, user, job, address, django_assert_max_num_queries
):
    for number in range(60):
        ledger.adjust(user, 1, reason=f"gift {number}", actor=user)
    with django_assert_max_num_queries(6):
        assert client.get(address).status_code == 200


def test_signing_out_everywhere_ends_every_other_session(client, user, other):
    elsewhere, of_another = Client(), Client()
    elsewhere.force_login(user)
    of_another.force_login(other)
    response = client.post("/accounts/sign-out-everywhere/")
    assert (response.status_code, response.headers["Location"]) == (302, ACCOUNT)
    assert client.get(ACCOUNT).status_code == 200
    assert elsewhere.get(ACCOUNT).status_code == 302
    assert of_another.get(ACCOUNT).status_code == 200


def test_after_it_one_can_sign_in_again(client, user):
    client.post("/accounts/sign-out-everywhere/")
    again = Client()
    user.refresh_from_db()
    again.force_login(user)
    assert again.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize("address", [ACCOUNT, "/accounts/picture/"])
def test_strangers_are_asked_to_sign_in(db, address):
    assert Client().get(address).headers["Location"].startswith("/accounts/login/")


class _Google(BaseHTTPRequestHandler):
    """Where pictures are: /fine is one, /large too large, /page none; others are faulty."""

    def do_GET(self):
        kind, size, status = {
            "/fine": ("image/png", 100, 200),
            "/large": ("image/png", picture.LARGEST_BYTES + 1, 200),
            "/page": ("text/html", 100, 200),
            "/gone": ("image/png", 100, 404),
            "/short": ("image/png", 100, 200),
            "/garbled": ("image/png", 100, 200),
        }[self.path]
        self.send_response(status)
        if self.path == "/short":
            self.send_header("Content-Length", str(2 * size))
        if self.path == "/garbled":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(b"x" * size)

    def log_message(self, *args):
        pass


@pytest.fixture
def pictures(user, monkeypatch):
    """Give the person a picture at a server that stands in for Google's."""
    server = HTTPServer(("127.0.0.1", 0), _Google)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(picture, "may_be_fetched", bool)
    cache.clear()

    def give(path):
        user.picture = f"http://127.0.0.1:{server.server_port}{path}"
        user.save()

    yield give
    server.shutdown()
    server.server_close()


def test_the_picture_comes_from_this_site(client, user, pictures):
    pictures("/fine")
    response = client.get("/accounts/picture/")
    assert response.content == b"x" * 100
    assert response.headers["Content-Type"] == "image/png"
    assert "private" in response.headers["Cache-Control"]
    assert "127.0.0.1" not in client.get(ACCOUNT).text


def test_the_picture_comes_without_the_cache_too(client, pictures, without_cache):
    pictures("/fine")
    assert client.get("/accounts/picture/").content == b"x" * 100


@pytest.mark.parametrize("path", ["/large", "/page", "/gone", "/short", "/garbled"])
def test_what_is_no_picture_is_not_passed_on(client, pictures, path):
    pictures(path)
    assert client.get("/accounts/picture/").status_code == 404


@pytest.mark.parametrize(
    ("address", "is_google_s"),
    [
        ("https://lh3.googleusercontent.com/a/ada", True),
        ("http://lh3.googleusercontent.com/a/ada", False),
        ("https://googleusercontent.com.evil.example/a", False),
        ("https://evil-googleusercontent.com/a", False),
        ("https://127.0.0.1/.googleusercontent.com", False),
        ("", False),
    ],
)
def test_only_google_s_pictures_are_fetched(address, is_google_s):
    assert picture.may_be_fetched(address) == is_google_s
