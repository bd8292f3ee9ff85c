"""Signing in with Google, the whole way over HTTP, against a real OpenID Connect provider."""

import base64
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.internal.statekit import STATES_SESSION_KEY
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore

from accounts import ledger
from accounts.adapter import SocialAccountAdapter
from accounts.models import LedgerEntry
from tests.accounts.conftest import PICTURE
from tests.at_once import at_once
from tests.google import ANOTHER_CLIENT_ID, CLIENT_ID

User = get_user_model()


def query_of(address: str) -> dict:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def is_signed_in(visitor) -> bool:
    return visitor.get("/accounts/credits/").status_code == 200


def test_the_sign_in_page_offers_google_and_leads_there_by_a_form(google, visitor):
    page = visitor.get("/accounts/login/")
    assert page.status_code == 200
    assert 'action="/accounts/google/login/' in page.text


def test_following_a_link_asks_first(google, visitor):
    response = visitor.get("/accounts/google/login/")
    assert response.status_code == 200
    assert "Location" not in response.headers


def test_leaving_for_google_takes_the_page_s_own_form(google, visitor):
    assert visitor.post("/accounts/google/login/").status_code == 403


def test_a_ready_made_token_is_no_way_in(google, visitor):
    assert visitor.post("/accounts/google/login/token/").status_code == 404


def test_without_a_google_application_there_is_no_such_page(visitor):
    assert visitor.get("/accounts/google/login/").status_code == 404
    assert visitor.get("/accounts/google/login/callback/").status_code == 404


def test_authorization_code_flow_with_pkce(google, visitor):
    address = visitor.to_google()
    asked = query_of(address)
    assert address.startswith(f"{google.url}/oauth2/authorize?")
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT_ID
    assert asked["redirect_uri"] == f"{visitor.site}/accounts/google/login/callback/"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 16

    visitor.get(visitor.consent(address))
    sent = google.seen()[0]["form"]
    assert sent["grant_type"] == "authorization_code"
    assert sent["client_secret"] == "of-the-tests"
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]


def test_state_and_challenge_are_new_each_time(google, visitor):
    first, second = query_of(visitor.to_google()), query_of(visitor.to_google())
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]


def test_a_first_sign_in_keeps_address_name_and_picture_and_gives_one_credit(google, visitor):
    response = visitor.sign_in()
    assert (response.status_code, response.headers["Location"]) == (302, "/studio/")
    assert is_signed_in(visitor)
    user = User.objects.get()
    assert (user.email, user.name, user.picture) == ("ada@example.com", "Ada L", PICTURE)
    assert not user.has_usable_password()
    assert not user.is_staff
    assert ledger.balance(user) == 1


def test_a_second_sign_in_gives_nothing_more(google, visitor, visitors):
    visitor.sign_in()
    assert visitors().sign_in().headers["Location"] == "/studio/"
    assert ledger.balance(User.objects.get()) == 1


def test_tokens_of_google_are_not_kept(google, visitor):
    visitor.sign_in()
    assert not SocialToken.objects.exists()


def test_nothing_is_kept_but_name_address_picture_and_google_s_id(google, visitor, visitors):
    told = {"name": "Ada L", "picture": PICTURE, "locale": "en-GB", "given_name": "Ada"}
    google.knows("ada", email="ada@example.com", **told)
    for browser in (visitor, visitors()):
        browser.sign_in()
        kept = SocialAccount.objects.get()
        assert (kept.uid, kept.extra_data) == ("ada", {"name": "Ada L", "picture": PICTURE})


def test_the_person_is_known_by_google_s_id_and_not_by_the_address(google, visitor, visitors):
    visitor.sign_in()
    google.knows("ada", email="ada@new.example", name="Ada L", picture=PICTURE)
    visitors().sign_in()
    assert User.objects.count() == 1


def test_a_changed_name_and_picture_are_followed(google, visitor, visitors):
    visitor.sign_in()
    google.knows("ada", email="ada@example.com", name="Ada King", picture=PICTURE + "2")
    visitors().sign_in()
    user = User.objects.get()
    assert (user.name, user.picture) == ("Ada King", PICTURE + "2")


def test_a_person_without_a_picture(google, visitor):
    google.knows("ada", email="ada@example.com", name="Ada L")
    visitor.sign_in()
    assert [request["path"] for request in google.seen()] == ["/oauth2/token", "/userinfo"]
    assert User.objects.get().picture == ""


def test_a_picture_that_is_no_web_address_is_not_kept(google, visitor):
    google.knows("ada", email="ada@example.com", name="x" * 300, picture="javascript:alert(1)")
    visitor.sign_in()
    user = User.objects.get()
    assert (user.picture, len(user.name)) == ("", 200)


