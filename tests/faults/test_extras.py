"""What a track has beside it is made by workers that may die over it, and never twice."""

import signal

import pytest

from jobs.companions import FILES
from jobs.models import TrackFile
from tests.faults.plant import all_is_well
from tests.faults.processes import Process

KINDS = {*FILES, TrackFile.Kind.SPECTROGRAM}


@pytest.fixture
def extras(plant):
    """A worker that makes them."""
    return plant.start("extras")


def is_complete(plant, pk):
    """Whether the track has everything, and nobody is to do more."""
    [report] = plant.rows("SELECT * FROM jobs_report WHERE job_id = %s", pk)
    return report.due_at is None


def all_is_there(plant, pk):
    """Each file is published once and stored, and nothing else is."""
    plant.wait_until(lambda: is_complete(plant, pk), "everything beside the track")
    files = plant.rows("SELECT kind, key, bytes FROM jobs_trackfile WHERE job_id = %s", pk)
    assert {file.kind for file in files} == KINDS
    assert len(files) == len(KINDS)
    for file in files:
        head = plant.s3.head_object(Bucket="tracks", Key=file.key)
        assert head["ContentLength"] == file.bytes
    [report] = plant.rows("SELECT certificate FROM jobs_report WHERE job_id = %s", pk)
    assert report.certificate
    all_is_well(plant)


def stop(worker):
    worker.send(signal.SIGTERM)
    worker.popen.wait(timeout=60)


def test_every_message_is_lost_of_one_that_has_waited_for_long(plant):
    pk = plant.submit()
    plant.wait_for_end()
    plant.rows(
        "UPDATE jobs_report SET sends = 6, due_at = due_at + interval '1 hour' "
        "WHERE job_id = %s RETURNING id", pk,
    )  # fmt: skip
    with plant.broker_client() as client:
        client.flushall()
    plant.start("extras")
    all_is_there(plant, pk)


@pytest.mark.parametrize(
    ("end", "passed_on", "tries"),
    [(Process.kill_pool, False, 2), (Process.kill, True, 2), (stop, False, 1)],
)
def test_ended_while_it_stores_a_file(plant, end, passed_on, tries):
    pk = plant.submit()
    plant.wait_for_end()
    # Only this one's are to be made.
    plant.ask(f"Report.objects.exclude(job='{pk}').update(due_at=None)")
    with plant.proxy.holding("PUT", ".opus", passed_on=passed_on) as held:
        extras = plant.start("extras")
        plant.wait_until(held.arrived.is_set, "the upload")
        end(extras)
    if not extras.is_up:
        plant.start("extras")
    all_is_there(plant, pk)
    [report] = plant.rows("SELECT holds, tries FROM jobs_report WHERE job_id = %s", pk)
    assert (report.holds, report.tries) == (2, tries)


def test_a_track_that_is_deleted_meanwhile_leaves_nothing(plant, extras):
    with plant.proxy.holding("PUT", ".opus") as held:
        pk = plant.submit()
        plant.wait_until(held.arrived.is_set, "the upload")
        plant.ask(f"lifecycle.remove(Job.objects.get(pk='{pk}'))")
    plant.wait_until(lambda: "no longer ours" in extras.log, "it to notice")
    plant.wait_until(lambda: not plant.objects(pk), "everything to be gone")
    plant.jobs.remove(pk)
