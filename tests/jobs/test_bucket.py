"""A bucket, as production has one, keeps and gives files without a worker's memory."""

import os
import tracemalloc

import pytest

from jobs.storage import tracks

PART = 1 << 20


@pytest.fixture
def most_held():
    """The most bytes that Python has held since the beginning."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def test_a_recording_of_hours_is_read_by_way_of_the_disk(bucket, most_held):
    size = 48 * PART
    bucket.put_object(Key="tracks/long.flac", Body=os.urandom(size))
    tracemalloc.reset_peak()
    with tracks().open("tracks/long.flac") as file:
        assert sum(len(part) for part in iter(lambda: file.read(PART), b"")) == size
    assert most_held() < size / 2
