"""A store that answers 503, breaks connections, or has lost a file."""

import socket
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.plant import all_is_well
from tests.faults.submission import submit, visitor
from tests.real_parts import program


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
        plant.wait_until(lambda: met, "a worker to try")
        assert plant.objects(pk)
    plant.wait_until(lambda: not plant.objects(pk), "the objects to go")


# What a page may cost while the store hangs: two tries of two seconds, and a pause between them.
PATIENCE_OF_PAGES_S = 8


@contextmanager
def store_that_hangs():
    """The address of somebody who takes every connection and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=128)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def seconds(answer) -> float:
    """From the click to the page."""
    return sum(one.elapsed.total_seconds() for one in [*answer.history, answer])


def test_nobody_waits_for_a_store_that_hangs(plant):
    with store_that_hangs() as address, visitor(plant, R2_ENDPOINT_URL=address) as visit:
        submit(plant, visit)
        assert plant.wait_for_end() == {"completed"}
        [pk] = plant.jobs
        here = f"/jobs/{pk}/"

        def do(what):
            answer = visit.submit(here, f"{here}{what}/")
            assert seconds(answer) < 3, what
            return answer

        for what in ("archive", "restore", "cancel", "restore"):
            assert do(what).ok
            if what == "archive":
                plant.wait_until(lambda: not plant.objects(pk), "its files to go", seconds=3)
        assert plant.wait_for_end() == {"completed"}
        assert do("delete").url.endswith("/jobs/")
        plant.wait_until(lambda: not plant.objects(pk), "its files to go", seconds=3)
        plant.jobs.clear()


def test_a_page_does_without_a_store_that_hangs(plant):
    with store_that_hangs() as address, visitor(plant, R2_ENDPOINT_URL=address) as visit:
        submit(plant, visit)
        assert plant.wait_for_end() == {"completed"}
        here = f"/jobs/{plant.jobs[0]}/"
        for path, status in {
            # Whether the file is there the browser finds out by itself.
            f"{here}play/": 302,
            f"{here}download/": 302,
            f"{here}cover/?as=png": 200,
            f"{here}spectrogram/": 404,
            f"{here}waveform/": 200,
            "/studio/voice/espeak:en-us+f3/": 503,
        }.items():
            answer = visit.get(visit.site.url + path, allow_redirects=False)
            assert (path, answer.status_code) == (path, status)
            assert seconds(answer) < PATIENCE_OF_PAGES_S, path
        # Nor is a track made again of which nobody can say that it was lost.
        assert seconds(visit.submit(here, f"{here}again/")) < PATIENCE_OF_PAGES_S
        assert plant.job(plant.jobs[0]).state == "completed"
    all_is_well(plant)


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
