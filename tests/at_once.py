"""Racing: the same thing from several threads at one moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

START_SECONDS = 10


def at_once(count: int, act) -> list:
    """Call ``act(number)`` from ``count`` threads together; their answers, or what they raised."""
    start = Barrier(count, timeout=START_SECONDS)

    def run(number: int):
        try:
            start.wait()
            return act(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
