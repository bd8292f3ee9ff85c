"""What a browser keeps for us it sends to us alone, and over https only where there is https."""

import pytest


def _cookies(browser, *, secure: bool) -> dict:
    """Every cookie that the site sets on the way through it."""
    browser.get("/accounts/", secure=secure)
    browser.get("/jobs/", secure=secure)
    browser.post("/theme/", {"theme": "dark"}, secure=secure)
    browser.post("/language/", {"language": "de"}, secure=secure)
    browser.post("/accounts/logout/", secure=secure)
    return browser.cookies


@pytest.mark.parametrize("secure", [True, False])
def test_every_cookie_stays_with_this_site(client, settings, secure):
    # As in production, see tests/entrain/test_settings.py.
    settings.SESSION_COOKIE_SECURE = secure
    settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = secure
    cookies = _cookies(client, secure=secure)
    names = {"csrftoken", "django_language", "library_view", "sessionid", "signed_out", "theme"}
    assert names <= set(cookies)
    for name, cookie in cookies.items():
        assert cookie["samesite"] == "Lax", name
        # Signing out takes the session's own away.
        assert bool(cookie["secure"]) is secure or not cookie.value, name
