"""`manage.py up`: the whole of Entrain on this machine, with one command."""

import os
import shlex
import socket
import sys
import threading
import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from honcho import manager as honcho
from kombu.exceptions import OperationalError as BrokerError

from entrain import broker

HOST = "127.0.0.1"
STOPPING_SECONDS = 20
STOPPED_ON_REQUEST = {details["rc"] for details in honcho.SIGNALS.values()}


class Command(BaseCommand):
    help = "Migrate, prepare static files, and run web, worker and scheduler until Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="where the site is served")

    def handle(self, *, port, **options):
        if settings.PRODUCTION:
            raise CommandError("`up` is the local run; in production the Procfile's processes run.")
        _require_free(port)
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            call_command("migrate", interactive=False, verbosity=0)
            broker.declare()
        except (OperationalError, BrokerError) as error:
            raise CommandError(f"The database or the broker does not answer: {error}") from None
        call_command("collectstatic", interactive=False, verbosity=0)

        url = f"http://{HOST}:{port}"
        # Five seconds are honcho's own patience; a worker hands its job back before it ends.
        honcho.KILL_WAIT = STOPPING_SECONDS
        manager = honcho.Manager()
        for name, command in _processes(port).items():
            manager.add_process(name, f"exec {command}", env=_environment(url))
        threading.Thread(target=self._announce, args=(url, port), daemon=True).start()
        manager.loop()
        if manager.returncode not in STOPPED_ON_REQUEST:
            # A part that ends by itself, even in good order, leaves the site half dead.
            raise SystemExit(manager.returncode if manager.returncode > 0 else 1)

    def _announce(self, url: str, port: int) -> None:
        while not _answers(port):
            time.sleep(0.1)
        self.stdout.write(f"\nEntrain is running: {url}   (Ctrl-C stops it)\n\n")
        self.stdout.flush()


def _processes(port: int) -> dict[str, str]:
    python = shlex.quote(sys.executable)
    celery = f"{python} -m celery --app entrain --quiet"
    worker = f"{celery} worker --without-gossip --without-mingle --loglevel INFO"
    return {
        "web": f"{python} -m gunicorn entrain.wsgi --bind {HOST}:{port} --workers 2 --threads 4"
        " --graceful-timeout 3 --log-level warning",
        "speech": f"{worker} --concurrency 2 --queues speech,housekeeping --hostname speech@%h",
        "worker": f"{worker} --concurrency 2 --queues render,housekeeping --hostname render@%h",
        # Nobody waits for these: what renders goes first.
        "extras": f"nice {worker} --concurrency 1 --queues extras,housekeeping"
        " --hostname extras@%h",
        "scheduler": f"{celery} beat --loglevel WARNING",
    }


def _environment(url: str) -> dict[str, str]:
    return {"SITE_URL": url} | os.environ | {"PYTHONUNBUFFERED": "1"}


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {port} cannot be used ({error}); try --port.") from None


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
