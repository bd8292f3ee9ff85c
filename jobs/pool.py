"""A worker's main process and its pool: how they begin, die and stop without losing a job."""

import logging
import os
import signal
from contextlib import suppress
from threading import Thread
from time import sleep

from billiard import active_children
from celery.signals import (
    worker_process_init,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from celery.worker.request import Request
from django.db import connection

from jobs import lifecycle, workspace

logger = logging.getLogger(__name__)
STOP_POOL_EVERY_SECONDS = 1.0


class JobRequest(Request):
    """A message in the main process, which hears of the end of the process that works on it.

    What that process had goes back at once then, not only when the lease has run out.
    """

    def on_failure(self, *args, **kwargs):
        """The task ended by an exception, or its process died."""
        # First, for the message may go to another worker straight after.
        self._let_go()
        super().on_failure(*args, **kwargs)

    def on_timeout(self, soft, timeout):
        """It took too long: it is told (soft), or its process is killed."""
        if not soft:
            self._let_go()
        super().on_timeout(soft, timeout)

    def _let_go(self) -> None:
        try:
            if lifecycle.let_go_of(holder_of(self, self.worker_pid)):
                logger.warning("process %s is gone, and its job is anybody's", self.worker_pid)
        except Exception:
            logger.exception("the sweeper has to find what process %s had", self.worker_pid)
        finally:
            # Not to be inherited by the processes that the pool begins from now on.
            connection.close()


def holder_of(request, pid) -> str:
    """The name under which a process takes the job of a message, known to its parent too."""
    return f"{request.id} {pid} {request.hostname}"


@worker_process_init.connect
def _clean_up(**_):
    """Remove what the process in whose place this one begins may have left."""
    workspace.remove_abandoned()


@worker_ready.connect
def _end_when_the_pool_has_ended(sender, **_):
    """Have nothing wait for a pool that has stopped already.

    Without Redis its processes take messages from one pipe, by turns. Who is told to stop in the
    moment it gets its turn takes it along, and billiard, at exit, would wait for it for ever.
    """
    pool = sender.pool._pool
    worker_shutdown.connect(lambda **_: pool._terminate.cancel(), weak=False)


@worker_shutting_down.connect
def _stop_the_pool(**_):
    """Have the pool hand its jobs back when only the main process was told to stop.

    Celery alone would wait for the end of a render.
    """
    Thread(target=_terminate_each, daemon=True).start()


def _terminate_each() -> None:
    """Tell every process of the pool once, also those that begin meanwhile.

    A second signal ends a process at once that is not at a job any more, so those that a supervisor
    told as well have a moment before each round.
    """
    told = set()
    while True:
        sleep(STOP_POOL_EVERY_SECONDS)
        for pid in {process.pid for process in active_children()} - told:
            told.add(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
