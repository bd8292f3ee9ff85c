"""Who has too many tracks given back a day begins no other: what was spoken has been paid for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import ledger
from jobs import lifecycle, restraint
from jobs.models import Job
from jobs.restraint import TooManyGivenBack


@pytest.fixture
def given_back(user, spec, settings):
    """Two tracks were cancelled, which is as many as may be."""
    settings.JOB_REFUNDS_A_DAY = 2
    for key in ("one", "two"):
        lifecycle.cancel(lifecycle.submit_job(user, spec, key=key))
    return list(Job.objects.all())


def test_no_other_is_begun_and_nothing_is_taken(user, spec, given_back, balance):
    before = balance()
    with pytest.raises(TooManyGivenBack):
        lifecycle.submit_job(user, spec, key="three")
    with pytest.raises(TooManyGivenBack):
        lifecycle.retry(given_back[0])
    assert (Job.objects.count(), balance()) == (2, before)
    assert {job.state for job in Job.objects.all()} == {"cancelled"}


def test_deleting_them_is_no_way_around(user, spec, given_back):
    for job in given_back:
        lifecycle.remove(job)
    with pytest.raises(TooManyGivenBack):
        lifecycle.submit_job(user, spec, key="three")


def test_the_studio_says_so_and_keeps_the_words(client, given_back, choices):
    page = client.post("/studio/", choices).content.decode()
    assert "Try again tomorrow" in page
    assert "I am strong" in page
    again = client.post(f"/jobs/{given_back[0].pk}/retry/", follow=True)
    assert "Try again tomorrow" in again.content.decode()


def test_a_day_later_all_is_as_before(user, spec, given_back, monkeypatch):
    monkeypatch.setattr(restraint, "DAY", timedelta(0))
    assert lifecycle.submit_job(user, spec, key="three")


def test_what_staff_give_back_and_what_others_cancel_does_not_count(user, other, spec, settings):
    settings.JOB_REFUNDS_A_DAY = 1
    ledger.adjust(user, 5, reason="a gift")
    job = lifecycle.submit_job(user, spec, key="one")
    lifecycle.finish(lifecycle.claim(job.pk, "speech"), track="t", track_bytes=1)
    assert lifecycle.refund(job, actor=other, reason="a complaint")
    ledger.give_signup_credit(other)
    lifecycle.cancel(lifecycle.submit_job(other, spec, key="one"))
    assert ledger.refunds_since(user, timezone.now() - timedelta(days=1)) == 0
    assert lifecycle.submit_job(user, spec, key="two")
