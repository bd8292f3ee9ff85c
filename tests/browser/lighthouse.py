"""How Lighthouse judges the pages on a phone: ``python -m tests.browser.lighthouse``.

Needs Chromium and ``npm install --prefix .ci/lighthouse``. Ends with 1 when a page misses its mark.
Performance is a measurement of this machine at this moment: it is always shown, and only held
against its mark with ``--strict``, on a machine that does nothing else.
"""

import argparse
import json
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.lived_in import make_track
from tests.real.site import ROOT, Visitor, running_site
from tests.real_parts import program
from tests.services import free_port

MARKS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
MEASURED = {"performance"}

# Now and then Chromium leaves out of its trace when the page began to load, or that it was painted;
# Lighthouse then gives no report at all and asks to be run again.
TRIES = 3
BINARIES = ROOT / ".ci/lighthouse/node_modules/.bin"


def main() -> int:
    """Judge the front page, the studio, a finished track and the library; print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="hold performance to its mark")
    strict = parser.parse_args().strict
    missed = []
    with TemporaryDirectory() as folder, running_site(Path(folder)) as site:
        visitor = Visitor(site)
        visitor.sign_in()
        pages = {"front": "/", "studio": "/studio/", "library": "/jobs/"}
        pages["track"] = make_track(visitor)
        print(f"{'page':10}" + "".join(f"{category:>16}" for category in MARKS))
        for name, path in pages.items():
            cookies = {} if name == "front" else visitor.cookies.get_dict()
            report = _judged(site.url + path, cookies, Path(folder))
            scores = {key: round(report["categories"][key]["score"] * 100) for key in MARKS}
            print(f"{name:10}" + "".join(f"{score:16}" for score in scores.values()), flush=True)
            for category, mark in MARKS.items():
                if scores[category] < mark and (strict or category not in MEASURED):
                    missed += [f"{name}: {told}" for told in _losses(report, category)]
    print(*missed, sep="\n")
    return 1 if missed else 0


def _judged(url: str, cookies: dict[str, str], folder: Path) -> dict:
    """Lighthouse's report on one page, as a phone with these cookies would load it."""
    report = folder / "report.json"
    for _ in range(TRIES):
        report.unlink(missing_ok=True)
        ended = _run(url, cookies, folder, report)
        if ended.returncode == 0:
            return json.loads(report.read_text())
        print(f"{url}: Lighthouse ended with {ended.returncode}", file=sys.stderr, flush=True)
    sys.exit(f"{url}: Lighthouse gave no report in {TRIES} tries")


def _run(
    url: str, cookies: dict[str, str], folder: Path, report: Path
) -> subprocess.CompletedProcess:
    port = free_port()
    command = [program("lighthouse", folder=str(BINARIES)), url, "--quiet", "--output=json"]
    command += [f"--output-path={report}", f"--only-categories={','.join(MARKS)}", f"--port={port}"]
    with _chromium(folder, port) as browser:
        browser.add_cookies([{"name": n, "value": v, "url": url} for n, v in cookies.items()])
        return subprocess.run(command, timeout=180)


@contextmanager
def _chromium(folder: Path, port: int):
    """A browser that Lighthouse can use, and that has cookies of its own.

    Given as a header instead, they would not be in what goes through the service worker.
    """
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with TemporaryDirectory(dir=folder) as profile, sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program("chromium", "chromium-browser", "google-chrome"),
            args=["--no-sandbox", "--no-first-run", *quiet, f"--remote-debugging-port={port}"],
        )
        with closing(browser):
            yield browser


def _losses(report: dict, category: str) -> list[str]:
    """What cost points in ``category``."""
    audits = report["audits"]
    return [
        f"{category}: {audits[item['id']]['title']} {audits[item['id']].get('displayValue', '')}"
        for item in report["categories"][category]["auditRefs"]
        if item["weight"] and audits[item["id"]]["score"] not in (None, 1)
    ]


if __name__ == "__main__":
    sys.exit(main())
