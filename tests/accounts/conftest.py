"""What tests of signing in start from."""

import pytest
import requests
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client

from tests import google as stand_in


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    """Forget the attempts to sign in that an earlier test made."""
    cache.clear()


@pytest.fixture(scope="session")
def _google_process():
    with stand_in.google(django_settings.GOOGLE_LISTENER) as google:
        yield google


@pytest.fixture
def google(_google_process, settings):
    """The stand-in for Google, which knows Ada; the site signs people in with it."""
    app = {"client_id": stand_in.CLIENT_ID, "secret": "of-the-tests", "key": ""}
    settings.GOOGLE_CLIENT_ID = app["client_id"]
    settings.DEMO_ACCOUNT = False
    settings.SOCIALACCOUNT_PROVIDERS = {
        "google": settings.SOCIALACCOUNT_PROVIDERS["google"] | {"APPS": [app]}
    }
    _google_process.forget()
    _google_process.knows("ada", email="Ada@Example.com", name="Ada L", picture=PICTURE)
    return _google_process


PICTURE = "https://lh3.googleusercontent.com/a/ada"


class Browser(requests.Session):
    """A person's browser on this site: cookies, CSRF tokens, and no redirect followed unasked."""

    def __init__(self, site: str) -> None:
        super().__init__()
        self.site = site
        self.trust_env = False

    def request(self, method, url, *, follow=False, **options):
        options |= {"timeout": 20, "allow_redirects": follow}
        return super().request(method, url if "://" in url else self.site + url, **options)

    def submit(self, path: str, **fields):
        """Post the form of the sign-in page to ``path``."""
        if "csrftoken" not in self.cookies:
            self.get("/accounts/login/")
        token = {"csrfmiddlewaretoken": self.cookies["csrftoken"]}
        return self.post(path, data=fields | token)

    def to_google(self, **fields) -> str:
        """Press the button; the address at Google that the site leads to."""
        response = self.submit("/accounts/google/login/", **fields)
        assert response.status_code == 302, response.text
        return response.headers["Location"]

    def consent(self, address: str, *, sub: str = "ada", **fields) -> str:
        """Agree at Google; the address back at the site that Google leads to."""
        response = self.post(address, data={"sub": sub} | fields)
        assert response.status_code == 302, response.text
        return response.headers["Location"]

    def sign_in(self, *, sub: str = "ada", **fields):
        """The whole way through Google; what the site answers at its end."""
        return self.get(self.consent(self.to_google(**fields), sub=sub))


@pytest.fixture
def visitors(live_server):
    """Makes browsers that visit a site which runs for this test."""
    entered = []

    def enter() -> Browser:
        entered.append(Browser(live_server.url))
        return entered[-1]

    yield enter
    for visitor in entered:
        visitor.close()


@pytest.fixture
def visitor(visitors):
    """One browser, in which nobody is signed in."""
    return visitors()


@pytest.fixture
def stranger(db):
    """Somebody's browser without the network: nobody is signed in."""
    return Client()
