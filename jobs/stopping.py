"""Giving work back when a worker is told to stop in the middle of it."""

import logging
import signal
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
    try:
        yield
    except SystemExit:
        logger.info("%s handed back: told to stop", what)
        overdue = time.monotonic() - begun >= limit_s
        with _undisturbed(), suppress(*DATABASE_GONE):
            (hand_back if overdue else release)()
        raise


@contextmanager
def _undisturbed():
    """Let a second SIGTERM wait: it would end the process at once."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
