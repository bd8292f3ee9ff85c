"""How long a submission takes with Redis as it is: `python -m tests.faults.submission`.

Starts the site's own web processes and signs in; then sends the studio's form while Redis works,
is down, accepts connections and stays silent, has no room, or is behind a network that swallows
everything. Prints the slowest answer to each, and ends with 1 when one took a second or longer.
"""

import argparse
import socket
import sys
import tempfile
import uuid
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

from tests.faults.plant import Plant
from tests.jobs.choices import CHOICES
from tests.real.site import Visitor
from tests.services import answers, free_port

GOAL_SECONDS = 1.0


@contextmanager
def visitor(plant: Plant, *, credits: int = 20, **environment: str):
    """Somebody signed in, before web processes of the plant's own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    # What the line of the Procfile does first.
    plant.manage("collectstatic", "--noinput", "--verbosity", "0")
    # Every one is to be sent at once, however many wait.
    environment |= {"PORT": str(port), "SITE_URL": url, "JOBS_UNDER_WAY_A_PERSON": "1000"}
    web = plant.start("web", **environment)
    plant.wait_until(lambda: answers(port), "the site")
    with Visitor(SimpleNamespace(url=url)) as visitor:
        visitor.sign_in()
        plant.manage("grant_credits", "demo@entrain.local", str(credits), "--reason", "tests")
        yield visitor
    assert web.is_up
    plant.end("web")


def submit(plant: Plant, visit: Visitor) -> float:
    """Send the form for a short track; gives the seconds of the slowest answer on the way."""
    choices = CHOICES | {"key": str(uuid.uuid4()), "duration_min": "1"}
    page = visit.submit("/studio/", "/studio/", **choices)
    assert "/jobs/" in page.url, page.text
    plant.jobs.append(page.url.rstrip("/").rsplit("/", 1)[1])
    return max(answer.elapsed.total_seconds() for answer in [*page.history, page])


# --- what ails Redis -----------------------------------------------------------------------------


@contextmanager
def down(plant: Plant):
    """Its port refuses connections."""
    plant.broker.stop()
    try:
        yield
    finally:
        plant.broker.start()


@contextmanager
def silent(plant: Plant):
    """It accepts connections and never answers."""
    plant.broker.pause()
    try:
        yield
    finally:
        plant.broker.resume()


@contextmanager
def full(plant: Plant):
    """It takes nothing more."""
    with plant.broker_client() as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1mb")
        try:
            yield
        finally:
            client.config_set("maxmemory", "0")


AILMENTS = [down, silent, full]


@contextmanager
def black_hole():
    """A port where no connection is ever made, as behind a network that swallows everything."""
    with closing(socket.socket()) as listener, ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        # Nobody accepts these; once there is no room for more, the next ones get no answer.
        for _ in range(4):
            filler = stack.enter_context(closing(socket.socket()))
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def measure(plant: Plant, *, times: int = 1) -> dict[str, float]:
    """The slowest answer, in seconds, by the state of Redis."""
    slowest = {}
    with visitor(plant, credits=times * (len(AILMENTS) + 1) + 1) as visit:
        submit(plant, visit)  # pays for what processes do that have just begun
        slowest["works"] = max(submit(plant, visit) for _ in range(times))
        for ail in AILMENTS:
            with ail(plant):
                slowest[ail.__name__] = max(submit(plant, visit) for _ in range(times))
    with black_hole() as url, visitor(plant, credits=times + 1, REDIS_URL=url) as visit:
        submit(plant, visit)
        slowest["swallowed"] = max(submit(plant, visit) for _ in range(times))
    return slowest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=10, help="submissions in each state")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="entrain-submission-") as folder, ExitStack() as stack:
        plant = Plant(Path(folder), stack)
        slowest = measure(plant, times=options.times)
        for state, seconds in slowest.items():
            print(f"Redis {state}: answered within {seconds:.2f} s")
        plant.start_missing()
        ended = plant.wait_for_end(seconds=600)
    print(f"{len(plant.jobs)} submitted, all of them then {' and '.join(ended)}")
    return 0 if max(slowest.values()) < GOAL_SECONDS and ended == {"completed"} else 1


if __name__ == "__main__":
    sys.exit(main())
