"""A store that answers 503, breaks connections, or has lost a file."""

import subprocess
from pathlib import Path

import pytest

from tests.faults.plant import all_is_well
from tests.real_parts import program

pytestmark = pytest.mark.xdist_group("faults of servers")


@pytest.mark.parametrize("trouble", ["unavailable", "reset"])
def test_a_few_refusals_in_an_upload_are_tried_again(plant, trouble):
    with plant.proxy.trouble(trouble, "PUT", "/tracks/tracks/", times=2) as met:
        pk = plant.submit()
        assert plant.wait_for_end() == {"completed"}
    assert len(met) == 2
    assert plant.job(pk).attempt == 2
    all_is_well(plant)


def test_a_store_that_refuses_for_long_costs_attempts_then_the_credit_is_back(plant):
    with plant.proxy.trouble("reset", "PUT", "/tracks/tracks/"):
        pk = plant.submit()
        assert plant.wait_for_end() == {"failed"}
    assert "wrong on our side" in plant.job(pk).message
    all_is_well(plant)


def test_a_long_upload_that_breaks_off_leaves_no_parts(plant):
    with plant.proxy.trouble("reset", "PUT", "partNumber=2", times=5):
        plant.submit(seconds=300)
        assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)
    assert "Uploads" not in plant.s3.list_multipart_uploads(Bucket="tracks")


def test_parts_of_a_worker_that_was_killed_are_given_up_by_housekeeping(plant):
    with plant.proxy.holding("PUT", "partNumber=2") as held:
        plant.submit(seconds=300)
        plant.wait_until(held.arrived.is_set, "the second part")
        plant.processes["worker"].kill()
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    assert "Uploads" in plant.s3.list_multipart_uploads(Bucket="tracks")
    plant.ask("housekeeping.remove_orphans(older_than=__import__('datetime').timedelta(0))")
    assert "Uploads" not in plant.s3.list_multipart_uploads(Bucket="tracks")
    all_is_well(plant)


def test_a_lost_file_is_made_again_for_nothing(plant):
    pk = plant.submit()
    assert plant.wait_for_end() == {"completed"}
    first = plant.job(pk)
    plant.s3.delete_object(Bucket="tracks", Key=first.track)
    assert plant.ask(f"lifecycle.make_again(Job.objects.get(pk='{pk}'))")
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).track != first.track
    all_is_well(plant)


def test_a_track_deleted_while_the_store_is_away_goes_when_it_is_back(plant):
    pk = plant.submit()
    assert plant.wait_for_end() == {"completed"}
    with plant.proxy.trouble("reset", "GET", "/tracks?") as met:
        plant.ask(f"lifecycle.remove(Job.objects.get(pk='{pk}'))")
        plant.jobs.clear()
        assert met
        assert plant.objects(pk)
    plant.wait_until(lambda: not plant.objects(pk), "the objects to go")


def test_a_disk_that_is_full(plant, tmp_path):
    """The track does not fit: a sentence, the credit, and the disk is empty again."""
    # Mounted for the worker alone, the disk goes with its last process.
    mount = f'mount -t tmpfs -o size=1m tmpfs {tmp_path} && exec "$@"'
    cramped = [program("unshare"), "--mount", "sh", "-c", mount, "sh"]
    if subprocess.run([*cramped, "true"], capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    plant.end("worker")
    worker = plant.start("worker", label="cramped", before=cramped, TMPDIR=str(tmp_path))
    pk = plant.submit(seconds=300)
    assert plant.wait_for_end() == {"failed"}
    assert "disk may be full" in plant.job(pk).message
    all_is_well(plant)
    disk = Path(f"/proc/{worker.pid}/root{tmp_path}")
    assert disk.stat().st_dev != tmp_path.stat().st_dev
    plant.wait_until(lambda: not list(disk.glob("entrain-*")), "the disk to be emptied")
