"""Finished tracks of the demo account, made by the running site itself."""

import re

from tests.real.site import Site, Visitor

# Submits one track of a minute a title, as the studio's form would after several clicks.
SUBMIT = """
from accounts import ledger
from accounts.demo import demo_user
from audio import TrackSpec
from jobs.lifecycle import submit_job

user = demo_user()
ledger.adjust(user, len({titles}), reason="for the tests")
for title in {titles}:
    spec = TrackSpec.parse({{
        "title": title, "duration_s": 60,
        "beats": [{{"kind": "binaural", "beat_hz": [[0, 9, "smooth"], [30, 6]]}}],
        "phases": [{{"name": "Settle", "start_s": 0}}, {{"name": "Hold", "start_s": 30}}],
        "beds": [{{"kind": "noise", "colour": "pink"}}],
        "speech": {{"lines": ["I am calm"], "voice": "espeak:en-us+f3", "repetitions": 2}},
    }})
    print("job", submit_job(user, spec, key=title).pk)
"""


def make_tracks(site: Site, *titles: str) -> list[str]:
    """Have tracks made, with all that belongs beside them; gives their paths."""
    visitor = Visitor(site)
    visitor.sign_in()
    said = site.manage("shell", "--verbosity", "0", "-c", SUBMIT.format(titles=titles))
    paths = [f"/jobs/{pk}/" for pk in re.findall(r"job ([0-9a-f-]{36})", said)]
    for path in paths:
        visitor.wait_for_track(site.url + path)
        site.wait_until(
            lambda path=path: visitor.get(f"{site.url}{path}extras/").status_code == 200,
            "what belongs beside the track",
        )
    return paths


def sign_in(page, site: Site) -> None:
    """Become the demo account."""
    page.goto(f"{site.url}/accounts/login/")
    page.get_by_role("button", name=re.compile("demo", re.I)).click()
    page.wait_for_url("**/studio/")
