"""Each step of a job ends in what the next one needs, or in a state that says why not."""

import io
import os
from contextlib import closing

import numpy as np
import pytest
import soundfile
from django.core.files.base import ContentFile

import audio
from jobs import discards, lifecycle, rendering
from jobs.models import Job
from jobs.storage import track_key, tracks
from tests import services

State = Job.State


class StubbornVoice(audio.speech.espeak.Espeak):
    """The real offline voice, with something that happens whenever it is asked."""

    def __init__(self, happens):
        super().__init__()
        self.asked, self._happens = [], happens

    def speak(self, text, voice_id):
        self.asked.append(text)
        self._happens(text)
        return super().speak(text, voice_id)


@pytest.fixture
def voice(monkeypatch, tmp_path, settings):
    """Put a voice in place that makes something happen, over an empty clip store."""

    def put(happens=lambda text: None):
        voice = StubbornVoice(happens)
        monkeypatch.setattr(rendering, "synthesiser_for", lambda voice_id: voice)
        store = audio.DirectoryClipStore(tmp_path / "clips")
        monkeypatch.setattr(rendering, "StorageClipStore", lambda: store)
        return voice

    return put


@pytest.fixture
def often(monkeypatch):
    """Let every heartbeat through, not one a second."""
    monkeypatch.setattr(rendering, "BEAT_SECONDS", 0)
    monkeypatch.setattr(rendering, "LOOK_SECONDS", 0)


def _raise(error):
    def happens(text):
        raise error

    return happens


