"""What a person deletes is deleted, whoever dies over it and whatever the storage says."""

import pytest
from django.core.files.base import ContentFile

from jobs import discards, lifecycle
from jobs.models import Discard, Job
from jobs.storage import SignedFileSystemStorage, track_key, tracks


def files(job) -> list[str]:
    return tracks().listdir(f"tracks/{job.pk}")[1]


@pytest.fixture
def discarded(stored):
    """A finished job whose deletion was committed by a process that died right then."""
    lifecycle.remove(Job.objects.get())
    assert files(stored)
    return stored


@pytest.fixture
def due():
    """Let the time pass for which a note is kept."""
    return lambda: Discard.objects.update(due_at="2026-01-01T00:00Z")


def test_the_files_of_a_process_that_died_after_its_commit_go_all_the_same(discarded, due):
    assert discards.clear() == 0
    due()
    assert discards.clear() == 1
    assert not files(discarded)
    assert discards.clear() == 0


def test_files_go_at_once_and_once_more_after_a_lease(
    stored, due, django_capture_on_commit_callbacks
):
    """A worker may have been uploading just then, and may have died since."""
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.archive(stored)
    assert not files(stored)
    tracks().save(track_key(stored.pk, 1), ContentFile(b"too late"))
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
    def away(*args):
        raise OSError("no storage")

    due()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(SignedFileSystemStorage, "listdir", away)
        assert discards.clear() == 0
    assert discards.clear() == 0, "asked again at once"
    due()
    assert discards.clear() == 1
    assert not files(discarded)


def test_storage_that_keeps_one_sweep_waiting_is_not_asked_by_others(discarded, due, monkeypatch):
    listdir, asked = SignedFileSystemStorage.listdir, []

    def slow(*args):
        asked.append(args)
        if len(asked) == 1:
            assert discards.clear() == 0
        return listdir(*args)

    due()
    monkeypatch.setattr(SignedFileSystemStorage, "listdir", slow)
    assert discards.clear() == 1
    assert len(asked) == 1
    assert not files(discarded)


def test_who_finds_nothing_to_cancel_discards_nothing(job):
    lifecycle.cancel(job)
    notes = Discard.objects.count()
    assert not lifecycle.cancel(Job.objects.get())
    assert Discard.objects.count() == notes
