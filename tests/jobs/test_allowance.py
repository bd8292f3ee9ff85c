"""A person's tracks have so much room; when it is full, nothing is begun and nothing charged."""

import pytest

from accounts import ledger
from jobs import lifecycle
from jobs.allowance import StorageFull, room_of
from jobs.models import Job


@pytest.fixture
def full(stored, user, settings):
    """The person's tracks fill their room to the last byte."""
    ledger.adjust(user, 5, reason="a gift")
    Job.objects.update(track_bytes=1_000_000 - room_of(user).used + stored.track_bytes)
    settings.STORAGE_ALLOWANCE_MB = 1
    return Job.objects.get()


def test_every_file_counts_and_only_one_s_own(user, other, stored, django_assert_num_queries):
    expected = stored.track_bytes + sum(file.bytes for file in stored.files.all())
    with django_assert_num_queries(1):
        room = room_of(user)
    assert room.used == expected > stored.track_bytes
    assert room_of(other).used == 0


def test_the_share_that_is_used(user, stored, settings):
    settings.STORAGE_ALLOWANCE_MB = 1
    assert (room_of(user).percent, room_of(user).is_full) == (0, False)
    Job.objects.update(track_bytes=500_000)
    assert room_of(user).percent == 50
    Job.objects.update(track_bytes=3_000_000)
    assert (room_of(user).percent, room_of(user).is_full) == (100, True)


def test_a_submission_is_refused_and_the_page_leads_to_the_library(client, full, choices, balance):
    before = balance()
    page = client.post("/studio/", choices).content.decode()
    assert "Archive or delete some" in page
    assert "href='/jobs/'" in page
    assert choices["title"] in page
    assert (Job.objects.count(), balance()) == (1, before)


def test_sent_twice_what_was_accepted_stays_accepted(user, full, spec):
    assert lifecycle.submit_job(user, spec, key="a-key") == full


def test_room_comes_back_with_the_archive(client, full, choices, user):
    client.post(f"/jobs/{full.pk}/archive/")
    assert room_of(user).used == 0
    assert client.post("/studio/", choices).status_code == 302


def test_an_archived_track_waits_in_the_archive_for_room(client, user, full, spec):
    archived = lifecycle.submit_job
    Job.objects.update(track_bytes=1)
    second = archived(user, spec, key="another")
    lifecycle.finish(lifecycle.claim(second.pk, "speech"), track="t", track_bytes=1)
    lifecycle.archive(Job.objects.get(pk=second.pk))
    Job.objects.filter(pk=full.pk).update(track_bytes=1_000_000)
    page = client.post(f"/jobs/{second.pk}/restore/", follow=True).content.decode()
    assert "Archive or delete some" in page
    assert Job.objects.get(pk=second.pk).state == Job.State.ARCHIVED


def test_a_retry_is_refused_and_costs_nothing(client, user, full, spec, balance):
    Job.objects.update(track_bytes=1)
    second = lifecycle.submit_job(user, spec, key="another")
    lifecycle.cancel(second)
    Job.objects.filter(pk=full.pk).update(track_bytes=1_000_000)
    before = balance()
    with pytest.raises(StorageFull):
        lifecycle.retry(second)
    page = client.post(f"/jobs/{second.pk}/retry/", follow=True).content.decode()
    assert "Archive or delete some" in page
    assert (Job.objects.get(pk=second.pk).state, balance()) == (Job.State.CANCELLED, before)


def test_what_is_in_the_making_counts_as_what_it_will_come_to(user, spec, settings):
    ledger.adjust(user, 9, reason="a gift")
    for key in ("one", "two"):
        job = lifecycle.submit_job(user, spec, key=key)
        lifecycle.finish(lifecycle.claim(job.pk, "speech"), track=f"t/{key}", track_bytes=1)
        assert lifecycle.archive(Job.objects.get(pk=job.pk))
    first, second = Job.objects.all()
    settings.STORAGE_ALLOWANCE_MB = 1
    assert lifecycle.restore(first)
    with pytest.raises(StorageFull):
        lifecycle.restore(second)
    with pytest.raises(StorageFull):
        lifecycle.submit_job(user, spec, key="three")
    assert Job.objects.get(pk=second.pk).state == Job.State.ARCHIVED
    assert Job.objects.count() == 2