def test_words_that_are_spoken_go_on_to_be_rendered(
    claim, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        rendering.speak(claim)
    job = Job.objects.get()
    assert (job.state, job.step, job.tries) == (State.PROCESSING, Job.Step.RENDER, 0)
    assert sent == [str(job.pk)] * 2
    assert lifecycle.claim(job.pk, Job.Step.SPEECH) is None
    assert lifecycle.claim(job.pk, Job.Step.RENDER).attempt == 2


def test_the_track_is_stored_and_readable(spoken):
    rendering.render(spoken)
    job = Job.objects.get()
    assert job.state == State.COMPLETED
    with tracks().open(job.track) as file:
        sound, rate = soundfile.read(file)
    assert (sound.shape, rate) == ((60 * 44_100, 2), 44_100)
    assert np.abs(sound).max() < 1
    assert tracks().size(job.track) == job.track_bytes


def test_each_distinct_line_is_asked_for_once_and_kept(claim, voice):
    voice = voice()
    rendering.speak(claim)
    assert sorted(voice.asked) == ["I am calm", "I am here"]
    rendering.render(lifecycle.claim(claim.job.pk, Job.Step.RENDER))
    assert Job.objects.get().state == State.COMPLETED
    assert len(voice.asked) == 2


def test_progress_is_written_while_it_goes_on(claim, often, monkeypatch):
    seen = []
    beat = lifecycle.beat
    monkeypatch.setattr(lifecycle, "beat", lambda c, *at: seen.append(at) or beat(c, *at))
    rendering.speak(claim)
    rendering.render(lifecycle.claim(claim.job.pk, Job.Step.RENDER))
    assert {stage for stage, _ in seen} == set(Job.Stage)
    assert [progress for _, progress in seen] == sorted(progress for _, progress in seen)


def test_a_voice_that_fails_is_told_in_its_words(claim, voice, balance):
    voice(_raise(audio.SpeechError("the voice is ill; choose another")))
    rendering.speak(claim)
    job = Job.objects.get()
    assert (job.state, job.message) == (State.FAILED, "The voice is ill; choose another.")
    assert balance() == 1


def test_words_longer_than_the_track_fail_with_the_least_length(spoken, balance):
    spoken.job.spec["speech"] |= {"lines": ["I am slowly and deeply at rest"] * 60}
    rendering.render(spoken)
    job = Job.objects.get()
    assert job.state == State.FAILED
    assert "at least 3 minutes" in job.message
    assert balance() == 1


def test_an_unforeseen_fault_puts_the_job_back(claim, voice, caplog):
    voice(_raise(RuntimeError("nobody thought of this")))
    rendering.speak(claim)
    assert Job.objects.get().state == State.PENDING
    assert "nobody thought of this" in caplog.text


def test_a_cancelled_job_stops_and_leaves_no_file(spoken, often, monkeypatch, balance):
    beat = lifecycle.beat

    def cancelled_while_mixing(claim, stage, progress):
        if stage == Job.Stage.RENDER:
            lifecycle.cancel(spoken.job)
        return beat(spoken, stage, progress)

    monkeypatch.setattr(lifecycle, "beat", cancelled_while_mixing)
    rendering.render(spoken)
    assert Job.objects.get().state == State.CANCELLED
    assert not tracks().exists(track_key(spoken.job.pk, spoken.attempt))
    assert balance() == 1


def test_a_worker_looks_more_often_than_it_writes(claim, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(rendering, "LOOK_SECONDS", 0)
    heartbeat = rendering.Heartbeat(claim)
    before = Job.objects.values().get()
    with django_assert_num_queries(3):
        assert not any(heartbeat.cancelled() for _ in range(3))
    assert Job.objects.values().get() == before
    lifecycle.cancel(claim.job)
    assert heartbeat.cancelled()


def test_an_upload_that_is_not_wanted_any_more_is_not_tried_again():
    """Of most errors of a file the client of S3 takes the network to be the reason."""
    asked, stop_at = [], None

    def progress(fraction):
        asked.append(fraction)
        return stop_at is not None and len(asked) >= stop_at

    def upload():
        file = rendering.ReportingFile(io.BytesIO(b"flac"), 4, progress)
        client.put_object(Bucket="tracks", Key="a.flac", Body=file)

    with services.s3() as bucket, closing(services.s3_client(bucket)) as client:
        upload()
        # The last read, which is one for the network: it is read for its signature before.
        stop_at = len(asked)
        asked.clear()
        with pytest.raises(audio.Cancelled):
            upload()
    assert len(asked) == stop_at


def test_a_worker_that_was_overtaken_removes_its_own_file(spoken, monkeypatch):
    """Another attempt takes over between the last heartbeat and the end of the upload."""
    save = tracks().save

    def overtaken(key, file):
        saved = save(key, file)
        if key == track_key(spoken.job.pk, spoken.attempt):
            Job.objects.update(attempt=99)
        return saved

    monkeypatch.setattr(tracks(), "save", overtaken)
    rendering.render(spoken)
    assert Job.objects.get().state == State.PROCESSING
    assert not tracks().exists(track_key(spoken.job.pk, spoken.attempt))


def test_files_of_dead_attempts_are_removed(spoken, let_lease_run_out):
    tracks().save(track_key(spoken.job.pk, spoken.attempt), ContentFile(b"half a track"))
    let_lease_run_out(spoken.job)
    rendering.render(lifecycle.claim(spoken.job.pk, Job.Step.RENDER))
    assert Job.objects.get().track == track_key(spoken.job.pk, spoken.attempt + 1)
    assert not tracks().exists(track_key(spoken.job.pk, spoken.attempt))


def test_files_of_a_job_that_failed_are_removed(spoken):
    tracks().save(track_key(spoken.job.pk, spoken.attempt), ContentFile(b"half a track"))
    lifecycle.fail(spoken, "it broke")
    discards.clear()
    assert not tracks().exists(track_key(spoken.job.pk, spoken.attempt))


def test_a_spec_from_a_newer_site_waits_for_a_newer_worker(spoken):
    Job.objects.update(spec=spoken.job.spec | {"version": 99})
    spoken.job.refresh_from_db()
    rendering.render(spoken)
    assert Job.objects.get().state == State.PENDING


def test_a_worker_told_to_stop_hands_the_job_back(claim, voice):
    voice(_raise(SystemExit(0)))
    with pytest.raises(SystemExit):
        rendering.speak(claim)
    job = Job.objects.get()
    assert (job.state, job.tries) == (State.PENDING, 0)


def test_no_temporary_files_stay(claim, voice, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    voice(_raise(audio.SpeechError("no")))
    rendering.speak(claim)
    assert not [name for name in os.listdir(tmp_path) if name.startswith("entrain-")]
