"""An archived track has no files and keeps its recipe; it is rendered again at no charge."""

import pytest
from django.core.files.base import ContentFile

from jobs import discards, lifecycle
from jobs.housekeeping import CLIP_AGE
from jobs.models import Job, Report, TrackFile
from jobs.storage import companion_key, track_key, tracks

State = Job.State


@pytest.fixture
def ready(claim, django_capture_on_commit_callbacks):
    """A finished job with its recording and one file beside it."""
    job = claim.job
    keys = track_key(job.pk, 1), companion_key(job.pk, 1, 1, "opus")
    for key in keys:
        tracks().save(key, ContentFile(b"sound"))
    lifecycle.finish(claim, track=keys[0], track_bytes=5)
    TrackFile.objects.create(job=job, kind="opus", key=keys[1], bytes=5)
    Report.objects.get_or_create(job=job, defaults={"attempt": 1})
    return Job.objects.get()


@pytest.fixture
def archived(ready):
    assert lifecycle.archive(ready)
    discards.clear()
    return Job.objects.get()


def test_the_files_are_gone_and_the_recipe_is_kept(archived, spec):
    assert (archived.state, archived.track, archived.track_bytes) == (State.ARCHIVED, "", 0)
    assert archived.track_spec == spec
    assert not archived.files.exists()
    assert not Report.objects.exists()
    assert tracks().listdir(f"tracks/{archived.pk}")[1] == []


def test_only_what_is_finished_is_archived(job, archived):
    assert not lifecycle.archive(archived)
    lifecycle.restore(archived)
    assert not lifecycle.archive(Job.objects.get())


def test_restoring_costs_nothing(archived, balance, sent, django_capture_on_commit_callbacks):
    before = balance()
    with django_capture_on_commit_callbacks(execute=True):
        assert lifecycle.restore(archived)
    assert not lifecycle.restore(archived)
    assert Job.objects.get().state == State.PENDING
    assert sent[-1] == str(archived.pk)
    assert balance() == before


@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_a_restoring_that_comes_to_nothing_leaves_it_archived_and_paid_for(archived, balance, end):
    before = balance()
    lifecycle.restore(archived)
    if end == "cancelled":
        assert lifecycle.cancel(archived)
    else:
        assert lifecycle.fail(lifecycle.claim(archived.pk, Job.Step.SPEECH), "It broke.")
    job = Job.objects.get()
    assert job.state == State.ARCHIVED
    assert job.message == ("It broke." if end == "failed" else "")
    assert balance() == before
    assert lifecycle.restore(job)


def test_who_cancels_a_restoring_is_not_told_of_credits(client, archived):
    lifecycle.restore(archived)
    page = client.post(f"/jobs/{archived.pk}/cancel/", follow=True).content.decode()
    assert "credit is back" not in page
    assert "Archived. The recipe is kept" in page


def test_its_page_says_how_long_what_was_spoken_is_kept(client, archived):
    page = client.get(f"/jobs/{archived.pk}/").content.decode()
    assert f"spoken more than {CLIP_AGE.days} days ago are spoken anew" in page