def test_the_session_lasts_thirty_days(google, visitor):
    before = time.time()
    visitor.sign_in()
    cookie = next(cookie for cookie in visitor.cookies if cookie.name == "sessionid")
    assert cookie.expires - before == pytest.approx(30 * 24 * 3600, abs=60)
    assert cookie.has_nonstandard_attr("HttpOnly")


@pytest.mark.parametrize("next_url", ["/jobs/", "/accounts/credits/?page=2", "abc", "job"])
def test_after_signing_in_one_is_where_one_was_going(google, visitor, next_url):
    assert visitor.sign_in(next=next_url).headers["Location"] == next_url


@pytest.mark.parametrize(
    "next_url",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
)
def test_signing_in_never_leads_to_another_site(google, visitor, next_url):
    assert visitor.sign_in(next=next_url).headers["Location"] == "/studio/"
    page = visitor.get("/accounts/login/", params={"next": next_url})
    assert (page.status_code, page.headers["Location"]) == (302, "/studio/")


def test_who_declines_at_google_sees_a_calm_page(google, visitor):
    address = visitor.to_google()
    # The stand-in forgets to send the state back here; Google does not.
    back = f"{visitor.consent(address, action='deny')}&state={query_of(address)['state']}"
    response = visitor.get(back, follow=True)
    assert response.status_code == 200
    assert not User.objects.exists()
    assert not is_signed_in(visitor)


@pytest.mark.parametrize("change", ["other", "missing", "used"])
def test_an_answer_to_no_question_of_this_browser_is_refused(google, visitor, visitors, change):
    back = visitor.consent(visitor.to_google())
    if change == "other":
        visitor = visitors()
    elif change == "missing":
        back = back.replace("state=", "was=")
    else:
        visitor.get(back)
        visitor.submit("/accounts/logout/")
    known = User.objects.count()
    response = visitor.get(back)
    assert response.status_code == 401
    assert User.objects.count() == known
    assert not is_signed_in(visitor)


def test_a_code_that_google_does_not_know_is_refused(google, visitor):
    state = query_of(visitor.to_google())["state"]
    response = visitor.get(f"/accounts/google/login/callback/?code=made-up&state={state}")
    assert response.status_code == 401
    assert not User.objects.exists()


def test_a_token_of_another_issuer_is_refused(google, visitor, monkeypatch):
    # The provider names itself as it was addressed.
    elsewhere = GoogleOAuth2Adapter.access_token_url.replace("127.0.0.1", "localhost")
    monkeypatch.setattr(GoogleOAuth2Adapter, "access_token_url", elsewhere)
    assert visitor.sign_in().status_code == 401
    assert not User.objects.exists()


def test_a_token_for_another_application_is_refused(google, visitor):
    google.forget(audience=ANOTHER_CLIENT_ID)
    assert visitor.sign_in().status_code == 401
    assert not User.objects.exists()


def test_a_google_that_does_not_answer_is_a_calm_page(google, visitor, monkeypatch):
    back = visitor.consent(visitor.to_google())
    monkeypatch.setattr(GoogleOAuth2Adapter, "access_token_url", "http://127.0.0.1:9/token")
    assert visitor.get(back).status_code == 401
    assert not User.objects.exists()


@pytest.mark.parametrize("address", ["ada@example.com", "ADA@example.COM"])
def test_an_address_of_another_account_is_not_taken_over(google, visitor, address):
    google.knows("ada", email=address, name="Mallory", picture=PICTURE)
    owner = User.objects.create_user("ada@example.com", "long-enough-password", name="Ada")
    response = visitor.sign_in()
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/address-taken/")
    assert visitor.get("/accounts/address-taken/").status_code == 409
    assert not is_signed_in(visitor)
    assert not SocialAccount.objects.exists()
    owner.refresh_from_db()
    assert owner.name == "Ada"
    assert owner.check_password("long-enough-password")
    assert ledger.balance(owner) == 0


def test_a_person_without_an_address_gets_no_account(google, visitor):
    google.knows("ada", name="Ada L")
    visitor.sign_in()
    assert not User.objects.exists()
    assert not is_signed_in(visitor)


def test_a_person_whose_address_google_has_not_confirmed_gets_no_account(google, visitor, visitors):
    google.knows("eve", email="ada@example.com", name="Eve", email_verified=False)
    refused = visitor.sign_in(sub="eve")
    assert refused.headers["Location"] == "/accounts/address-unconfirmed/"
    page = visitor.get(refused.headers["Location"])
    assert (page.status_code, "has not confirmed" in page.text) == (403, True)
    assert not is_signed_in(visitor)
    assert not User.objects.exists()
    assert visitors().sign_in().headers["Location"] == "/studio/"
    assert User.objects.get().name == "Ada L"


