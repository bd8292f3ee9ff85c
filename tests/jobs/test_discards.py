"""What a person deletes is deleted, whoever dies over it and whatever the storage says."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import F

from entrain import celery_app
from jobs import discards, lifecycle, storage, tasks
from jobs.models import Discard, Job
from jobs.storage import SignedFileSystemStorage, track_key, tracks


def files(job) -> list[str]:
    return tracks().listdir(f"tracks/{job.pk}")[1]


@pytest.fixture
def discarded(stored):
    """A finished job that was deleted just now; nobody has told a worker yet."""
    lifecycle.remove(Job.objects.get())
    assert files(stored)
    return stored


@pytest.fixture
def due():
    """Let the time pass for which a note is kept."""
    return lambda: Discard.objects.update(due_at="2026-01-01T00:00Z")


@pytest.mark.parametrize("act", [lifecycle.archive, lifecycle.make_again, lifecycle.remove])
def test_who_asks_does_not_wait_for_the_storage_and_a_worker_is_told(
    stored, messages, monkeypatch, act, django_capture_on_commit_callbacks
):
    messages.clear()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(storage, "tracks", lambda: pytest.fail("the storage was asked"))
        with django_capture_on_commit_callbacks(execute=True):
            act(Job.objects.get())
    assert [name for name, *_ in messages].count(discards.TASK) == 1
    assert celery_app.tasks[discards.TASK]() == 1
    assert not files(stored)
    assert discards.clear() == 0


@pytest.mark.parametrize("act", [lifecycle.cancel, lifecycle.remove])
def test_a_job_that_no_worker_had_leaves_nothing_to_delete(
    job, messages, act, django_capture_on_commit_callbacks
):
    messages.clear()
    with django_capture_on_commit_callbacks(execute=True):
        act(job)
    assert not messages
    assert not Discard.objects.exists()


def test_without_a_broker_the_sweep_deletes_them(
    stored, monkeypatch, django_capture_on_commit_callbacks
):
    def gone(*args):
        raise ConnectionError("no broker")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(celery_app, "send_task", gone)
        with django_capture_on_commit_callbacks(execute=True):
            lifecycle.archive(stored)
    assert files(stored)
    assert tasks.sweep()["cleared"] == 1
    assert not files(stored)


def test_files_go_at_once_and_once_more_after_a_lease(stored, due):
    """A worker may have been uploading just then, and may have died since."""
    lifecycle.archive(stored)
    assert discards.clear() == 1
    assert not files(stored)
    tracks().save(track_key(stored.pk, 1), ContentFile(b"too late"))
    assert discards.clear() == 0
    due()
    assert discards.clear() == 1
    assert not files(stored)


def test_the_next_attempt_s_files_stay(stored, due):
    lifecycle.archive(stored)
    lifecycle.restore(Job.objects.get())
    claim = lifecycle.claim(stored.pk, Job.Step.SPEECH)
    key = track_key(stored.pk, claim.attempt)
    tracks().save(key, ContentFile(b"the next"))
    due()
    discards.clear()
    assert files(stored) == [f"{claim.attempt}.flac"]
    tracks().delete(key)


def test_storage_that_does_not_answer_is_asked_again_later(discarded, due, monkeypatch):
    asked = []

    def away(*args):
        asked.append(args)
        raise OSError("no storage")

    due()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(SignedFileSystemStorage, "listdir", away)
        assert discards.clear() == 0
        assert discards.clear() == 0
    assert len(asked) == 2, "asked again at once"
    due()
    assert discards.clear() == 2
    assert not files(discarded)


def test_storage_that_takes_its_time_is_not_asked_for_each(discarded, due, monkeypatch):
    asked = []

    def hang(*args):
        asked.append(args)
        time.sleep(0.1)
        raise OSError("no storage")

    due()
    monkeypatch.setattr(discards, "ROUND_SECONDS", 0.05)
    monkeypatch.setattr(SignedFileSystemStorage, "listdir", hang)
    assert discards.clear() == 0
    assert len(asked) == 1


@pytest.fixture
def four(db):
    """Keys of the files of four deleted jobs, in the order in which they are to go."""
    keys = []
    for number in range(4):
        job_id = uuid4()
        keys.append(tracks().save(track_key(job_id, 1), ContentFile(b"the flac")))
        due_at = f"2026-01-01T00:0{number}Z"
        Discard.objects.create(job_id=job_id, attempts=1, due_at=due_at)
    yield keys
    for key in keys:
        tracks().delete(key)


@pytest.fixture
def resisting(monkeypatch):
    """The errors by which the storage refuses to delete files, by key."""
    errors, delete = {}, SignedFileSystemStorage.delete

    def refuse(self, name):
        if name in errors:
            raise errors[name]
        delete(self, name)

    monkeypatch.setattr(SignedFileSystemStorage, "delete", refuse)
    yield errors
    errors.clear()


def test_a_file_that_resists_keeps_no_other_from_going(four, resisting, due):
    resisting[four[0]] = PermissionError("not this one")
    assert discards.clear() == 3
    assert list(map(tracks().exists, four)) == [True, False, False, False]
    resisting.clear()
    due()
    assert discards.clear() == 1
    assert not tracks().exists(four[0])


def test_a_file_over_which_workers_are_ended_comes_after_the_others(four, resisting):
    resisting[four[0]] = SoftTimeLimitExceeded()
    with pytest.raises(SoftTimeLimitExceeded):
        discards.clear()
    assert all(map(tracks().exists, four)), "went on past its time"
    let_leases_pass(1)
    assert discards.clear() == 3
    assert list(map(tracks().exists, four)) == [True, False, False, False]


def let_leases_pass(number: int) -> None:
    """Make it so many leases later."""
    lease = timedelta(seconds=settings.JOB_LEASE_SECONDS * number)
    Discard.objects.update(due_at=F("due_at") - lease)


def test_storage_that_keeps_one_sweep_waiting_is_not_asked_by_others(discarded, due, monkeypatch):
    listdir, asked = SignedFileSystemStorage.listdir, []

    def slow(*args):
        asked.append(args)
        if len(asked) == 1:
            assert discards.clear() == 0
        return listdir(*args)

    due()
    monkeypatch.setattr(SignedFileSystemStorage, "listdir", slow)
    assert discards.clear() == 2
    assert len(asked) == 2
    assert not files(discarded)


def test_who_finds_nothing_to_cancel_discards_nothing(claim):
    job = claim.job
    lifecycle.cancel(job)
    notes = Discard.objects.count()
    assert not lifecycle.cancel(Job.objects.get())
    assert Discard.objects.count() == notes
