"""A Redis that is killed, absent, silent, full, or forgets everything."""

import signal

from tests.faults import submission
from tests.faults.plant import all_is_well

# What a worker, for which nobody waits, gives its broker. The command measures the seconds.
PATIENCE_OF_WORKERS_S = 5


def test_whatever_ails_redis_a_submission_is_answered_and_made(plant):
    slowest = submission.measure(plant)
    assert set(slowest) == {"works", "down", "silent", "full", "swallowed"}
    assert max(slowest.values()) < PATIENCE_OF_WORKERS_S
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)


def test_killed_and_started_again_empty(plant):
    long, person = plant.submit_endless(), plant.person()
    for _ in range(4):
        plant.submit(person=person)
    plant.broker.stop(signal.SIGKILL)
    plant.submit()
    plant.broker.start()
    plant.wait_for_progress(long)
    assert plant.job(long).attempt == 2
    plant.cancel(long)
    # The same workers as before take what was there, and new work.
    plant.submit()
    assert plant.wait_for_end() == {"completed", "cancelled"}
    all_is_well(plant)


def test_away_until_the_track_is_ready(plant):
    """The acknowledgement of a finished job goes nowhere."""
    with plant.proxy.holding("PUT", "/tracks/tracks/") as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        plant.broker.stop(signal.SIGKILL)
        held.release()
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
    assert plant.wait_for_end() == {"completed"}
    assert all(process.is_up for process in plant.processes.values())
    all_is_well(plant)


def test_a_replica_for_a_while(plant):
    """As after a failover: it answers, and takes nothing and gives nothing away."""
    with plant.proxy.holding("PUT", "/tracks/tracks/") as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        with plant.broker_client() as client:
            client.replicaof("127.0.0.1", "1")
            try:
                held.release()
                assert plant.wait_for_end() == {"completed"}
                plant.submit()
                for name in ("speech", "worker"):
                    log = plant.processes[name].log_file
                    plant.wait_until(lambda: "read only" in log.read_text(), "it to say so")  # noqa: B023
            finally:
                client.replicaof("NO", "ONE")
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).attempt == 2
    assert all(process.is_up for process in plant.processes.values())
    all_is_well(plant)
