"""Real servers for tests, each started as a process of its own on a free port of this machine."""

import glob
import os
import shutil
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


@contextmanager
def running(command, *, port: int, **options):
    """Run ``command`` until the block ends; entered when ``port`` answers."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, **options
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(port):
            assert process.poll() is None, f"{command[0]} ended at once"
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


@contextmanager
def postgresql():
    """A PostgreSQL server with an empty database; gives its URL."""
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
        command = [postgres, "-D", f"{home}/data", "-p", str(port), "-k", home, "-F"]
        with running(command, port=port, cwd="/", **owner):
            yield f"postgres://entrain@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(home)


@contextmanager
def redis():
    """A Redis server; gives its URL."""
    server, port = program("redis-server"), free_port()
    with running([server, "--port", str(port), "--save", ""], port=port, cwd="/tmp"):
        yield f"redis://127.0.0.1:{port}/0"


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
