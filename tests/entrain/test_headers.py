"""What every answer carries: the policy for the browser, and no more bytes than it needs."""

import gzip

import pytest
from django.test import Client

POLICY = "Content-Security-Policy"
PAGES = ["/", "/accounts/login/", "/nowhere/", "/admin/login/", "/robots.txt"]


@pytest.mark.parametrize("path", PAGES)
def test_the_browser_is_told_what_a_page_may_do(client, path):
    client.logout()
    headers = client.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers[POLICY].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers[POLICY]
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/robots.txt", "/jobs/", "/accounts/"])
def test_who_asks_for_the_headers_alone_gets_those_of_the_page(client, path):
    for browser in (client, Client()):
        page, headers = browser.get(path), browser.head(path)
        assert (headers.status_code, headers.content) == (page.status_code, b"")
        assert headers.headers["Content-Type"] == page.headers["Content-Type"]


def test_pages_are_compressed(client):
    client.logout()
    response = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(response.content)


def test_search_engines_may_list_the_front_page_and_find_the_sign_in_before_the_rest(client):
    client.logout()
    assert "Disallow: /admin/" in client.get("/robots.txt").text
    assert "noindex" not in client.get("/").text
    for path in ["/studio/", "/jobs/"]:
        assert client.get(path).url.startswith("/accounts/login/")


def test_a_link_to_the_front_page_shows_a_picture(client, settings):
    client.logout()
    settings.SITE_URL = "https://entrain.example"
    page = client.get("/").text
    assert '<link rel="canonical" href="https://entrain.example/">' in page
    assert 'property="og:image" content="https://entrain.example/static/img/social.png"' in page
    assert 'name="twitter:card" content="summary_large_image"' in page


def test_browsers_find_the_icon_where_they_look(client):
    assert client.get("/favicon.ico").headers["Location"] == "/static/img/favicon.ico"
