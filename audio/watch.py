"""How long work tells of its progress and hears that it is no longer wanted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

from audio.errors import Cancelled

T = TypeVar("T")

# How often the caller hears of progress and is asked whether to go on.
REPORT_EVERY_S = 0.05

# What counts as done before there is anything to count.
BEGUN = 0.001


class Watch:
    """Between work and whoever waits for it in another thread."""

    def __init__(self) -> None:
        self.fraction, self.news = 0.0, Event()
        self._unwanted = False

    def look(self, fraction: float = BEGUN) -> None:
        """Say how much is done, 0 to 1, and go no further if the work is no longer wanted.

        Raises
        ------
        Cancelled
            It is not.
        """
        if self._unwanted:
            raise Cancelled("the work was cancelled")
        if fraction > self.fraction:
            self.fraction = fraction
        self.news.set()

    def stop(self) -> None:
        """Let the next :meth:`look` end the work."""
        self._unwanted = True


def watched(
    work: Callable[[Watch], T],
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> T:
    """What ``work`` returns, done in a thread of its own while the caller's tells and asks.

    So neither waits for a step that takes long, and a signal is heard at once.

    Parameters
    ----------
    work : is given the watch to look at.
    progress : called every ``REPORT_EVERY_S`` with the fraction done, and at the end with 1.
    cancelled : asked before the work begins and as often; once it answers true the work stops.

    Raises
    ------
    Cancelled
        ``cancelled`` answered true before the last look. This, and whatever is raised by the work,
        by one of the two or by a signal, comes when the work has ended.
    """
    tell, unwanted = progress or (lambda fraction: None), cancelled or (lambda: False)
    if unwanted():
        raise Cancelled("the work was cancelled")
    watch = Watch()
    with ThreadPoolExecutor(1, thread_name_prefix="watched") as worker:
        try:
            future = worker.submit(work, watch)
            future.add_done_callback(lambda _: watch.news.set())
            watch.news.wait(REPORT_EVERY_S)
            while not future.done() and not unwanted():
                if watch.fraction:
                    tell(watch.fraction)
                wait([future], timeout=REPORT_EVERY_S)
        finally:
            watch.stop()
    result = future.result()
    tell(1.0)
    return result
