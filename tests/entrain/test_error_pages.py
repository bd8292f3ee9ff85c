"""Whatever goes wrong, a person gets a page of ours, in their theme, with a way on."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.urls import path

from entrain import urls as site_urls
from entrain.urls import handler400, handler500  # noqa: F401


def _break(request):
    raise ZeroDivisionError


def _lose_the_database(request):
    raise OperationalError("server closed the connection unexpectedly")


urlpatterns = [
    path("broken/", _break),
    path("away/", _lose_the_database),
    *site_urls.urlpatterns,
]


@pytest.fixture
def stranger(db):
    """Somebody who is not signed in, and whose browser gets answers to what broke."""
    return Client(raise_request_exception=False)


def _is_ours(response, status: int, words: str) -> None:
    page = response.content.decode()
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert words in page
    assert page.count("<h1") == 1
    assert 'class="way-on"' in page
    assert "/static/css/base.css" in page


def test_nothing_at_an_address(stranger):
    _is_ours(stranger.get("/nowhere/"), 404, "There is nothing here")


def test_a_host_that_is_not_ours(stranger):
    response = stranger.get("/", headers={"host": "evil.example"})
    _is_ours(response, 400, "made no sense")


def test_a_sign_in_that_is_not_offered(stranger, settings):
    settings.DEMO_ACCOUNT = False
    _is_ours(stranger.post("/accounts/demo/"), 403, "not open to you")


def test_a_form_from_a_page_that_was_open_too_long(db):
    careful = Client(enforce_csrf_checks=True)
    _is_ours(careful.post("/accounts/demo/"), 403, "Please send that again")


def test_an_address_that_answers_only_to_a_button(client):
    response = client.get("/accounts/sign-out-everywhere/")
    _is_ours(response, 405, "not how this page opens")
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "much",
    [
        {"affirmations": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)},
        {f"field-{number}": "" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)},
    ],
    ids=["long words", "many fields"],
)
def test_more_than_a_form_can_hold(client, much):
    _is_ours(client.post("/studio/", much), 413, "more than we can take")


def test_too_many_files(client):
    files = {f"file-{n}": _File() for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)}
    _is_ours(client.post("/studio/", files), 413, "more than we can take")


class _File:
    name = "empty.txt"

    def read(self):
        return b"x"


def test_more_attempts_than_allowed(stranger):
    cache.clear()
    attempt = {"username": "staff@example.com", "password": "guess"}
    for _ in range(6):
        response = stranger.post("/admin/login/", attempt)
    _is_ours(response, 429, "One moment, please")
    cache.clear()


@pytest.mark.urls(__name__)
def test_a_fault_of_ours_asks_nothing_of_the_database(stranger, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = stranger.get("/broken/")
    _is_ours(response, 500, "Something broke on our side")


@pytest.mark.urls(__name__)
def test_a_database_that_is_away_is_a_pause_and_not_a_fault(stranger):
    response = stranger.get("/away/")
    _is_ours(response, 503, "back in a moment")
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/nowhere/", "/broken/", "/away/"])
def test_errors_come_in_the_chosen_theme(stranger, address):
    stranger.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in stranger.get(address).text
