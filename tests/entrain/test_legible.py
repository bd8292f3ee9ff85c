"""A request that no browser writes is refused before anything reads it, and breaks nothing."""

import time
from importlib import import_module

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory

ODD = [
    "punycode", "idna", "rot13", "hex", "zlib", "base64", "undefined", "unicode_escape",
    "raw_unicode_escape", "utf-7", "utf-16", "utf-8-sig", "latin-1", "nosuch", "",
]  # fmt: skip
FORM = "multipart/form-data; boundary=x"


@pytest.fixture
def stranger(db):
    """Somebody's browser, which gets answers to what broke."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def _form(field: str, value: bytes) -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n'
    return head.encode() + value + b"\r\n--x--\r\n"


@pytest.fixture
def application(db, monkeypatch):
    """The site as gunicorn has it, before which no test client makes the request itself."""
    monkeypatch.setattr("entrain.staticfiles.require_manifest", lambda: None)
    return import_module("entrain.wsgi").application


@pytest.mark.parametrize(
    "kind",
    [
        *(f"text/plain; charset={charset}" for charset in ODD),
        "text/plain; charset=a\0b", "text/plain; a*=nosuch''x", "text/plain; a*=undefined''x",
        "text/plain; charset*=utf-8''punycode", "text/plain; charset=utf-8; charset=punycode",
    ],
)  # fmt: skip
@pytest.mark.parametrize("query", ["", "next=/%2B2AA-&%80=\x80"])
def test_a_query_in_another_alphabet_is_refused(application, kind, query):
    asked = RequestFactory().get("/accounts/login/").environ
    seen = []
    application(
        asked | {"CONTENT_TYPE": kind, "QUERY_STRING": query},
        lambda status, headers: seen.append(status),
    )
    assert seen == ["400 Bad Request"]


@pytest.mark.parametrize("charset", ODD)
@pytest.mark.parametrize("path", ["/theme/", "/language/", "/admin/login/", "/studio/"])
def test_a_form_in_another_alphabet_is_refused(stranger, charset, path):
    kind = f"{FORM}; charset={charset}"
    refused = stranger.generic("POST", path, _form("next", rb"/\ud800"), content_type=kind)
    assert refused.status_code == 400
    assert "made no sense" in refused.text


def test_refusing_a_large_form_takes_no_time(stranger):
    form = _form("next", b"-" + b"a" * 2_400_000)
    start = time.process_time()
    refused = stranger.generic("POST", "/theme/", form, content_type=f"{FORM}; charset=punycode")
    assert refused.status_code == 400
    assert time.process_time() - start < 1


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_a_form_may_say_that_it_is_utf_8(client, charset):
    kind = f"{FORM}; charset={charset}"
    answer = client.generic("POST", "/theme/", _form("theme", b"dark"), content_type=kind)
    assert (answer.status_code, answer.cookies["theme"].value) == (302, "dark")


@pytest.mark.parametrize(
    "path",
    [
        "/admin/accounts/user/?email=%00", "/admin/jobs/job/?title=a%00b",
        "/admin/autocomplete/?app_label=accounts&model_name=ledgerentry&field_name=user&term=%00",
    ],
)  # fmt: skip
def test_the_admin_looks_for_no_nul(stranger, path):
    stranger.force_login(get_user_model().objects.create_superuser("staff@example.com", "x"))
    assert stranger.get(path).status_code == 400
    assert stranger.get(path.replace("%00", "%2500")).status_code < 400


@pytest.mark.parametrize("key", ['"\\000aaaaaaaaaaa"', '"\\355\\240\\200aaaaaaa"', "A-1", '""'])
@pytest.mark.parametrize("path", ["/", "/jobs/", "/accounts/login/"])
def test_a_session_that_is_none_of_ours_is_no_session(
    stranger, key, path, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = stranger.get(path, headers={"Cookie": f"sessionid={key}"})
    assert answer.status_code == (302 if path == "/jobs/" else 200)


def test_a_session_of_ours_goes_on(client):
    assert client.get("/accounts/").status_code == 200
