"""Once a day the storage is freed of what nobody owns, however much there is of it."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile
from django.utils import timezone

from entrain import celery_app
from jobs import housekeeping, rendering, tasks
from jobs.models import Job
from jobs.storage import SignedFileSystemStorage, StorageClipStore, tracks
from tests.jobs.shelf import shelve
from tests.services import free_port

pytestmark = pytest.mark.django_db
OLD = housekeeping.ORPHAN_AGE + timedelta(minutes=1)


@pytest.fixture
def folder(settings, tmp_path):
    """The folder, empty, in which files are kept."""
    storage = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"default": storage}
    return tmp_path


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request):
    """Files are kept in a folder, then in a bucket."""
    request.getfixturevalue(request.param)


@pytest.fixture
def requests(bucket):
    """The operations that the bucket was asked for."""
    asked = []
    events = tracks().connection.meta.client.meta.events
    events.register("before-call.s3", lambda model, **_: asked.append(model.name))
    return asked


@pytest.fixture
def job_with_files(user):
    """Makes a finished job that publishes a track and a file beside it; gives their keys."""

    def make():
        folder = f"tracks/{(pk := uuid4())}"
        [job] = shelve(user, "Calm", pk=pk, track=f"{folder}/1.flac")
        job.files.update(key=f"{folder}/1-1.opus")
        return store(f"{folder}/1.flac", f"{folder}/1-1.opus")

    return make


def store(*keys: str, age: timedelta | None = None) -> list[str]:
    """Store a file of a byte under each key; in a folder it can be made older."""
    for key in keys:
        tracks().save(key, ContentFile(b"x"))
        if age:
            then = (timezone.now() - age).timestamp()
            os.utime(tracks().path(key), (then, then))
    return list(keys)


def is_there(key: str) -> bool:
    return tracks().exists(key)


def test_only_what_no_job_publishes_goes(anywhere, job_with_files):
    published = job_with_files() + job_with_files()
    folder = published[0].rpartition("/")[0]
    orphans = store(f"{folder}/2.flac", f"tracks/{uuid4()}/1.flac", "tracks/who/knows.mp3")
    assert housekeeping.remove_orphans(older_than=timedelta()) == len(orphans)
    assert [key for key in published + orphans if is_there(key)] == published


def test_what_may_be_an_upload_that_is_about_to_be_published_stays(folder):
    store(f"tracks/{uuid4()}/1.flac")
    store(f"tracks/{uuid4()}/1.flac", age=OLD)
    assert housekeeping.remove_orphans() == 1
    assert housekeeping.remove_orphans() == 0


def test_an_empty_storage_is_tidy(anywhere):
    assert housekeeping.remove_orphans(older_than=timedelta()) == 0


def test_many_jobs_cost_no_request_and_no_query_each(
    requests, job_with_files, django_assert_max_num_queries
):
    for _ in range(40):
        job_with_files()
    requests.clear()
    with django_assert_max_num_queries(4):
        assert housekeeping.remove_orphans(older_than=timedelta()) == 0
    assert len(requests) <= 4


def test_more_files_than_are_compared_at_once_are_all_seen(folder, job_with_files, monkeypatch):
    monkeypatch.setattr(housekeeping, "AT_ONCE", 3)
    published = [key for _ in range(4) for key in job_with_files()]
    orphans = store(*(f"tracks/{uuid4()}/1.flac" for _ in range(5)))
    assert housekeeping.remove_orphans(older_than=timedelta()) == 5
    assert [key for key in published + orphans if is_there(key)] == published


def test_a_file_that_vanishes_meanwhile_keeps_none_of_the_others(folder):
    orphans = store(f"tracks/{uuid4()}/1.flac", f"tracks/{uuid4()}/1.flac")
    for key in orphans:
        # Whoever is listed and gone when it is looked at is like a link that leads nowhere.
        Path(tracks().path(key)).with_name("0.flac").symlink_to("nowhere")
    assert housekeeping.remove_orphans(older_than=timedelta()) == 2
    assert not any(map(is_there, orphans))


def test_a_file_that_resists_keeps_none_of_the_others(folder, monkeypatch):
    orphans = sorted(store(*(f"tracks/{uuid4()}/1.flac" for _ in range(3))))
    delete = SignedFileSystemStorage.delete

    def resist(self, name):
        if name == orphans[0]:
            raise PermissionError(name)
        delete(self, name)

    monkeypatch.setattr(SignedFileSystemStorage, "delete", resist)
    assert housekeeping.remove_orphans(older_than=timedelta()) == 2
    assert list(map(is_there, orphans)) == [True, False, False]


def test_uploads_that_were_never_completed_are_given_up_whatever_befalls_the_files(bucket):
    bucket.Object("tracks/long.flac").initiate_multipart_upload()
    client = tracks().connection.meta.client

    def refuse(**_):
        raise ClientError({"Error": {"Code": "503"}}, "ListObjects")

    client.meta.events.register("before-call.s3.ListObjects", refuse)
    with pytest.raises(ClientError):
        housekeeping.remove_orphans(older_than=timedelta())
    client.meta.events.unregister("before-call.s3.ListObjects", refuse)
    assert not list(bucket.multipart_uploads.all())


def test_an_upload_that_ends_just_now_keeps_none_of_the_others(bucket):
    for key in ("tracks/a.flac", "tracks/b.flac"):
        bucket.Object(key).initiate_multipart_upload()
    events = tracks().connection.meta.client.meta.events

    def end_it(**_):
        events.unregister("before-call.s3.AbortMultipartUpload", end_it)
        next(iter(bucket.multipart_uploads.all())).abort()

    events.register("before-call.s3.AbortMultipartUpload", end_it)
    housekeeping.remove_orphans(older_than=timedelta())
    assert not list(bucket.multipart_uploads.all())


class TestSpokenClips:
    """Kept for a month after they were spoken, and no longer, whoever has use for them."""

    def keep(self, key: str, age: timedelta) -> None:
        StorageClipStore().put(key, b"spoken")
        then = (timezone.now() - age).timestamp()
        os.utime(tracks().path(f"clips/{key[:2]}/{key}"), (then, then))

    def test_a_month_after_it_was_spoken_a_clip_goes(self, folder):
        self.keep("ab01", timedelta(days=29))
        self.keep("ab02", timedelta(days=31))
        assert StorageClipStore().get("ab02"), "which makes it no younger"
        assert tasks.tidy() == 1
        assert StorageClipStore().get("ab01") == b"spoken"
        assert StorageClipStore().get("ab02") is None

    def test_spoken_again_it_stays_for_another_month(self, folder):
        self.keep("ab01", timedelta(days=31))
        StorageClipStore().put("ab01", b"spoken again")
        assert tasks.tidy() == 0

    def test_in_a_bucket_they_cost_no_request_each(self, requests):
        for number in range(20):
            StorageClipStore().put(f"ab{number}", b"spoken")
        requests.clear()
        assert housekeeping.remove_old_clips() == 0
        assert len(requests) == 1
        assert housekeeping.remove_old_clips(older_than=timedelta()) == 20
        assert StorageClipStore().get("ab1") is None

    def test_a_track_whose_clips_went_is_made_all_the_same(self, folder, spoken):
        assert housekeeping.remove_old_clips(older_than=timedelta()) == 2
        rendering.render(spoken)
        assert Job.objects.get().state == Job.State.COMPLETED


class TestOneAtATime:
    """However many workers are told to, and whether they can tell each other or not."""

    @pytest.fixture(autouse=True)
    def orphans(self, folder):
        return store(*(f"tracks/{uuid4()}/1.flac" for _ in range(2)), age=OLD)

    def test_a_second_worker_leaves_it_to_the_first(self, monkeypatch):
        delete, second = SignedFileSystemStorage.delete, []

        def delete_and_look_around(self, name):
            second.append(tasks.tidy())
            delete(self, name)

        monkeypatch.setattr(SignedFileSystemStorage, "delete", delete_and_look_around)
        assert tasks.tidy() == 2
        assert second == [0, 0]

    def test_after_it_ended_badly_the_next_may(self, monkeypatch):
        def away(*args):
            raise KeyError("a fault of our own")

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(SignedFileSystemStorage, "delete", away)
            with pytest.raises(KeyError):
                tasks.tidy()
        assert tasks.tidy() == 2

    def test_without_the_cache_it_is_done_all_the_same(self, settings):
        nobody = f"redis://127.0.0.1:{free_port()}/0"
        redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": nobody}
        settings.CACHES = {"default": redis}
        assert tasks.tidy() == 2


def test_it_ends_before_the_broker_takes_its_worker_for_dead():
    tidy = celery_app.tasks["jobs.tasks.tidy"]
    # After so long Redis gives a message to another worker, see the settings.
    assert 0 < tidy.soft_time_limit < tidy.time_limit < 4 * 3600
