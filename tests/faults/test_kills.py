"""Workers that die, stop or freeze at every stage of a job."""

import os
import signal

import pytest

from tests.faults.plant import LONG_S, all_is_well

pytestmark = pytest.mark.xdist_group("faults of workers")


def kill_child(worker):
    """kill -9 of the pool's process, as the kernel does when memory is short."""
    for pid in worker.children:
        os.kill(pid, signal.SIGKILL)


def kill_worker(worker):
    """kill -9 of the main process and its pool."""
    worker.kill()


HOWS = pytest.mark.parametrize("kill", [kill_child, kill_worker])


@HOWS
def test_killed_while_speaking(plant, kill):
    with plant.proxy.holding("HEAD", "clips/") as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the clip store to be asked")
        kill(plant.processes["speech"])
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).attempt == 3
    all_is_well(plant)


@HOWS
def test_killed_while_mixing(plant, kill):
    pk = plant.submit(seconds=LONG_S)
    plant.wait_until(lambda: plant.job(pk).progress > 0.45, "some progress")
    kill(plant.processes["worker"])
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).attempt == 3
    all_is_well(plant)


@HOWS
def test_killed_while_uploading(plant, kill):
    with plant.proxy.holding("PUT", "/tracks/tracks/") as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        kill(plant.processes["worker"])
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).attempt == 3
    all_is_well(plant)


@HOWS
def test_killed_between_upload_and_commit(plant, kill):
    with plant.proxy.holding("PUT", "/tracks/tracks/", passed_on=True) as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        with plant.locked(pk):
            held.release()
            plant.wait_until(plant.writers_waiting, "the final commit")
            assert plant.objects(pk)
            kill(plant.processes["worker"])
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).attempt == 3
    all_is_well(plant)


def test_killed_between_commit_and_acknowledgement(plant):
    pk = plant.submit(seconds=300)
    plant.wait_for_stage(pk, "render")
    plant.broker.pause()
    assert plant.wait_for_end() == {"completed"}
    plant.processes["worker"].kill()
    plant.broker.resume()
    with plant.broker_client() as client:
        assert client.hlen("unacked")
    plant.start_missing()
    # What a broker does with a message that nobody acknowledged, only sooner.
    plant.ask(f"tasks.render_job.delay('{pk}') and None")
    plant.wait_until(lambda: not plant.broker_queue("render"), "the message to be taken")
    all_is_well(plant)
    assert plant.job(pk).attempt == 2


def test_only_the_main_process_is_killed(plant):
    """What its pool was at is finished by it or by another, and no process is left over."""
    pk = plant.submit(seconds=LONG_S)
    plant.wait_until(lambda: plant.job(pk).progress > 0.45, "some progress")
    worker = plant.processes["worker"]
    orphans = worker.children
    worker.send(signal.SIGKILL)
    worker.popen.wait()
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)
    plant.wait_until(lambda: not any(map(_is_alive, orphans)), "its pool to end")


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("whom", ["main", "everybody"])
def test_sigterm_hands_the_job_back_and_another_takes_it_at_once(plant, whom):
    worker = plant.processes["worker"]
    pk = plant.submit(seconds=LONG_S)
    plant.wait_until(lambda: plant.job(pk).progress > 0.45, "some progress")
    plant.start("worker", label="second")
    plant.wait_until(lambda: "ready" in plant.processes["second"].log, "the second worker")
    assert plant.job(pk).attempt == 2
    (worker.send if whom == "main" else worker.send_all)(signal.SIGTERM)
    plant.wait_until(lambda: plant.job(pk).attempt == 3, "the second to take it")
    # Were it the lease that ran out, the first attempt would count.
    assert plant.job(pk).tries == 1
    worker.popen.wait(timeout=30)
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)


def test_sigterm_while_uploading(plant):
    worker = plant.processes["worker"]
    with plant.proxy.holding("PUT", "/tracks/tracks/") as held:
        pk = plant.submit(seconds=LONG_S)
        plant.wait_until(held.arrived.is_set, "the upload")
        worker.send_all(signal.SIGTERM)
        plant.wait_until(lambda: plant.job(pk).state == "pending", "it to be handed back")
    worker.popen.wait(timeout=30)
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).tries == 1
    all_is_well(plant)


@pytest.mark.parametrize("stage", ["render", "upload"])
def test_a_worker_frozen_for_longer_than_its_lease_changes_nothing(plant, stage):
    frozen = plant.processes["worker"]
    with plant.proxy.holding("PUT", "/2.flac") as held:
        pk = plant.submit(seconds=LONG_S if stage == "render" else 60)
        if stage == "render":
            plant.wait_until(lambda: plant.job(pk).progress > 0.45, "some progress")
            held.release()
        else:
            plant.wait_until(held.arrived.is_set, "the upload")
        frozen.send_all(signal.SIGSTOP)
        plant.start("worker", label="second")
        assert plant.wait_for_end() == {"completed"}
    before = plant.job(pk)
    assert before.attempt == 3
    frozen.send_all(signal.SIGCONT)
    plant.wait_until(
        lambda: f"job {pk} attempt 2 stopped" in frozen.log or plant.is_quiet(), "it to notice"
    )
    # Its own word that it works again.
    other = plant.submit()
    plant.end("second")
    plant.wait_for_end(other)
    assert plant.job(pk) == before
    all_is_well(plant)


def test_a_job_that_kills_its_worker_each_time_fails_with_the_credit_back(plant):
    pk = plant.submit(seconds=LONG_S)
    for attempt in (2, 3, 4):
        plant.wait_until(
            lambda: (row := plant.job(pk)).attempt == attempt and row.stage == "render",  # noqa: B023
            f"attempt {attempt}",
        )
        kill_child(plant.processes["worker"])
    assert plant.wait_for_end() == {"failed"}
    assert plant.job(pk).attempt == 4
    assert "wrong on our side" in plant.job(pk).message
    all_is_well(plant)
