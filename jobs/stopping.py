"""Giving work back when a worker is told to stop in the middle of it."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress

from jobs.database import DATABASE_GONE

logger = logging.getLogger(__name__)


@contextmanager
def given_back_when_told_to_stop(
    what: str, *, release: Callable, hand_back: Callable, limit_s: float
):
    """Do ``release`` at SIGTERM, of which Celery's pool makes a SystemExit.

    The pool ends a process in this way, too, that is over its time: after ``limit_s`` seconds it
    is ``hand_back``, which counts.
    """
    begun = time.monotonic()
    with _told_once():
        try:
            yield
        except SystemExit:
            logger.info("%s handed back: told to stop", what)
            overdue = time.monotonic() - begun >= limit_s
            with suppress(*DATABASE_GONE):
                (hand_back if overdue else release)()
            raise


@contextmanager
def _told_once():
    """Leave a second SIGTERM unheard: the pool's handler has it end the process at once.

    The main process and a supervisor may both send one, and work takes a while to put away: a
    large file has to be closed.
    """
    told = signal.getsignal(signal.SIGTERM)
    if not callable(told) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def tell(signum, frame):
        try:
            told(signum, frame)
        except SystemExit:
            signal.signal(signum, signal.SIG_IGN)
            raise

    signal.signal(signal.SIGTERM, tell)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, told)
