"""A database that goes away at the worst moments."""

import signal

import psycopg
import pytest

from tests import standins
from tests.faults.plant import all_is_well


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restart", "crash"])
def test_restarted_while_mixing(plant, how):
    pk = plant.submit_endless()
    plant.database.stop(how)
    plant.database.start()
    plant.wait_for_progress(pk)
    assert plant.job(pk).attempt == 2
    plant.cancel(pk)
    # The worker is the same, and free.
    plant.submit()
    assert plant.wait_for_end() == {"completed", "cancelled"}
    all_is_well(plant)


def test_down_at_the_final_commit(plant):
    with plant.proxy.holding("PUT", "/tracks/tracks/", passed_on=True) as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        plant.database.stop(signal.SIGQUIT)
        held.release()
        log = plant.processes["worker"]
        plant.wait_until(lambda: "away" in log.log, "the worker to meet it", seconds=10)
    plant.database.start()
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).attempt == 2
    all_is_well(plant)


def test_down_at_the_final_commit_for_longer_than_the_lease(plant):
    with plant.proxy.holding("PUT", "/tracks/tracks/", passed_on=True) as held:
        plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        plant.database.stop()
        held.release()
        worker = plant.processes["worker"]
        plant.wait_until(lambda: "raised unexpected" in worker.log, "the worker to give up")
    plant.database.start()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)


def test_the_answer_to_the_final_commit_is_lost(plant):
    """The worker cannot know whether its track is published; it is, and has to stay."""
    port = plant.database.port
    with standins.cable(port, b"'completed'", b"COMMIT") as cable:
        url = plant.database_url.replace(f":{port}/", f":{cable.port}/")
        plant.processes["worker"].kill()
        plant.start("worker", label="wired", DATABASE_URL=url)
        pk = plant.submit()
        plant.wait_until(cable.broke.is_set, "the connection to break")
        assert plant.wait_for_end() == {"completed"}
        # It is done with that job when it takes the next.
        plant.submit()
        assert plant.wait_for_end() == {"completed"}
        all_is_well(plant)
        assert plant.job(pk).attempt == 2
        plant.end("wired")


def test_restarted_with_jobs_waiting(plant):
    for label in ("speech", "worker"):
        plant.end(label)
    for _ in range(5):
        plant.submit()
    plant.database.stop(signal.SIGQUIT)
    plant.start_missing()
    with pytest.raises(psycopg.OperationalError):
        plant.rows("SELECT 1")
    plant.wait_until(lambda: not plant.broker_queue("speech"), "every message to be taken in vain")
    plant.database.start()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)
