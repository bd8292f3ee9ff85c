"""The demo account: for trying a local run, from this machine only."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from accounts import ledger
from accounts.demo import DEMO_EMAIL, FORWARDING_HEADERS

User = get_user_model()
PATH = "/accounts/demo/"


def offered(browser, **request) -> bool:
    """Whether the sign-in page has the button."""
    return PATH in browser.get("/accounts/login/", **request).content.decode()


def lets_in(browser, **request) -> bool:
    """Whether pressing the button signs in; a refusal leaves no trace."""
    response = browser.post(PATH, **request)
    if response.status_code == 302:
        return browser.get("/accounts/credits/").context["user"].email == DEMO_EMAIL
    assert response.status_code == 403
    assert not User.objects.exists()
    assert not browser.cookies.get("sessionid")
    return False


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_may(stranger, address):
    assert offered(stranger, REMOTE_ADDR=address)
    assert lets_in(stranger, REMOTE_ADDR=address)


@pytest.mark.parametrize("address", ["10.0.0.5", "203.0.113.7", "2001:db8::1", "0.0.0.0", "", "x"])
def test_another_machine_may_not(stranger, address):
    assert not offered(stranger, REMOTE_ADDR=address)
    assert not lets_in(stranger, REMOTE_ADDR=address)


@pytest.mark.parametrize("header", FORWARDING_HEADERS)
@pytest.mark.parametrize("value", ["203.0.113.7", "127.0.0.1", ""])
def test_what_a_proxy_passed_on_may_not(stranger, header, value):
    assert not offered(stranger, **{header: value})
    assert not lets_in(stranger, **{header: value})


@pytest.mark.parametrize("host", ["entrain.example", "127.0.0.1.evil.example"])
def test_a_foreign_host_name_is_refused(stranger, host):
    assert stranger.get("/accounts/login/", HTTP_HOST=host).status_code == 400
    assert stranger.post(PATH, HTTP_HOST=host).status_code == 400


def test_with_google_there_is_no_demo(google, stranger):
    assert not offered(stranger)
    assert not lets_in(stranger)


def test_signing_in_takes_the_page_s_own_form(db):
    browser = Client(enforce_csrf_checks=True)
    assert browser.get(PATH).status_code == 405
    assert browser.post(PATH).status_code == 403
    assert not User.objects.exists()
    browser.get("/accounts/login/")
    token = browser.cookies["csrftoken"].value
    assert browser.post(PATH, {"csrfmiddlewaretoken": token}).status_code == 302


def test_one_credit_however_often_one_signs_in(stranger):
    for _ in range(3):
        stranger.post(PATH)
        stranger.post("/accounts/logout/")
    assert ledger.balance(User.objects.get()) == 1


def test_a_spent_credit_does_not_come_back(stranger):
    stranger.post(PATH)
    ledger.charge(User.objects.get(), 1, source="job:a")
    stranger.post(PATH)
    assert ledger.balance(User.objects.get()) == 0


def test_the_account_is_a_plain_one_without_a_password(stranger):
    stranger.post(PATH)
    user = User.objects.get()
    assert not user.has_usable_password()
    assert not user.is_staff
    assert not user.is_superuser


def test_after_signing_in_one_is_where_one_was_going(stranger):
    assert stranger.post(PATH, {"next": "/jobs/?page=2"}).url == "/jobs/?page=2"


@pytest.mark.parametrize(
    "next_url",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""],
)
def test_signing_in_never_leads_to_another_site(stranger, next_url):
    assert stranger.post(PATH, {"next": next_url}).url == "/studio/"


def test_who_is_signed_in_is_not_asked_again(client):
    response = client.get("/accounts/login/", {"next": "/jobs/"})
    assert (response.status_code, response.url) == (302, "/jobs/")


@pytest.mark.parametrize("next_url", ["abc", "job", "credits"])
def test_where_one_was_going_is_an_address_and_no_name_of_one(stranger, next_url):
    assert stranger.post(PATH, {"next": next_url}).url == next_url
    assert stranger.get("/accounts/login/", {"next": next_url}).url == next_url


@pytest.mark.parametrize("path", ["/studio/", "/jobs/", "/accounts/credits/"])
def test_pages_of_a_person_lead_through_signing_in_and_back(stranger, path):
    response = stranger.get(path)
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={path}")
