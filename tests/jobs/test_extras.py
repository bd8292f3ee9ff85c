"""Who makes what a track has beside it: one worker at a time, sent again a few times, then left."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from kombu import Connection

from entrain import celery_app
from jobs import extras, lifecycle
from jobs.models import Job, Report, TrackFile


@pytest.fixture
def ready(claim, django_capture_on_commit_callbacks):
    """A job just finished."""
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.finish(
            claim, track="tracks/x/1.flac", track_bytes=1, waveform={"data": [1]},
            spectrogram=("tracks/x/1-0.spectrogram.png", 9),
        )  # fmt: skip
    return Job.objects.get()


@pytest.fixture
def hold(ready):
    return extras.claim(ready.pk)


def _time_passes():
    past = timezone.now() - timedelta(hours=2)
    Report.objects.exclude(lease_until=None).update(lease_until=past)
    Report.objects.exclude(due_at=None).update(due_at=past)


def test_what_came_with_the_track_is_published_with_it(ready):
    assert ready.report.waveform == {"data": [1]}
    assert [(f.kind, f.bytes) for f in ready.files.all()] == [("spectrogram.png", 9)]


def test_the_workers_are_told_once_the_track_is_there(ready, sent_extras):
    assert sent_extras == [str(ready.pk)]


def test_to_finish_twice_is_to_finish_once(claim, ready, sent_extras):
    assert lifecycle.finish(claim, track="tracks/x/1.flac", track_bytes=1)
    assert (Report.objects.count(), TrackFile.objects.count()) == (1, 1)


def test_one_worker_has_it(ready, hold):
    assert (hold.try_, hold.report.attempt) == (1, 1)
    assert extras.claim(ready.pk) is None
    assert extras.beat(hold)


def test_after_its_lease_another_takes_it_and_the_first_publishes_nothing(ready, hold):
    _time_passes()
    second = extras.claim(ready.pk)
    assert second.try_ == 2
    assert not extras.beat(hold)
    assert not extras.publish(hold, "opus", key="a", size=1)
    assert not extras.certify(hold, {})
    assert not extras.finish(hold)
    assert not extras.hand_back(hold)
    assert extras.publish(second, "opus", key="b", size=1)
    assert TrackFile.objects.get(kind="opus").key == "b"


def test_to_publish_twice_is_to_publish_once(hold):
    assert extras.publish(hold, "opus", key="a", size=1)
    assert extras.publish(hold, "opus", key="a", size=1)
    assert not extras.publish(hold, "opus", key="b", size=1)


def test_nothing_is_left_to_claim_when_all_is_made(ready, hold, sent_extras):
    assert extras.finish(hold)
    _time_passes()
    assert extras.claim(ready.pk) is None
    assert extras.sweep() == 0


@pytest.mark.parametrize("end", [lifecycle.make_again, lifecycle.archive, lifecycle.remove])
def test_of_a_recording_that_is_gone_nothing_is_published(ready, hold, end):
    end(ready)
    assert not extras.beat(hold)
    assert not extras.publish(hold, "opus", key="a", size=1)
    assert not TrackFile.objects.exists()
    assert extras.claim(ready.pk) is None


def test_a_recording_made_again_has_its_own(ready, hold):
    lifecycle.make_again(ready)
    claim = lifecycle.claim(ready.pk, Job.Step.SPEECH)
    lifecycle.finish(claim, track="tracks/x/2.flac", track_bytes=1)
    assert not extras.publish(hold, "opus", key="a", size=1)
    assert extras.claim(ready.pk).report.attempt == 2


def test_a_message_that_was_lost_is_sent_again_ever_more_rarely(ready, sent_extras, settings):
    assert extras.sweep() == 0
    for sends in (1, 2):
        due_s = (Report.objects.get().due_at - timezone.now()).total_seconds()
        expected = settings.JOB_RESEND_SECONDS * 2 ** (sends - 1)
        assert expected - 5 < due_s <= expected
        Report.objects.update(due_at=F("due_at") - timedelta(seconds=due_s + 1))
        assert extras.sweep() == 1
    assert len(sent_extras) == 3


def test_what_waits_long_at_an_empty_queue_is_sent_again_soon(ready, settings, monkeypatch):
    monkeypatch.setattr(celery_app, "connection_for_write", lambda: Connection("memory://"))
    hour = timezone.now() + timedelta(hours=1)
    Report.objects.update(sends=6, due_at=hour)
    with celery_app.connection_for_write() as connection:
        queue = connection.SimpleQueue("extras")
        queue.put("somebody else's")
        assert extras.sweep() == 0
        assert Report.objects.get().due_at == hour
        queue.clear()
        assert extras.sweep() == 0
        left_s = (Report.objects.get().due_at - timezone.now()).total_seconds()
        assert left_s == pytest.approx(settings.JOB_RESEND_SECONDS, abs=5)


def test_an_empty_queue_shortens_the_time_of_no_worker(hold, monkeypatch):
    monkeypatch.setattr(celery_app, "connection_for_write", lambda: Connection("memory://"))
    hour = timezone.now() + timedelta(hours=1)
    Report.objects.update(sends=6, due_at=hour, lease_until=hour)
    assert extras.sweep() == 0
    assert Report.objects.get().due_at == hour


def test_without_a_broker_the_sweeper_sends_it_later(claim, monkeypatch, messages, sent_extras):
    def broken(*args, **options):
        raise ConnectionError

    lifecycle.finish(claim, track="tracks/x/1.flac", track_bytes=1)
    with monkeypatch.context() as patch:
        patch.setattr(celery_app, "send_task", broken)
        assert extras.sweep() == 0
    assert extras.sweep() == 1
    assert sent_extras == [str(claim.job.pk)]


def test_after_its_tries_it_is_left_and_the_track_stays(ready, sent_extras, balance, caplog):
    for _ in range(extras.MAX_TRIES):
        hold = extras.claim(ready.pk)
        assert extras.hand_back(hold)
        _time_passes()
    assert extras.claim(ready.pk) is None
    assert extras.sweep() == 0
    assert Report.objects.get().due_at is None
    assert "without some of their companions" in caplog.text
    assert Job.objects.get().state == Job.State.COMPLETED
    assert balance() == 0


def test_a_worker_told_to_stop_costs_no_try_and_the_next_is_told_at_once(
    ready, sent_extras, django_capture_on_commit_callbacks
):
    stopped = []
    for stops in range(1, extras.MAX_TRIES + 2):
        stopped.append(extras.claim(ready.pk))
        with django_capture_on_commit_callbacks(execute=True):
            assert extras.release(stopped[-1])
        assert len(sent_extras) == 1 + stops
    assert extras.claim(ready.pk).report.tries == 1
    assert not any(extras.publish(hold, "opus", key="a", size=1) for hold in stopped)


def test_a_file_that_the_storage_lost_is_made_anew(ready, hold):
    extras.publish(hold, "opus", key="a", size=1)
    extras.finish(hold)
    assert extras.make_anew(ready, "opus")
    assert not extras.make_anew(ready, "opus")
    assert not TrackFile.objects.filter(kind="opus").exists()
    assert extras.claim(ready.pk).try_ == 2


def test_what_is_lost_while_others_are_made_is_made_after_them(ready):
    hold = extras.claim(ready.pk)
    extras.publish(hold, "opus", key="tracks/x/1-1.opus", size=1)
    assert not extras.make_anew(ready, "opus")
    extras.finish(hold)
    assert extras.make_anew(ready, "opus")
    assert not TrackFile.objects.filter(kind="opus").exists()


def test_database_refuses_files_that_cannot_be(ready):
    for impossible in (
        {"kind": "wav", "key": "a", "bytes": 1},
        {"kind": "opus", "key": "", "bytes": 1},
        {"kind": "opus", "key": "a", "bytes": 0},
        {"kind": "spectrogram.png", "key": "a", "bytes": 1},
        {"kind": "opus", "key": "tracks/x/1-0.spectrogram.png", "bytes": 1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            TrackFile.objects.create(job=ready, **impossible)
