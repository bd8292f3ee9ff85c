"""Entrain's own processes on real servers, with hands to break each of them and eyes to count."""

import io
import json
import re
import subprocess
import sys
import time
import uuid
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import redis
import soundfile
from psycopg.rows import namedtuple_row

from tests import services, standins
from tests.faults.processes import PATIENCE_SECONDS, Process
from tests.real.site import ROOT

# Short enough for a test, long enough for a worker on a busy machine to keep its lease.
TIMINGS = {
    "JOB_LEASE_SECONDS": "3",
    "JOB_SWEEP_SECONDS": "1",
    "JOB_RESEND_SECONDS": "2",
    "JOB_RETRY_SECONDS": "1",
    "JOBS_UNDER_WAY_A_PERSON": "2",
    "JOB_REFUNDS_A_DAY": "1000000",
}

# Workers then start a second sooner.
QUIET = ["--without-gossip", "--without-mingle"]

# ENDLESS_S takes longer to render than a test waits, on any machine: see `Plant.submit_endless`.
SHORT_S, ENDLESS_S = 60, 4 * 3600


class Plant:
    """Servers, workers and a scheduler; the servers can be reached and broken by name."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self.database, self.database_url = stack.enter_context(services.postgresql_server())
        self.broker, self.broker_url = stack.enter_context(services.redis_server())
        bucket = stack.enter_context(services.s3())
        self.s3 = services.s3_client(bucket)
        self.proxy, address = stack.enter_context(standins.proxy(bucket["R2_ENDPOINT_URL"]))
        self.tmp = folder / "tmp"
        self.tmp.mkdir()
        self.environment = services.clean_environment(
            folder,
            DATABASE_URL=self.database_url,
            REDIS_URL=self.broker_url,
            TMPDIR=str(self.tmp),
            PYTHONUNBUFFERED="1",
            DJANGO_SETTINGS_MODULE="entrain.settings",
            **bucket | {"R2_ENDPOINT_URL": address} | TIMINGS,
        )
        self.jobs: list[str] = []
        self.processes: dict[str, Process] = {}
        self._clerk = None
        self._sequence = 0
        stack.callback(self._close)
        self.manage("migrate", "--verbosity", "0")

    # --- processes ---------------------------------------------------------------------------

    def manage(self, *command: str) -> str:
        """Run a management command on the plant's servers."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    def popen(self, *command: str) -> subprocess.Popen:
        """Begin a management command beside others."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def start(
        self, name: str, *, label: str = "", queues: str = "", before=(), **environment: str
    ) -> Process:
        """Start a line of the Procfile; ``label`` tells a second one from the first."""
        label = label or name
        options = {
            "worker": ["--concurrency", "1", "--hostname", f"{label}@%h", *QUIET],
            "speech": ["--concurrency", "1", "--hostname", f"{label}@%h", *QUIET],
            "extras": ["--hostname", f"{label}@%h", *QUIET],
            "beat": ["--schedule", str(self.folder / f"{label}-schedule"), "--pidfile="],
            "web": [],
        }[name]
        if queues:
            options = [*options, "--queues", queues]
        process = Process(
            name,
            self.environment | environment,
            self.folder / f"{label}.log",
            *options,
            before=before,
        )
        self.processes[label] = process
        return process

    def start_missing(self) -> None:
        """Have one worker for each kind of step and a scheduler, as after a deploy."""
        for name in ("speech", "worker", "beat"):
            if name not in self.processes or not self.processes[name].is_up:
                self.start(name)

    def end(self, label: str) -> None:
        """Kill a process that a test started."""
        self.processes.pop(label).kill()

    def _close(self) -> None:
        for process in self.processes.values():
            process.kill()
        if self._clerk:
            self._clerk.kill()
            self._clerk.communicate()
        self.s3.close()

    def log(self) -> str:
        """What all processes printed last."""
        return "\n".join(
            f"--- {path.stem}\n{path.read_text()[-3000:]}" for path in self.folder.glob("*.log")
        )

    # --- work --------------------------------------------------------------------------------

    def ask(self, expression: str):
        """The value of ``expression`` in a process with Entrain's code, see clerk.py."""
        if self._clerk is None:
            with (self.folder / "clerk.log").open("a") as log:
                self._clerk = subprocess.Popen(
                    [sys.executable, "-m", "tests.faults.clerk"],
                    cwd=ROOT, env=self.environment, text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                )  # fmt: skip
            assert self._clerk.stdout.readline() == '"ready"\n'
        self._clerk.stdin.write(json.dumps(expression) + "\n")
        self._clerk.stdin.flush()
        answer = json.loads(self._clerk.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def person(self, credits: int = 20) -> int:
        """A new person with credits; gives their id."""
        self._sequence += 1
        pk = self.ask(f"User.objects.create_user('p{self._sequence}@example.com').pk")
        self.ask(f"ledger.adjust(User(pk={pk}), {credits}, reason='tests')")
        return pk

    def submit(
        self,
        *,
        person: int | None = None,
        seconds: int = SHORT_S,
        lines=("I am calm",),
        voice: str = "espeak:en-us+f3",
    ) -> str:
        """Submit a track; gives the job's id."""
        self._sequence += 1
        spec = {
            "title": f"Track {self._sequence}",
            "duration_s": seconds,
            "beats": [{"kind": "binaural", "beat_hz": 6}],
            "beds": [{"kind": "noise", "colour": "pink"}],
            "speech": {"lines": list(lines), "voice": voice},
        }
        pk = self.ask(
            f"lifecycle.submit_job(User(pk={person or self.person()}), "
            f"TrackSpec.parse({spec!r}), key='{uuid.uuid4()}').pk"
        )
        self.jobs.append(pk)
        return pk

    def submit_endless(self, **options) -> str:
        """Submit a track and wait until its render is going on; it will not end by itself.

        The next attempt is a short one: what is at work has read its recipe already.
        """
        pk = self.submit(seconds=ENDLESS_S, **options)
        self.wait_until(lambda: self.job(pk).progress > 0.4, "some progress")
        self.change_length(pk, SHORT_S)
        return pk

    def wait_for_progress(self, pk: str) -> None:
        """Wait until its worker has got on from where it is now."""
        before = self.wait_until(lambda: self.job(pk), "the job's row").progress
        self.wait_until(lambda: self.job(pk).progress > before, "some progress")

    def change_length(self, pk: str, seconds: int) -> None:
        """Give a job another length; only an attempt that begins later knows of it."""
        self.rows(
            "UPDATE jobs_job SET spec = jsonb_set(spec, '{duration_s}', to_jsonb(%s::int)), "
            "duration_s = %s WHERE id = %s RETURNING id", seconds, seconds, pk,
        )  # fmt: skip

    def cancel(self, pk: str) -> None:
        """Cancel a job that has not ended."""
        assert self.ask(f"lifecycle.cancel(Job.objects.get(pk='{pk}'))")

    def settle(self) -> None:
        """Begin anew: every server up, processes there, earlier jobs forgotten."""
        for server in (self.database, self.broker):
            if not server.is_up:
                server.start()
        self.wait_until(lambda: self.rows("SELECT 1"), "the database")
        # A test that failed leaves some that the next one would meet; and no test waits for what
        # is to be made beside the tracks of others.
        self.ask("[lifecycle.cancel(job) for job in Job.objects.active()]")
        self.ask("Report.objects.update(due_at=None)")
        self.jobs.clear()
        for process in self.processes.values():
            process.forget()
        self.start_missing()

    # --- looking -----------------------------------------------------------------------------

    def rows(self, sql: str, *parameters) -> list:
        """Rows of a query, whatever happened to the server in between."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.cursor(row_factory=namedtuple_row)
            return cursor.execute(sql, parameters).fetchall()

    def job(self, pk: str):
        """The job's row."""
        return self.rows("SELECT * FROM jobs_job WHERE id = %s", pk)[0]

    @contextmanager
    def locked(self, pk: str):
        """Hold the job's row, so that whoever wants to write it waits."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute("SELECT 1 FROM jobs_job WHERE id = %s FOR UPDATE", [pk])
            yield
            connection.rollback()

    def writers_waiting(self) -> list[str]:
        """The statements that wait for a lock."""
        return [
            row.query
            for row in self.rows(
                "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            )
        ]

    def broker_client(self) -> redis.Redis:
        """A connection to Redis, apart from Entrain's own."""
        return redis.Redis.from_url(self.broker_url)

    def broker_queue(self, name: str) -> int:
        """How many messages wait in a queue."""
        with self.broker_client() as client:
            return client.llen(name)

    def objects(self, pk: str) -> list[str]:
        """The keys of what is stored for a job."""
        found = self.s3.list_objects_v2(Bucket="tracks", Prefix=f"tracks/{pk}/")
        return [item["Key"] for item in found.get("Contents", [])]

    def wait_until(
        self, true, what: str, *, seconds: float = PATIENCE_SECONDS, every_s: float = 0.02
    ):
        """Wait for ``true()`` to hold, and give it; the logs are shown when it never does."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(psycopg.OperationalError):
                if result := true():
                    return result
            rows = "" if time.monotonic() < deadline else self._rows_to_show()
            assert time.monotonic() < deadline, f"waited in vain for {what}\n{rows}\n{self.log()}"
            time.sleep(every_s)

    def _rows_to_show(self) -> str:
        with suppress(psycopg.OperationalError):
            return "\n".join(
                map(str, self.rows("SELECT * FROM jobs_job WHERE id = ANY(%s)", self.jobs))
            )
        return "the database is down"

    def wait_for_stage(self, pk: str, stage: str) -> None:
        """Wait until a worker has begun this stage."""
        self.wait_until(
            lambda: (row := self.job(pk)).state == "processing" and row.stage == stage, stage
        )

    def wait_for_attempt(self, pk: str, attempt: int) -> None:
        """Wait until this attempt at a job renders."""
        self.wait_until(
            lambda: (row := self.job(pk)).attempt == attempt and row.stage == "render",
            f"attempt {attempt}",
        )

    def wait_for_end(self, *pks: str, seconds: float = PATIENCE_SECONDS) -> set[str]:
        """Wait until the jobs (all of the test's unless named) have ended; gives the states."""
        pks = list(pks or self.jobs)
        query = (
            "SELECT state FROM jobs_job WHERE id = ANY(%s) "
            "AND state IN ('completed', 'failed', 'cancelled')"
        )

        def ended():
            states = [row.state for row in self.rows(query, pks)]
            return states if len(states) == len(pks) else None

        return set(self.wait_until(ended, f"{len(pks)} jobs to end", seconds=seconds))


TRUE_SENTENCE = re.compile(r"^[A-Z].{20,}[.]$")


def all_is_well(plant: Plant) -> None:
    """Every job of the test ended, was paid for at most once, and stored what it should.

    Nothing else is left: no temporary file, no object of a dead attempt, and for whoever did
    not get a track a sentence that says why.
    """
    plant.wait_for_end()
    for pk in plant.jobs:
        job = plant.job(pk)
        entries = plant.rows(
            "SELECT kind, amount FROM accounts_ledgerentry WHERE source LIKE %s", f"%{pk}%"
        )
        net = sum(entry.amount for entry in entries)
        assert len([entry for entry in entries if entry.kind == "charge"]) == job.run
        if job.state == "completed":
            assert net == -job.price
            beside = plant.rows("SELECT key FROM jobs_trackfile WHERE job_id = %s", pk)
            keys = {job.track, *(file.key for file in beside)}
            plant.wait_until(lambda: set(plant.objects(pk)) == keys, "no other object")  # noqa: B023
            body = plant.s3.get_object(Bucket="tracks", Key=job.track)["Body"].read()
            assert len(body) == job.track_bytes
            assert soundfile.info(io.BytesIO(body)).duration == job.spec["duration_s"]
        else:
            assert net == 0
            plant.wait_until(lambda: not plant.objects(pk), "no object")  # noqa: B023
            assert job.state == "cancelled" or TRUE_SENTENCE.match(job.message)
    plant.wait_until(lambda: not temporary_files(plant), "no temporary file")


def temporary_files(plant: Plant) -> list[str]:
    """What attempts left in the plant's folder for temporary files."""
    return [path.name for path in plant.tmp.glob("entrain-*")]


@contextmanager
def running_plant(folder: Path):
    """A plant until the block ends."""
    with ExitStack() as stack:
        yield Plant(folder, stack)
