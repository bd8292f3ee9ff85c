"""On a machine with nothing on it the Procfile's lines start, run and end as a platform asks."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis as redis_client
import requests

from tests import services
from tests.entrain.test_settings import PRODUCTION
from tests.faults.processes import PROCFILE
from tests.real.site import PATIENCE_SECONDS, ROOT


@dataclass
class Line:
    """A line of the Procfile that runs in a shell, and what it prints."""

    process: subprocess.Popen
    log: Path

    def wait_until(self, true, what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not true():
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            time.sleep(0.1)


@pytest.fixture
def line(tmp_path):
    """Runs a line of the Procfile in production until the block ends."""

    @contextmanager
    def run(name: str, **environment: str):
        clean = services.clean_environment(tmp_path / "data", **PRODUCTION | environment)
        clean["PATH"] = f"{Path(sys.executable).parent}:{clean['PATH']}"
        log = tmp_path / f"{name}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                ["sh", "-c", PROCFILE[name]],
                cwd=ROOT, env=clean, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        try:
            yield Line(process, log)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)

    return run


def test_the_web_shows_its_pages_with_all_that_belongs_to_them(line):
    port = services.free_port()
    url, proxied = f"http://127.0.0.1:{port}", {"X-Forwarded-Proto": "https"}
    proxied["Host"] = PRODUCTION["SITE_URL"].removeprefix("https://")
    with line("web", PORT=str(port), WEB_CONCURRENCY="1") as web:
        web.wait_until(lambda: services.answers(port), "the site")
        page = requests.get(f"{url}/offline/", headers=proxied)
        assert page.status_code == 200
        [style, *_] = re.findall(r'href="(/static/css/[^"]+)"', page.text)
        assert requests.get(url + style, headers=proxied).status_code == 200
        # The shell has made room for it: it hears itself that it is to end.
        web.process.terminate()
        assert web.process.wait(timeout=30) == 0


def test_the_scheduler_sends_what_is_due(line):
    with (
        services.redis() as broker,
        redis_client.Redis.from_url(broker) as queues,
        line("beat", REDIS_URL=broker, JOB_SWEEP_SECONDS="1") as beat,
    ):
        beat.wait_until(lambda: queues.llen("housekeeping"), "a message")
