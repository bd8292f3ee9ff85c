"""A worker told to stop gives back what it has; one that was stopped for taking too long pays."""

import os
import signal
import sys

import pytest

from jobs.stopping import given_back_when_told_to_stop


@pytest.fixture
def done():
    return []


@pytest.fixture
def handler(done):
    """One like that of Celery's pool, which a second signal ends at once."""

    def stop(signum, frame):
        signal.signal(signum, lambda *_: done.append("killed"))
        sys.exit(1)

    before = signal.signal(signal.SIGTERM, stop)
    yield stop
    signal.signal(signal.SIGTERM, before)


def work(done, *, limit_s: float):
    return given_back_when_told_to_stop(
        "it",
        release=lambda: done.append("released"),
        hand_back=lambda: done.append("handed back"),
        limit_s=limit_s,
    )


def tell():
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize(("limit_s", "expected"), [(60, "released"), (0, "handed back")])
def test_what_is_over_its_time_counts(done, handler, limit_s, expected):
    with pytest.raises(SystemExit), work(done, limit_s=limit_s):
        tell()
    assert done == [expected]


def test_who_is_told_twice_puts_its_work_away_first(done, handler):
    def be_told_twice():
        try:
            tell()
        finally:
            tell()
            done.append("put away")

    with pytest.raises(SystemExit), work(done, limit_s=60):
        be_told_twice()
    assert done == ["put away", "released"]


def test_the_next_work_can_be_stopped_as_well(done, handler):
    with work(done, limit_s=60):
        pass
    assert signal.getsignal(signal.SIGTERM) == handler
