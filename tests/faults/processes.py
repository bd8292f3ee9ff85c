"""Entrain's own processes, as the Procfile has them, to be started and killed."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.real.site import ROOT, descendants

PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
# Longer than a busy machine takes for anything; nobody waits for so long but for a fault.
PATIENCE_SECONDS = 180


class Process:
    """A line of the Procfile, or what it leads to, run in a group of its own."""

    def __init__(self, name: str, environment: dict, log: Path, *options: str, before=()) -> None:
        words = [
            re.sub(r"\$\{(\w+):-(\w+)\}", lambda m: environment.get(m[1], m[2]), word)
            for word in PROCFILE[name].rpartition(" && ")[2].split()
        ]
        # Local, with the demo account, and otherwise what production runs.
        assert words.pop(0) == "ENVIRONMENT=production"
        if words[0] == "exec":
            words.pop(0)
        if words[0] == "nice":
            before = [*before, words.pop(0)]
        self.name, self.log_file = name, log
        with log.open("a") as out:
            self.forget()
            self.popen = subprocess.Popen(
                [*before, sys.executable, "-m", *words, *options],
                cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        self.pid = self.popen.pid

    @property
    def log(self) -> str:
        """What it printed in this test."""
        return self.log_file.read_text()[self._skip :]

    def forget(self) -> None:
        """Leave out of :attr:`log` what was printed until now."""
        self._skip = len(self.log_file.read_text())

    @property
    def is_up(self) -> bool:
        return self.popen.poll() is None

    @property
    def children(self) -> list[int]:
        """The processes of its pool."""
        with suppress(FileNotFoundError):
            return descendants(self.pid)
        return []

    def send(self, how: int) -> None:
        """Signal the main process alone, as a supervisor does."""
        self.popen.send_signal(how)

    def send_all(self, how: int) -> None:
        """Signal the main process and its pool, as a container's end does."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, how)

    def send_pool(self, how: int) -> list[int]:
        """Signal each process of the pool alone, as the kernel does; gives which they were."""
        pool = self.children
        for pid in pool:
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        return pool

    def kill_pool(self) -> None:
        """kill -9 of the pool's processes, as when memory is short."""
        self.send_pool(signal.SIGKILL)

    def kill(self) -> None:
        """kill -9 of everything at once."""
        self.send_all(signal.SIGKILL)
        self.popen.wait(timeout=PATIENCE_SECONDS)
