"""Many jobs while workers are killed: `python -m tests.faults.chaos --jobs 1000 --workers 4`.

Starts PostgreSQL, Redis and an S3 server, the project's own worker processes and scheduler, and
submits short tracks of many people, some of them twice. Every few seconds one worker, chosen at
random, is killed with its whole process group (kill -9) and another started. At the end rows and
objects are counted; the exit code is 1 if anything is off. A job that lost three workers has to
have failed, with its credit back and no object; every other one has to be completed.
"""

import argparse
import io
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import soundfile

from tests.faults.plant import Plant

LINES = ["I am calm", "I am strong", "I am here", "I sleep well tonight"]
JOBS_A_PERSON = 10
SECONDS = 60
SETTINGS = {
    "JOB_LEASE_SECONDS": "10",
    "JOB_SWEEP_SECONDS": "3",
    "JOBS_UNDER_WAY_A_PERSON": "1",
    "LOG_LEVEL": "WARNING",
}


class Chaos:
    """A plant with several workers, of which one dies at random every so often."""

    def __init__(self, plant: Plant, *, workers: int, every_s: float, seed: int) -> None:
        self.plant, self.every_s, self.kills = plant, every_s, 0
        self._random = random.Random(seed)
        self.labels = [f"chaos{n}" for n in range(workers)]
        plant.environment |= SETTINGS
        # Straight to the server: nothing breaks the way there.
        plant.environment["R2_ENDPOINT_URL"] = plant.s3.meta.endpoint_url

    def start(self) -> None:
        """Start workers and scheduler."""
        for label in self.labels:
            self._start(label)
        self.plant.start("beat")

    def _start(self, label: str) -> None:
        """Start a worker that takes every step, so that no kind is at a loss for long."""
        self.plant.start("worker", label=label, queues="speech,render,housekeeping")

    def submit(self, jobs: int) -> None:
        """Store jobs in turn for all people; every tenth is sent twice with the same key."""
        people = [self.plant.person(JOBS_A_PERSON) for _ in range(-(-jobs // JOBS_A_PERSON))]
        for n in range(jobs):
            spec = {
                "title": f"Track {n}",
                "duration_s": SECONDS,
                "beats": [{"kind": "binaural", "beat_hz": 6, "level_db": -50}],
                "speech": {"lines": [LINES[n % len(LINES)]], "voice": "espeak:en-us+f3"},
            }
            for _ in range(2 if n % 10 == 0 else 1):
                pk = self.plant.ask(
                    f"lifecycle.submit_job(User(pk={people[n % len(people)]}), "
                    f"TrackSpec.parse({spec!r}), key='{n}').pk"
                )
            self.plant.jobs.append(pk)

    def rage(self, *, patience_s: float) -> None:
        """Kill and replace a worker every so often, until every job has ended or none ends."""
        began = moved = time.monotonic()
        before = None
        while (ended := self._ended()) < len(self.plant.jobs):
            if ended != before:
                before, moved = ended, time.monotonic()
            elif time.monotonic() - moved > patience_s:
                print(f"nothing ended for {patience_s:g} s", flush=True)
                return
            time.sleep(self.every_s)
            self._kill_one()
            if self.kills % 20 == 0:
                seconds = time.monotonic() - began
                print(f"{seconds:5.0f} s: {ended} ended, {self.kills} kills", flush=True)

    def _kill_one(self) -> None:
        label = self._random.choice(self.labels)
        self.plant.processes[label].kill()
        self.kills += 1
        self._start(label)

    def _ended(self) -> int:
        query = "SELECT count(*) FROM jobs_job WHERE state NOT IN ('pending', 'processing')"
        return self.plant.rows(query)[0].count


def count(plant: Plant) -> dict[str, object]:
    """What rows, movements of credits and objects say, each by a question of its own."""
    rows = {row.id: row for row in plant.rows("SELECT id::text, state, tries, track FROM jobs_job")}
    mine = [row for pk in set(plant.jobs) if (row := rows.get(pk))]
    moved = {row.job: row for row in plant.rows(MOVED)}
    beside = {row.key for row in plant.rows("SELECT key FROM jobs_trackfile")}
    objects = set(stored(plant))
    of_a_job = Counter(key.split("/")[1] for key in objects - beside)
    completed = [
        row
        for row in mine
        if row.state == "completed" and moved[row.id].net == -PRICE
        and of_a_job[row.id] == 1 and readable(plant, row)
    ]  # fmt: skip
    failed = [
        row
        for row in mine
        if row.state == "failed" and row.tries == ATTEMPTS
        and moved[row.id].net == 0 and not of_a_job[row.id]
    ]  # fmt: skip
    twice = [row for row in moved.values() if row.charges > 1 or row.net < -PRICE]
    return {
        "submitted": len(plant.jobs),
        # With exactly one whole track, which was paid for.
        "completed": len(completed),
        # After three attempts, without a track and with the credit back.
        "failed, credit back": len(failed),
        "ended right": len(completed) + len(failed),
        "lost": len(set(plant.jobs)) - sum(row.state in ENDED for row in mine),
        "doubled": len(plant.jobs) - len(set(plant.jobs)) + len(rows) - len(mine),
        "double charges": len(twice),
        "orphan objects": len(objects - beside - {row.track for row in rows.values()}),
        "uploads left open": len(
            plant.s3.list_multipart_uploads(Bucket="tracks").get("Uploads", [])
        ),
        "verify_ledger": verdict(plant),
    }


ENDED = ("completed", "failed")
PRICE, ATTEMPTS = 1, 3
# What each job cost in all, and how often it was charged: none is tried anew for another credit.
MOVED = """
    SELECT split_part(source, ':', 2) AS job, sum(amount) AS net,
           count(*) FILTER (WHERE kind = 'charge') AS charges
    FROM accounts_ledgerentry WHERE kind IN ('charge', 'refund') GROUP BY job
"""


def readable(plant: Plant, row) -> bool:
    """Whether the job's object is there and is a whole track."""
    try:
        body = plant.s3.get_object(Bucket="tracks", Key=row.track)["Body"].read()
        return soundfile.info(io.BytesIO(body)).duration == SECONDS
    except (plant.s3.exceptions.NoSuchKey, soundfile.LibsndfileError):
        return False


def stored(plant: Plant):
    """The key of every track, and of what is beside it, in the bucket."""
    pages = plant.s3.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket="tracks", Prefix="tracks/"):
        yield from (item["Key"] for item in page.get("Contents", []))


def _to_delete(plant: Plant) -> list:
    """Notes of files that are to go by now."""
    return plant.rows("SELECT 1 FROM jobs_discard WHERE due_at <= now()")


def verdict(plant: Plant) -> str:
    """What `manage.py verify_ledger` prints."""
    try:
        return plant.manage("verify_ledger").strip()
    except subprocess.CalledProcessError as error:
        return f"{error.stdout}{error.stderr}".strip()


def is_right(counted: dict, *, kills: int) -> bool:
    """Whether every job ended right, once, for no other reason than kills, and nothing is left."""
    zero = ("lost", "doubled", "double charges", "orphan objects")
    return (
        counted["ended right"] == counted["submitted"]
        and counted["failed, credit back"] * ATTEMPTS <= kills
        and not any(counted[name] for name in zero)
        and counted["verify_ledger"].endswith(": no differences.")
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--every", type=float, default=3, help="seconds from kill to kill")
    parser.add_argument("--resend", default="60", help="JOB_RESEND_SECONDS of the workers")
    parser.add_argument("--seed", type=int, default=0, help="of who is killed")
    parser.add_argument("--patience", type=float, default=300, help="seconds without an end")
    options = parser.parse_args()
    # The S3 server would keep whole tracks in memory.
    os.environ["MOTO_S3_DEFAULT_KEY_BUFFER_SIZE"] = "65536"
    with tempfile.TemporaryDirectory(prefix="entrain-chaos-") as folder, ExitStack() as stack:
        plant = Plant(Path(folder), stack)
        plant.environment["JOB_RESEND_SECONDS"] = options.resend
        chaos = Chaos(plant, workers=options.workers, every_s=options.every, seed=options.seed)
        chaos.submit(options.jobs)
        began = time.monotonic()
        chaos.start()
        chaos.rage(patience_s=options.patience)
        seconds = time.monotonic() - began
        plant.wait_until(lambda: not _to_delete(plant), "a worker to delete what is to go")
        for label in list(plant.processes):
            plant.end(label)
        counted = count(plant)
        tries = plant.rows("SELECT tries, count(*) FROM jobs_job GROUP BY 1 ORDER BY 1")
    print(f"{options.workers} workers, {chaos.kills} kills in {seconds:.0f} s")
    print("attempts:", ", ".join(f"{row.tries} at {row.count} jobs" for row in tries))
    for name, value in counted.items():
        print(f"{name}: {value}")
    right = is_right(counted, kills=chaos.kills)
    print("all is right" if right else "something is off")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
