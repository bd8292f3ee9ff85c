"""Workers that die, stop or freeze at every stage of a job."""

import os
import signal

import pytest

from tests.faults.plant import ENDLESS_S, all_is_well
from tests.faults.processes import Process

HOWS = pytest.mark.parametrize("kill", [Process.kill_pool, Process.kill])


def another_attempt_makes_it(plant, pk):
    """After the speaking and the attempt that was killed, the next one ends well."""
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    row = plant.job(pk)
    assert (row.attempt, row.tries) == (3, 2)
    all_is_well(plant)


@HOWS
@pytest.mark.parametrize(
    ("worker", "method", "path"),
    [("speech", "HEAD", "clips/"), ("worker", "PUT", "/tracks/tracks/")],
    ids=["speaking", "uploading"],
)
def test_killed_while_it_waits_for_the_storage(plant, kill, worker, method, path):
    with plant.proxy.holding(method, path) as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, path)
        kill(plant.processes[worker])
    another_attempt_makes_it(plant, pk)


@HOWS
def test_killed_while_mixing(plant, kill):
    pk = plant.submit_endless()
    kill(plant.processes["worker"])
    another_attempt_makes_it(plant, pk)


def killed_between_upload_and_commit(plant, kill, *, tries):
    """Submit a job to whose worker this happens, in its try of this number."""
    with plant.proxy.holding("PUT", "/tracks/tracks/", passed_on=True) as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        plant.rows("UPDATE jobs_job SET tries = %s WHERE id = %s RETURNING id", tries, pk)
        with plant.locked(pk):
            held.release()
            plant.wait_until(plant.writers_waiting, "the final commit")
            assert plant.objects(pk)
            kill(plant.processes["worker"])
    return pk


@HOWS
def test_killed_between_upload_and_commit(plant, kill):
    another_attempt_makes_it(plant, killed_between_upload_and_commit(plant, kill, tries=1))


@HOWS
def test_killed_between_upload_and_commit_of_the_last_attempt(plant, kill):
    """What was stored goes again, and the credit comes back."""
    killed_between_upload_and_commit(plant, kill, tries=3)
    plant.start_missing()
    assert plant.wait_for_end() == {"failed"}
    all_is_well(plant)


@HOWS
def test_killed_between_commit_and_acknowledgement(plant, kill):
    """What its message leads to then is nothing."""
    with plant.proxy.holding("PUT", "/tracks/tracks/") as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        plant.broker.pause()
        held.release()
        assert plant.wait_for_end() == {"completed"}
    kill(plant.processes["worker"])
    plant.broker.resume()
    plant.start_missing()
    # What a broker does with a message that nobody acknowledged, only sooner.
    plant.ask(f"tasks.render_job.delay('{pk}') and None")
    plant.wait_until(lambda: not plant.broker_queue("render"), "the message to be taken")
    all_is_well(plant)
    assert plant.job(pk).attempt == 2


def test_killed_while_the_workers_that_speak_stand_still(plant):
    """Whoever is left sweeps."""
    pk = plant.submit_endless()
    plant.processes["speech"].send_all(signal.SIGSTOP)
    plant.processes["worker"].kill()
    plant.start("worker")
    plant.wait_until(lambda: plant.job(pk).state == "completed", "another attempt to make it")
    plant.end("speech")
    plant.start_missing()
    all_is_well(plant)


def test_only_the_main_process_is_killed(plant):
    """What its pool was at is finished by it or by another, and no process is left over."""
    plant.submit_endless()
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
def test_sigterm_hands_the_job_back_and_another_takes_it(plant, whom):
    """The job costs no attempt, is waited for by no sweeper, and the worker ends by itself."""
    worker = plant.processes["worker"]
    pk = plant.submit_endless()
    plant.start("worker", label="second")
    plant.wait_until(lambda: "ready" in plant.processes["second"].log, "the second worker")
    plant.end("beat")
    (worker.send if whom == "main" else worker.send_all)(signal.SIGTERM)
    plant.wait_until(lambda: plant.job(pk).state == "completed", "the second to make it")
    assert plant.job(pk).tries == 1
    assert worker.popen.wait(timeout=60) == 0
    all_is_well(plant)


def test_sigterm_while_uploading(plant):
    worker = plant.processes["worker"]
    with plant.proxy.holding("PUT", "/tracks/tracks/") as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        worker.send_all(signal.SIGTERM)
        plant.wait_until(lambda: plant.job(pk).state == "pending", "it to be handed back")
    worker.popen.wait(timeout=60)
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).tries == 1
    all_is_well(plant)


@pytest.mark.parametrize("stage", ["render", "upload"])
def test_a_worker_frozen_for_longer_than_its_lease_changes_nothing(plant, stage):
    frozen = plant.processes["worker"]
    with plant.proxy.holding("PUT", "/2.flac") as held:
        if stage == "render":
            pk = plant.submit_endless()
        else:
            pk = plant.submit()
            plant.wait_until(held.arrived.is_set, "the upload")
        frozen.send_all(signal.SIGSTOP)
        plant.start("worker", label="second")
        assert plant.wait_for_end() == {"completed"}
    before = plant.job(pk)
    assert (before.attempt, before.tries) == (3, 2)
    frozen.send_all(signal.SIGCONT)
    # Its own word that it works again.
    plant.end("second")
    other = plant.submit()
    assert plant.wait_for_end(other) == {"completed"}
    assert plant.job(pk) == before
    all_is_well(plant)


@HOWS
def test_a_job_that_is_killed_each_time_fails_after_three_attempts(plant, kill):
    pk = plant.submit(seconds=ENDLESS_S)
    for attempt in (2, 3, 4):
        plant.wait_for_attempt(pk, attempt)
        kill(plant.processes["worker"])
        plant.start_missing()
    assert plant.wait_for_end() == {"failed"}
    row = plant.job(pk)
    assert (row.attempt, row.tries) == (4, 3)
    assert "wrong on our side" in row.message
    all_is_well(plant)
