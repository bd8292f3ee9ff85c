"""Renders through one worker process and through two: `python -m tests.faults.throughput`.

Starts PostgreSQL, Redis and an S3 server, has all words spoken beforehand, and takes the time
from starting work until the last of so many tracks is stored, once with one worker process that
renders and once with two. Prints tracks a minute of each and the ratio.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.plant import Plant

SETTINGS = {"JOB_LEASE_SECONDS": "60", "JOB_RESEND_SECONDS": "3600", "LOG_LEVEL": "WARNING"}
PATIENCE_SECONDS = 1800


def spoken(plant: Plant, *, jobs: int, seconds: int) -> None:
    """Submit jobs, each of a person of its own, and have their words spoken."""
    plant.jobs.clear()
    plant.start("speech")
    for _ in range(jobs):
        plant.submit(seconds=seconds)
    query = "SELECT count(*) FROM jobs_job WHERE step = 'render' AND id = ANY(%s)"
    plant.wait_until(
        lambda: plant.rows(query, plant.jobs)[0].count == jobs, "words", seconds=PATIENCE_SECONDS
    )
    plant.end("speech")


def tracks_a_minute(plant: Plant, *, workers: int, jobs: int, seconds: int) -> float:
    """Render the jobs; the clock runs from the first claim to the last finish."""
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
        began = time.monotonic()
        client.rpush("render", *waiting)
    plant.wait_for_end(seconds=PATIENCE_SECONDS)
    took = time.monotonic() - began
    for label in labels:
        plant.end(label)
    return jobs * 60 / took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=300, help="length of each track")
    parser.add_argument("--goal", type=float, default=1.8)
    options = parser.parse_args()
    os.environ["MOTO_S3_DEFAULT_KEY_BUFFER_SIZE"] = "65536"
    with tempfile.TemporaryDirectory(prefix="entrain-throughput-") as folder, ExitStack() as stack:
        plant = Plant(Path(folder), stack)
        plant.environment |= SETTINGS | {"R2_ENDPOINT_URL": plant.s3.meta.endpoint_url}
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
