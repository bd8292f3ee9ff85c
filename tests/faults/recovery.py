"""How soon a job goes on after a fault, at default timings: `python -m tests.faults.recovery`.

Renders a track that does not end by itself; kills, stops or silences what works on it, and takes
the time until another attempt has begun; then the time from cancelling until the credit is back,
the files are gone and the worker says itself that it has stopped, on a machine that is quiet and
on one that has twice as much to do as it can. Prints each, and ends with 1 when one is above its
goal. Takes about five minutes.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

from tests.faults.plant import TIMINGS, Plant, temporary_files

RECOVERY_GOAL_SECONDS, CANCEL_GOAL_SECONDS = 90.0, 2.0
CANCELS = 5


def kill_process(plant: Plant) -> None:
    """kill -9 of the pool's process."""
    plant.processes["worker"].kill_pool()


def kill_worker(plant: Plant) -> None:
    """kill -9 of the worker and its pool."""
    plant.processes["worker"].kill()


def stop_worker(plant: Plant) -> None:
    """SIGTERM to the worker, as a deploy does."""
    plant.processes["worker"].send(signal.SIGTERM)


def freeze_worker(plant: Plant) -> None:
    """SIGSTOP to the worker and its pool."""
    plant.processes["worker"].send_all(signal.SIGSTOP)


def kill_worker_and_broker(plant: Plant) -> None:
    """kill -9 of the worker and of Redis with all its messages."""
    plant.broker.stop(signal.SIGKILL)
    plant.broker.start()
    kill_worker(plant)


FAULTS = [kill_process, stop_worker, kill_worker, freeze_worker, kill_worker_and_broker]


def recovery_seconds(plant: Plant, fault) -> float:
    """Seconds from the fault until another attempt has begun; the job is completed then.

    Another worker is there, as it is in production.
    """
    plant.settle()
    pk = plant.submit_endless()
    second = plant.start("worker", label="second")
    plant.wait_until(lambda: " ready." in second.log, "the second worker")
    attempt, began = plant.job(pk).attempt, time.monotonic()
    fault(plant)
    plant.wait_until(lambda: plant.job(pk).attempt > attempt, "another attempt", seconds=300)
    took = time.monotonic() - began
    assert plant.wait_for_end(seconds=300) == {"completed"}
    for label in set(plant.processes) & {"worker", "second"}:
        plant.end(label)
    return took


def cancel_seconds(plant: Plant) -> float:
    """Seconds from cancelling a render until the credit is back and its worker has stopped."""
    person = plant.person(1)
    pk = plant.submit_endless(person=person)
    worker, began = plant.processes["worker"], time.monotonic()
    plant.cancel(pk)
    plant.wait_until(lambda: f"job {pk} attempt 2 stopped" in worker.log, "it to stop")
    took = time.monotonic() - began
    assert plant.ask(f"ledger.balance(User(pk={person}))") == 1
    assert not temporary_files(plant)
    return took


@contextmanager
def busy():
    """Two processes that compute for every processor of this machine."""
    command = [sys.executable, "-c", "while True: pass"]
    idlers = [subprocess.Popen(command) for _ in range(2 * os.cpu_count())]
    try:
        yield
    finally:
        for idler in idlers:
            idler.kill()
            idler.wait()


def main() -> int:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    with tempfile.TemporaryDirectory(prefix="entrain-recovery-") as folder, ExitStack() as stack:
        plant = Plant(Path(folder), stack)
        for name in TIMINGS:
            del plant.environment[name]
        slowest = 0.0
        for fault in FAULTS:
            seconds = recovery_seconds(plant, fault)
            slowest = max(slowest, seconds)
            what = fault.__name__.replace("_", " ")
            print(f"{what}: another attempt after {seconds:.1f} s", flush=True)
        plant.settle()
        cancelled = 0.0
        for when, load in (("when it is quiet", nullcontext()), ("under load", busy())):
            with load:
                seconds = max(cancel_seconds(plant) for _ in range(CANCELS))
            cancelled = max(cancelled, seconds)
            print(f"cancel {when}: stopped after {seconds:.1f} s at most", flush=True)
    return 0 if slowest <= RECOVERY_GOAL_SECONDS and cancelled <= CANCEL_GOAL_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
