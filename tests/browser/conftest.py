"""Debian's Chromium, and a site to visit with it."""

import pytest

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


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Entrain on its embedded parts."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """A site on which somebody has been; tests look at it and change nothing."""
    with running_site(tmp_path_factory.mktemp("place")) as site:
        yield lived_in(site)


@pytest.fixture
def complaints(page):
    """What the browser's console complained of, policy violations included."""
    found = []
    page.on("console", lambda m: m.type in ("error", "warning") and found.append(m.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