def test_who_has_an_account_keeps_it_whatever_becomes_of_their_address(google, visitor, visitors):
    visitor.sign_in()
    google.knows("ada", email="ada@example.com", name="Ada L", email_verified=False)
    assert visitors().sign_in().headers["Location"] == "/studio/"


@pytest.mark.parametrize("process", ["connect", "redirect", ""])
@pytest.mark.parametrize("place", ["form", "query"])
def test_google_is_asked_for_signing_in_only(google, visitor, process, place):
    visitor.sign_in()
    form, query = ({"process": process}, "") if place == "form" else ({}, f"?process={process}")
    assert visitor.submit(f"/accounts/google/login/{query}", **form).status_code == 400


@pytest.mark.parametrize("process", ["connect", "redirect"])
def test_a_session_is_tied_to_no_other_google_account(google, visitor, process):
    google.knows("eve", email="eve@example.com", name="Eve")
    visitor.sign_in()
    back = visitor.consent(visitor.to_google(), sub="eve")
    session = SessionStore(visitor.cookies["sessionid"])
    for state, *_ in session[STATES_SESSION_KEY].values():
        state["process"] = process
    session.save()
    assert visitor.get(back).status_code == 401
    assert [(known.uid, known.user.name) for known in SocialAccount.objects.all()] == [
        ("ada", "Ada L")
    ]


def test_a_closed_account_stays_closed(google, visitor, visitors):
    visitor.sign_in()
    User.objects.update(is_active=False)
    again = visitors()
    assert again.sign_in().headers["Location"] == "/accounts/inactive/"
    assert again.get("/accounts/inactive/").status_code == 200
    assert not is_signed_in(again)
    assert not is_signed_in(visitor)


def test_signing_out_takes_a_form(google, visitor):
    visitor.sign_in()
    assert visitor.get("/accounts/logout/").status_code == 200
    assert visitor.post("/accounts/logout/").status_code == 403
    assert is_signed_in(visitor)
    response = visitor.submit("/accounts/logout/")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert not is_signed_in(visitor)


@pytest.fixture
def meeting(monkeypatch):
    """Two people who are about to get their account wait for each other, then go on together."""
    barrier = Barrier(2, timeout=10)
    save_user = SocialAccountAdapter.save_user

    def met(self, *args, **kwargs):
        barrier.wait()
        return save_user(self, *args, **kwargs)

    monkeypatch.setattr(SocialAccountAdapter, "save_user", met)


def test_two_first_sign_ins_at_once_are_one_person_with_one_credit(google, visitors, meeting):
    two = [visitors(), visitors()]
    ways_back = [visitor.consent(visitor.to_google()) for visitor in two]
    responses = at_once(2, lambda number: two[number].get(ways_back[number]))
    assert [response.headers["Location"] for response in responses] == ["/studio/"] * 2
    assert all(is_signed_in(visitor) for visitor in two)
    assert ledger.balance(User.objects.get()) == 1
    assert LedgerEntry.objects.count() == SocialAccount.objects.count() == 1


def test_a_first_sign_in_overtaken_by_another_tab_is_that_same_person(
    google, visitors, monkeypatch
):
    """The other tab gets the account after this one looked for it, and before it makes it."""
    slow, fast = visitors(), visitors()
    looked, go_on = Event(), Event()
    is_open_for_signup = SocialAccountAdapter.is_open_for_signup

    def held(self, *args, **kwargs):
        if not looked.is_set():
            looked.set()
            assert go_on.wait(10)
        return is_open_for_signup(self, *args, **kwargs)

    monkeypatch.setattr(SocialAccountAdapter, "is_open_for_signup", held)
    way_back = slow.consent(slow.to_google())
    with ThreadPoolExecutor(1) as pool:
        overtaken = pool.submit(slow.get, way_back)
        assert looked.wait(10)
        assert fast.sign_in().headers["Location"] == "/studio/"
        go_on.set()
        assert overtaken.result().headers["Location"] == "/studio/"
    assert is_signed_in(slow)
    assert ledger.balance(User.objects.get()) == 1


def test_one_address_at_two_google_accounts_at_once_belongs_to_one(google, visitors, meeting):
    google.knows("ada2", email="ada@example.com", name="Other", picture=PICTURE)
    two = [visitors(), visitors()]
    ways_back = [
        visitor.consent(visitor.to_google(), sub=sub)
        for visitor, sub in zip(two, ["ada", "ada2"], strict=True)
    ]
    responses = at_once(2, lambda number: two[number].get(ways_back[number]))
    ends = sorted(response.headers["Location"] for response in responses)
    assert ends == ["/accounts/address-taken/", "/studio/"]
    assert sorted(map(is_signed_in, two)) == [False, True]
    assert ledger.balance(User.objects.get()) == 1
