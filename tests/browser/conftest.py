"""Debian's Chromium, and a site to visit with it."""

import sqlite3
from contextlib import closing

import pytest

from accounts.demo import DEMO_EMAIL
from tests.browser.lived_in import lived_in
from tests.real.site import running_site
from tests.real_parts import program


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Chromium as installed, without its calls home."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return browser_type_launch_args | {
        "executable_path": program("chromium", "chromium-browser", "google-chrome"),
        "args": ["--no-sandbox", "--no-first-run", "--disable-gpu", *quiet],
    }


@pytest.fixture(scope="session")
def _site(tmp_path_factory):
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


# Whoever was there keeps what is theirs; what is still being made for them is not waited for.
BEGIN_ANEW = f"""
    UPDATE accounts_user SET email = 'before-' || id WHERE email = '{DEMO_EMAIL}';
    UPDATE jobs_job SET state = 'cancelled' WHERE state IN ('pending', 'processing');
    UPDATE jobs_report SET due_at = NULL;
"""


def _with_nobody_yet(site):
    """The site, on which the next to sign in is new."""
    with closing(sqlite3.connect(site.data_dir / "entrain.sqlite3", timeout=20)) as database:
        database.executescript(BEGIN_ANEW)
    return site


@pytest.fixture(scope="module")
def site(_site):
    """Entrain on its embedded parts; the demo account is this module's own."""
    return _with_nobody_yet(_site)


@pytest.fixture(scope="session")
def place(_site):
    """A site on which somebody has been; tests look at it and change nothing."""
    return lived_in(_with_nobody_yet(_site))


@pytest.fixture
def complaints(page):
    """What the browser's console complained of, policy violations included."""
    found = []
    page.on("console", lambda m: m.type in ("error", "warning") and found.append(m.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
