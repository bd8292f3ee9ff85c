"""Real servers for tests, each started as a process of its own on a free port of this machine."""

import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import boto3

from tests.real_parts import program

START_SECONDS = 30


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    """Whether somebody listens on ``port``."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A server process on a fixed port, which a test can stop, start again and hold still."""

    def __init__(self, command, *, port: int, ends_by: int = signal.SIGTERM, **options) -> None:
        self.command, self.port, self._ends_by, self._options = command, port, ends_by, options
        self.process = None

    def start(self) -> None:
        """Run it; returns when its port answers."""
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, **self._options
        )
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.port):
            assert self.process.poll() is None, f"{self.command[0]} ended at once"
            assert time.monotonic() < deadline, f"{self.command[0]} does not answer"
            time.sleep(0.05)

    @property
    def is_up(self) -> bool:
        """Whether its process runs, if only held still."""
        return self.process is not None and self.process.poll() is None

    def stop(self, how: int | None = None) -> None:
        """End it by a signal, its own unless given, and wait until it has ended."""
        if self.is_up:
            self.resume()
            self.process.send_signal(how or self._ends_by)
            self.process.wait(timeout=START_SECONDS)

    def pause(self) -> None:
        """Hold it still: connections open, and nothing answers."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after :meth:`pause`."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def running(command, *, port: int, **options):
    """Run ``command`` until the block ends; entered when ``port`` answers."""
    server = Server(command, port=port, **options)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def postgresql_server():
    """A PostgreSQL server with an empty database; gives the :class:`Server` and its URL."""
    folder = (glob.glob("/usr/lib/postgresql/*/bin") or [""])[-1]
    initdb, postgres = program("initdb", folder=folder), program("postgres", folder=folder)
    # The server refuses to run as root, and tests in a container often do.
    owner = {"user": "postgres"} if os.getuid() == 0 else {}
    home = tempfile.mkdtemp(prefix="entrain-postgresql-")
    if owner:
        shutil.chown(home, "postgres")
    try:
        subprocess.run(
            [initdb, "-D", f"{home}/data", "-U", "entrain", "-A", "trust", "-N", "-E", "UTF8"],
            check=True, capture_output=True, cwd="/", **owner,
        )  # fmt: skip
        port = free_port()
        command = [postgres, "-D", f"{home}/data", "-p", str(port), "-k", home, "-F", "-N", "300"]
        # SIGTERM would wait until every client has gone.
        with running(command, port=port, ends_by=signal.SIGINT, cwd="/", **owner) as server:
            yield server, f"postgres://entrain@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(home)


@contextmanager
def postgresql():
    """A PostgreSQL server with an empty database; gives its URL."""
    with postgresql_server() as (_, url):
        yield url


@contextmanager
def redis_server():
    """A Redis server that keeps nothing on disk; gives the :class:`Server` and its URL."""
    program_path, port = program("redis-server"), free_port()
    command = [program_path, "--port", str(port), "--save", ""]
    with running(command, port=port, cwd="/tmp") as server:
        yield server, f"redis://127.0.0.1:{port}/0"


@contextmanager
def redis():
    """A Redis server; gives its URL."""
    with redis_server() as (_, url):
        yield url


@contextmanager
def s3(bucket: str = "tracks"):
    """An S3 server with one bucket; gives the environment that points Entrain at it."""
    port = free_port()
    environment = {
        "STORAGE_TYPE": "r2",
        "R2_ACCOUNT_ID": "test",
        "R2_ACCESS_KEY_ID": "test-key",
        "R2_SECRET_ACCESS_KEY": "test-secret",
        "R2_BUCKET_NAME": bucket,
        "R2_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }
    with running([sys.executable, "-m", "moto.server", "-p", str(port)], port=port):
        s3_client(environment).create_bucket(Bucket=bucket)
        yield environment


def s3_client(environment: dict):
    """A client of the server that :func:`s3` started, apart from Entrain's own."""
    return boto3.client(
        "s3",
        endpoint_url=environment["R2_ENDPOINT_URL"],
        aws_access_key_id=environment["R2_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["R2_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )


def clean_environment(data_dir: Path, **extra: str) -> dict[str, str]:
    """An environment for a process of Entrain that knows nothing of this machine's own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"ENV_FILE": os.devnull, "DATA_DIR": str(data_dir)} | extra
