"""Renders through one worker process and through two: `python -m tests.faults.throughput`.

Starts PostgreSQL and Redis, has all words spoken beforehand, and takes the time until the last of
so many tracks is stored, once with one worker process that renders and once with two, each from
when every worker has made its first. Prints tracks a minute of each and the ratio. Tracks are
stored in a folder: an S3 server on the same machine takes a quarter of the processors for itself.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.faults.plant import Plant

SETTINGS = {
    "JOB_LEASE_SECONDS": "60",
    "JOB_RESEND_SECONDS": "3600",
    "LOG_LEVEL": "WARNING",
    "STORAGE_TYPE": "local",
}
PATIENCE_SECONDS = 1800
FINISHED = """
    SELECT finished_at AS at FROM jobs_job WHERE state = 'completed' AND id = ANY(%s) ORDER BY at
"""


def spoken(plant: Plant, *, jobs: int, seconds: int) -> None:
    """Submit jobs, each of a person of its own, and have their words spoken."""
    plant.jobs.clear()
    plant.start("speech")
    for _ in range(jobs):
        plant.submit(seconds=seconds)
    plant.wait_until(
        lambda: plant.broker_queue("render") == jobs, "words", seconds=PATIENCE_SECONDS
    )
    plant.end("speech")


def tracks_a_minute(plant: Plant, *, workers: int, jobs: int, seconds: int) -> float:
    """Render the jobs; the clock runs from when every worker has made one to the last finish."""
    spoken(plant, jobs=jobs, seconds=seconds)
    labels = [f"worker{n}of{workers}" for n in range(workers)]
    with plant.broker_client() as client:
        waiting = client.lrange("render", 0, -1)
        client.delete("render")
        for label in labels:
            plant.start("worker", label=label)
        plant.wait_until(
            lambda: all(" ready." in plant.processes[label].log for label in labels), "workers"
        )
        # All begin at once, when all are there.
        client.rpush("render", *waiting)

    def all_finished():
        finished = plant.rows(FINISHED, plant.jobs)
        return len(finished) == jobs and finished

    # To ask more often takes time from those who work.
    finished = plant.wait_until(all_finished, "tracks", seconds=PATIENCE_SECONDS, every_s=0.5)
    for label in labels:
        plant.end(label)
    took = finished[-1].at - finished[workers - 1].at
    return (jobs - workers) * 60 / took.total_seconds()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=300, help="length of each track")
    parser.add_argument("--goal", type=float, default=1.8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="entrain-throughput-") as folder, ExitStack() as stack:
        plant = Plant(Path(folder), stack)
        plant.environment |= SETTINGS
        measured = {}
        for workers in (1, 2):
            measured[workers] = tracks_a_minute(
                plant, workers=workers, jobs=options.jobs, seconds=options.seconds
            )
            print(f"{workers} worker: {measured[workers]:.1f} tracks a minute", flush=True)
    ratio = measured[2] / measured[1]
    print(f"ratio: {ratio:.2f} (goal {options.goal}), on {os.cpu_count()} cores")
    return 0 if ratio >= options.goal else 1


if __name__ == "__main__":
    sys.exit(main())
