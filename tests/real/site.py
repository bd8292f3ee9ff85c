"""Entrain as a person runs it, `manage.py up`, and a visitor who uses it over HTTP."""

import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.services import clean_environment, free_port

ROOT = Path(__file__).resolve().parents[2]
# Longer than a busy machine takes for anything; nobody waits for so long but for a fault.
PATIENCE_SECONDS = 180


class Site:
    """A running `manage.py up`; ``url`` is where it serves."""

    def __init__(self, data_dir: Path, environment: dict[str, str]) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = clean_environment(data_dir, **environment)
        self.log_file = data_dir / "up.log"
        self._starts = 0
        self.start()

    def start(self) -> None:
        """Run it, also again after :meth:`stop`; it serves after :meth:`wait_until_running`."""
        self._starts += 1
        with self.log_file.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        """Everything it printed so far."""
        return self.log_file.read_text()

    def wait_until(self, true, what: str):
        """Wait for ``true()`` to hold; the log is shown when it never does."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (result := true()):
            assert time.monotonic() < deadline, f"waited in vain for {what}:\n{self.log}"
            time.sleep(0.1)
        return result

    def wait_until_running(self):
        """Wait for the line that says the site is there."""

        def running() -> bool:
            assert self.process.poll() is None, f"it ended:\n{self.log}"
            return f"Entrain is running: {self.url}" in self.log

        self.wait_until(running, "the URL")

    def manage(self, *command: str) -> str:
        """Run another management command beside the site."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    def children(self) -> list[int]:
        """Process ids of everything it started and that still runs."""
        return descendants(self.process.pid)

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Ask it to end, and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=30)


def descendants(pid: int) -> list[int]:
    """Children of ``pid``, and theirs."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *descendants(int(child))]
    return found


@contextmanager
def running_site(data_dir: Path, **environment: str):
    """A site that serves until the block ends."""
    site = Site(data_dir, environment)
    try:
        site.wait_until_running()
        yield site
    finally:
        site.stop()


class Visitor(requests.Session):
    """A browser without JavaScript: keeps cookies, sends the CSRF token of the page it is on."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site

    def see(self, path: str, status: int = 200) -> str:
        """The page at ``path``."""
        response = self.get(self.site.url + path)
        assert response.status_code == status, (path, response.status_code, self.site.log[-3000:])
        return response.text

    def submit(self, page: str, action: str, **fields: str) -> requests.Response:
        """Fill in a form of ``page`` and send it to ``action``."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.see(page))[1]
        return self.post(self.site.url + action, data={"csrfmiddlewaretoken": token, **fields})

    def sign_in(self) -> None:
        """Become the demo account."""
        response = self.submit("/accounts/login/", "/accounts/demo/")
        assert response.url == f"{self.site.url}/studio/"

    def wait_for_track(self, job_url: str) -> bytes:
        """Watch the job's page until there is a player, then download the track."""

        def ended():
            status = self.get(f"{job_url}status/")
            return status if status.status_code == 286 else None

        page = self.site.wait_until(ended, "the track").text
        assert "<audio" in page, page
        return self.get(f"{job_url}download/").content
