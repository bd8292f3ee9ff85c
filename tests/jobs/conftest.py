"""Jobs and forms that the tests of this folder start from."""

import runpy
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import ledger
from audio import TrackSpec
from entrain import celery_app
from entrain.settings import __file__ as settings_file
from jobs import extras, lifecycle, rendering
from jobs.dispatching import TASK_OF
from jobs.models import Job, TrackFile
from jobs.storage import companion_key, delete_tracks, track_key, tracks
from tests import services
from tests.jobs.choices import CHOICES


@pytest.fixture(autouse=True)
def messages(monkeypatch):
    """Task and, if it is about one, job of every message to workers, who are not there."""
    messages = []
    monkeypatch.setattr(
        celery_app, "send_task", lambda name, args, **limits: messages.append((name, *args))
    )
    return messages


class Sent(Sequence):
    """Ids of the jobs in the messages to certain tasks, as it stands."""

    def __init__(self, messages, tasks):
        self._messages, self._tasks = messages, tasks

    def _ids(self):
        return [ids[0] for task, *ids in self._messages if task in self._tasks]

    def __getitem__(self, at):
        return self._ids()[at]

    def __len__(self):
        return len(self._ids())

    def __eq__(self, other):
        return self._ids() == list(other)

    def clear(self):
        self._messages.clear()


@pytest.fixture
def sent(messages):
    """Ids of the jobs that were sent to be spoken or rendered."""
    return Sent(messages, set(TASK_OF.values()))


@pytest.fixture
def sent_extras(messages):
    """Ids of the jobs whose companions were asked for."""
    return Sent(messages, {extras.TASK})


@pytest.fixture
def choices():
    """What the studio's form sends when somebody changes nothing but the words."""
    return dict(CHOICES)


@pytest.fixture
def spec():
    """The shortest honest track."""
    return TrackSpec.parse(
        {
            "title": "Calm",
            "duration_s": 60,
            "beats": [{"kind": "binaural", "beat_hz": 6}],
            "beds": [{"kind": "noise", "colour": "pink"}],
            "speech": {"lines": ["I am calm", "I am here"], "voice": "espeak:en-us+f3"},
            "seed": 1,
        }
    )


@pytest.fixture
def job(user, spec, django_capture_on_commit_callbacks):
    """A job that was paid for and waits."""
    with django_capture_on_commit_callbacks(execute=True):
        return lifecycle.submit_job(user, spec, key="a-key")


@pytest.fixture
def claim(job):
    """A worker's hold on ``job``, to speak its words."""
    return lifecycle.claim(job.pk, Job.Step.SPEECH)


@pytest.fixture
def spoken(claim):
    """A worker's hold on ``job``, whose words are spoken, to render it."""
    rendering.speak(claim)
    return lifecycle.claim(claim.job.pk, Job.Step.RENDER)


@pytest.fixture
def completed(claim):
    """``job``, finished."""
    lifecycle.finish(claim, track="tracks/x/1.flac", track_bytes=1000)
    return Job.objects.get()


@pytest.fixture
def stored(claim):
    """``job``, finished, with files of a few bytes in every format."""
    pk, key = claim.job.pk, track_key(claim.job.pk, claim.attempt)
    tracks().save(key, ContentFile(b"the flac"))
    lifecycle.finish(claim, track=key, track_bytes=8, waveform={"version": 2, "data": [0, 1]})
    hold = extras.claim(pk)
    for kind in TrackFile.Kind:
        beside = companion_key(pk, claim.attempt, hold.try_, kind)
        tracks().save(beside, ContentFile(f"the {kind}".encode()))
        extras.publish(hold, kind, key=beside, size=len(f"the {kind}"))
    extras.finish(hold)
    yield Job.objects.get()
    delete_tracks(pk, range(9))


@pytest.fixture(scope="session")
def s3():
    """An S3 server with an empty bucket: the environment that points at it."""
    with services.s3() as environment:
        yield environment


@pytest.fixture
def bucket(s3, settings, monkeypatch):
    """The bucket, empty, in which files are kept by the settings of production."""
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    storage = runpy.run_path(settings_file)["TRACK_STORAGE"]
    settings.STORAGES = settings.STORAGES | {"default": storage}
    yield tracks().bucket
    tracks().bucket.objects.delete()
    tracks().connection.meta.client.close()


@pytest.fixture
def fetch(client):
    """What the browser gets from a link, read to its end; ``response.body`` holds the bytes."""

    def fetch(link, **headers):
        response = client.get(link, headers=headers)
        if response.streaming:
            response.body = b"".join(response)
        else:
            response.body = response.content if response.status_code == 200 else b""
        return response

    return fetch


@pytest.fixture
def let_lease_run_out():
    """Make a job's worker look silent for longer than its lease."""

    def run_out(job):
        past = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(pk=job.pk).update(lease_until=past)

    return run_out


@pytest.fixture
def balance(user):
    """The person's balance now."""
    return lambda: ledger.balance(user)
