"""Who waits for long work hears of it and may leave at any moment, whatever it is busy with."""

import signal
import threading

import pytest

from audio import Cancelled
from audio.watch import watched

TOO_LONG_S = 30


def test_progress_is_told_in_the_midst_of_a_long_step():
    often, heard = threading.Event(), []

    def work(watch):
        watch.look(0.5)
        return often.wait(TOO_LONG_S)

    def progress(fraction):
        heard.append(fraction)
        if len(heard) == 9:
            often.set()

    assert watched(work, progress=progress)
    assert set(heard[:9]) == {0.5}
    assert heard[-1] == 1


def test_nothing_is_told_of_what_has_not_begun():
    heard = []
    assert watched(lambda watch: "done", progress=heard.append) == "done"
    assert heard == [1]


def test_unwanted_work_does_not_begin():
    with pytest.raises(Cancelled):
        watched(pytest.fail, cancelled=lambda: True)


def test_cancelling_is_asked_in_the_midst_of_a_long_step_and_ends_the_next():
    asked, last_step = [], threading.Event()

    def cancelled():
        asked.append(True)
        return len(asked) > 5 and not last_step.set()

    def work(watch):
        watch.look(0.5)
        assert last_step.wait(TOO_LONG_S)
        while True:
            watch.look(0.6)

    with pytest.raises(Cancelled):
        watched(work, cancelled=cancelled)
    assert len(asked) == 6


def test_work_that_is_done_before_it_hears_of_cancelling_counts():
    asked, over = [], threading.Event()

    def cancelled():
        asked.append(True)
        return len(asked) > 1 and not over.set()

    assert watched(lambda watch: over.wait(TOO_LONG_S), cancelled=cancelled)


def _until_stopped(ended):
    def work(watch):
        try:
            while True:
                watch.look(0.5)
        finally:
            ended.set()

    return work


@pytest.mark.parametrize("which", ["progress", "cancelled"])
def test_what_a_callback_raises_is_raised_when_the_work_has_ended(which):
    ended, calls = threading.Event(), []

    def fail(*fraction):
        calls.append(fraction)
        if len(calls) > 2:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        watched(_until_stopped(ended), **{which: fail})
    assert ended.is_set()


def test_a_signal_is_heard_at_once_and_raised_when_the_work_has_ended():
    ended, waiting, main = threading.Event(), threading.Event(), threading.main_thread().ident
    work = _until_stopped(ended)

    def told_to_stop(watch):
        watch.look(0.1)
        assert waiting.wait(TOO_LONG_S)
        signal.pthread_kill(main, signal.SIGUSR1)
        work(watch)

    def leave(signum, frame):
        raise SystemExit("told to")

    before = signal.signal(signal.SIGUSR1, leave)
    try:
        with pytest.raises(SystemExit, match="told to"):
            watched(told_to_stop, progress=lambda fraction: waiting.set())
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert ended.is_set()
