"""Too long, too much memory, a wrong clock, a spec from the future, two of what should be one."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.faults.plant import ENDLESS_S, all_is_well
from tests.real_parts import program


@pytest.fixture
def replace(plant):
    """Put another worker in the place of one of the plant's, until the test ends."""
    names = []

    def replace(name, **how):
        plant.end(name)
        names.append(name)
        return plant.start(name, **how)

    yield replace
    for name in names:
        plant.end(name)


def faketime_library() -> Path:
    """Where the package `faketime` keeps what it is loaded by."""
    program("faketime")
    return next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


# What is sent by a process with these may take two seconds, and is killed a second later.
IMPATIENT = {"JOB_BASE_SECONDS": "2", "JOB_SECONDS_A_SECOND": "0", "JOB_GRACE_SECONDS": "1"}


def test_a_step_over_its_soft_limit_is_given_up(plant):
    pk = plant.submit(seconds=ENDLESS_S)
    for _ in range(3):
        plant.wait_for_stage(pk, "render")
        attempt = plant.job(pk).attempt
        # As Celery's soft limit does.
        plant.processes["worker"].send_pool(signal.SIGUSR1)
        plant.wait_until(
            lambda: (row := plant.job(pk)).attempt > attempt or row.state == "failed",  # noqa: B023
            "it to be given up",
        )
    assert plant.wait_for_end() == {"failed"}
    assert "wrong on our side" in plant.job(pk).message
    all_is_well(plant)


def test_a_step_that_stands_still_is_over_after_three_tries(plant, replace):
    for name in ("speech", "worker"):
        replace(name, **IMPATIENT)
    # What was held would come after the job's end else, of processes that are long dead.
    with plant.proxy.holding("PUT", "/tracks/tracks/", passed_on=None):
        plant.submit()
        assert plant.wait_for_end() == {"failed"}
    all_is_well(plant)


def test_a_step_that_does_not_hear_its_soft_limit_is_killed(plant, replace):
    """It hangs where no exception reaches it; the hard limit ends it, and it counts."""
    replace("speech", **IMPATIENT)
    worker = plant.processes["worker"]
    pk = plant.submit(seconds=ENDLESS_S)
    for attempt in (2, 3, 4):
        plant.wait_for_attempt(pk, attempt)
        hanging = worker.send_pool(signal.SIGSTOP)
        plant.wait_until(lambda: not set(hanging) & set(worker.children), "its end")  # noqa: B023
    assert plant.wait_for_end() == {"failed"}
    all_is_well(plant)


def test_memory_that_never_suffices(plant, replace):
    """Enough to take the job, and not to make it."""
    worker = replace("worker")
    prlimit = program("prlimit")
    [first] = plant.wait_until(lambda: " ready." in worker.log and worker.children, "its pool")
    [pages] = re.findall(r"VmSize:\s+(\d+) kB", Path(f"/proc/{worker.pid}/status").read_text())
    limit = int(pages) * 1024 + 12 * 2**20
    subprocess.run([prlimit, f"--pid={worker.pid}", f"--as={limit}"], check=True)
    # Whoever takes the place of the one that has no such limit yet is born with it.
    os.kill(first, signal.SIGKILL)
    plant.wait_until(lambda: worker.children not in ([], [first]), "another in its pool")
    pk = plant.submit()
    assert plant.wait_for_end() == {"failed"}
    row = plant.job(pk)
    assert row.tries == 3
    assert "wrong on our side" in row.message
    assert "MemoryError" in worker.log
    all_is_well(plant)


@pytest.mark.parametrize("hours", ["+1h", "-1h"])
def test_a_worker_whose_clock_is_an_hour_off(plant, replace, hours):
    """It speaks and sweeps, and takes nothing from a worker that is at work."""
    # The words are in the store then; the offline voice does not bear a false clock.
    plant.submit()
    plant.wait_for_end()
    clock = {
        "FAKETIME": hours,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "LD_PRELOAD": str(faketime_library()),
    }
    replace("speech", **clock)
    # The other one leaves the sweeping to it.
    replace("worker", queues="render")
    pk = plant.submit_endless()
    sweeper = plant.processes["speech"]
    sweeper.forget()
    plant.wait_until(lambda: sweeper.log.count("tasks.sweep") > 10, "it to sweep")
    assert plant.job(pk).attempt == 2
    plant.cancel(pk)
    # Only its own sweeping finds this one.
    with plant.proxy.holding("HEAD", "clips/") as held:
        plant.submit()
        plant.wait_until(held.arrived.is_set, "the clip store to be asked")
        plant.processes["speech"].kill_pool()
    assert plant.wait_for_end() == {"completed", "cancelled"}
    all_is_well(plant)


def test_a_spec_of_a_newer_site_fails_with_a_sentence_when_nobody_can_read_it(plant):
    pk = plant.submit_endless()
    plant.processes["worker"].kill()
    plant.ask(f"Job.objects.filter(pk='{pk}').update(spec={{'version': 99, 'title': 'New'}})")
    plant.start_missing()
    assert plant.wait_for_end() == {"failed"}
    assert plant.job(pk).tries == 3
    all_is_well(plant)


def test_messages_of_a_newer_site_are_no_harm(plant):
    plant.end("speech")
    pk = plant.submit()
    with plant.broker_client() as client:
        client.delete("speech")
    send = "tasks.speak_job.app.send_task({!r}, [{!r}], {!r}, queue='speech') and None"
    plant.ask(send.format("jobs.tasks.speak_job", pk, {"in_colour": True}))
    plant.ask(send.format("jobs.tasks.knit_job", pk, {}))
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)


def test_sweepers_at_once_send_each_job_once(plant):
    for name in ("speech", "worker", "beat"):
        plant.end(name)
    person = [plant.person() for _ in range(5)]
    for pk in person:
        plant.submit(person=pk)
    with plant.broker_client() as client:
        client.flushall()
    plant.ask("Job.objects.update(sent_at=None) and None")
    sweepers = [plant.popen("sweep_jobs") for _ in range(4)]
    for sweeper in sweepers:
        assert sweeper.wait(timeout=60) == 0
    assert plant.broker_queue("speech") == 5
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)
