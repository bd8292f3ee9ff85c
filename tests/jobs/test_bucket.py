"""A bucket, as production has one, keeps and gives files without a worker's memory."""

import hashlib
import os
import time
import tracemalloc

import pytest
from botocore.response import StreamingBody

from jobs import companions, extras, lifecycle
from jobs.models import Job, TrackFile
from jobs.storage import PART_BYTES, read_in_parts, track_key, tracks

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


def test_a_recording_of_hours_can_be_read_as_it_comes(bucket, most_held):
    stored, come = os.urandom(48 * PART), hashlib.sha256()
    bucket.put_object(Key="tracks/long.flac", Body=stored)
    expected = hashlib.sha256(stored).digest()
    del stored
    tracemalloc.reset_peak()
    for part in read_in_parts("tracks/long.flac"):
        come.update(part)
    assert come.digest() == expected
    assert most_held() < 8 * PART


class TestASlowNetwork:
    """A recording takes longer to come than a worker's lease lasts."""

    BYTES = 40 * PART_BYTES
    SECONDS = 3.2

    @pytest.fixture(autouse=True)
    def _short_lease(self, settings, monkeypatch):
        settings.JOB_LEASE_SECONDS = 2
        monkeypatch.setattr(companions, "BEAT_SECONDS", 0.1)

    @pytest.fixture
    def hold(self, bucket, claim):
        """A worker's hold on what is to be made beside a recording of so many bytes."""
        key = track_key(claim.job.pk, claim.attempt)
        bucket.put_object(Key=key, Body=os.urandom(self.BYTES))
        lifecycle.finish(claim, track=key, track_bytes=self.BYTES)
        return extras.claim(claim.job.pk)

    @pytest.fixture
    def come(self, monkeypatch):
        """How many bytes came, at each read; ``come.then`` is done after each."""
        read, come = StreamingBody.read, Come()

        def slowly(body, size=None):
            part = read(body, size)
            time.sleep(self.SECONDS * len(part) / self.BYTES)
            come.append(len(part))
            come.then()
            return part

        monkeypatch.setattr(StreamingBody, "read", slowly)
        return come

    def test_the_companions_are_made_by_the_worker_that_fetches_it(self, hold, come):
        others = []
        come.then = lambda: others.append(extras.claim(hold.report.job_id))
        companions.make(hold)
        assert sum(come) == self.BYTES
        assert not any(others)
        assert TrackFile.objects.get().kind == TrackFile.Kind.COVER_PNG

    def test_what_is_not_wanted_any_more_is_fetched_no_further(self, hold, come):
        come.then = lambda: lifecycle.archive(Job.objects.get())
        companions.make(hold)
        assert sum(come) < self.BYTES / 2
        assert not TrackFile.objects.exists()


class Come(list):
    """What a slow network brought, and what happens whenever it brings something."""

    def then(self):
        """Nothing, unless a test says so."""
