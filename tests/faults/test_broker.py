"""A Redis that is killed, absent, silent, full, or forgets everything."""

import signal
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from tests.faults.plant import LONG_S, all_is_well
from tests.jobs.choices import CHOICES
from tests.real.site import Visitor
from tests.services import answers, free_port

pytestmark = pytest.mark.xdist_group("faults of servers")


@contextmanager
def visitor(plant):
    """Somebody signed in, before the plant's own web processes."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    # What is left to do before a release.
    plant.manage("collectstatic", "--noinput", "--verbosity", "0")
    web = plant.start("web", PORT=str(port), SITE_URL=url)
    plant.wait_until(lambda: answers(port), "the site")
    with Visitor(SimpleNamespace(url=url)) as visitor:
        visitor.sign_in()
        plant.manage("grant_credits", "demo@entrain.local", "5", "--reason", "tests")
        yield visitor
    assert web.is_up


def test_a_submission_without_redis_is_answered_within_a_second(plant):
    with visitor(plant) as visit:
        visit.see("/studio/")
        plant.broker.stop()
        short = CHOICES | {"key": "", "duration_min": "1"}
        page = visit.submit("/studio/", "/studio/", **short)
        plant.broker.start()
        assert "/jobs/" in page.url
        assert max(answer.elapsed.total_seconds() for answer in [*page.history, page]) < 1
        plant.jobs.append(page.url.rstrip("/").rsplit("/", 1)[1])
        assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)


def test_killed_and_started_again_empty(plant):
    long = plant.submit(seconds=LONG_S)
    plant.wait_for_stage(long, "render")
    person = plant.person()
    for _ in range(4):
        plant.submit(person=person)
    plant.broker.stop(signal.SIGKILL)
    plant.submit()
    plant.broker.start()
    assert plant.wait_for_end() == {"completed"}
    # The same workers as before take new work.
    plant.submit()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)


def test_away_until_the_track_is_ready(plant):
    """The acknowledgement of a finished job goes nowhere."""
    pk = plant.submit(seconds=LONG_S)
    plant.wait_for_stage(pk, "render")
    plant.broker.stop(signal.SIGKILL)
    assert plant.wait_for_end() == {"completed"}
    plant.broker.start()
    plant.submit()
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).attempt == 2
    all_is_well(plant)


def test_full(plant):
    with plant.broker_client() as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1mb")
        try:
            for _ in range(3):
                plant.submit()
            plant.wait_until(
                lambda: all(plant.job(pk).state == "pending" for pk in plant.jobs), "them to wait"
            )
            plant.wait_until(lambda: "maxmemory" in plant.log(), "somebody to say so")
        finally:
            client.config_set("maxmemory", "0")
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)
