"""A site on which somebody has been, and every page of it."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.jobs.choices import CHOICES
from tests.real.site import Site, Visitor

DEMO = "demo@entrain.local"
SIGNED_OUT = ["/", "/accounts/login/", "/nowhere/"]


class Place(NamedTuple):
    """Where the site is, who one is there, and the pages where there is something to see."""

    url: str
    cookies: list[dict]
    paths: list[str]


def lived_in(site: Site) -> Place:
    """Sign in, have a track made and share it; give the pages that are there then."""
    visitor = Visitor(site)
    visitor.sign_in()
    track = make_track(visitor)
    extras = f"{site.url}{track}extras/"
    site.wait_until(lambda: visitor.get(extras).status_code == 200, "what belongs beside the track")
    visitor.submit(track, f"{track}share/")
    shared = re.search(r"/listen/[\w-]+/", visitor.see(track))[0]
    site.manage("grant_credits", DEMO, "2", "--reason", "to try things")
    cookies = [
        {"name": name, "value": value, "url": site.url}
        for name, value in visitor.cookies.get_dict().items()
    ]
    pages = ["/studio/", f"{track}like/", "/jobs/", track, f"{track}delete/", shared]
    pages += ["/accounts/", "/accounts/credits/", "/accounts/logout/", "/jobs/nowhere/"]
    pages += ["/offline/"]
    return Place(site.url, cookies, pages)


def make_track(visitor: Visitor, **changes: str) -> str:
    """Have a short track made, and give the path of its page."""
    sent = CHOICES | {"duration_min": "1"} | changes
    answer = visitor.submit("/studio/", "/studio/", **sent)
    visitor.wait_for_track(answer.url)
    return urlsplit(answer.url).path
