"""Who cancels too many tracks a day whose words were spoken begins no other: that was paid for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import ledger
from jobs import lifecycle, rendering, restraint, sayings
from jobs.dispatching import dispatch
from jobs.models import Job
from jobs.restraint import TooManyGivenBack


@pytest.fixture
def given_back(user, spec, settings):
    """Two tracks were cancelled while they were spoken, which is as many as may be."""
    settings.JOB_REFUNDS_A_DAY = 2
    for key in ("one", "two"):
        lifecycle.cancel(_begun(user, spec, key))
    return list(Job.objects.all())


def _begun(user, spec, key):
    """A job that a worker speaks."""
    return lifecycle.claim(lifecycle.submit_job(user, spec, key=key).pk, "speech").job


def test_no_other_is_begun_and_nothing_is_taken(user, spec, given_back, balance):
    before = balance()
    with pytest.raises(TooManyGivenBack):
        lifecycle.submit_job(user, spec, key="three")
    with pytest.raises(TooManyGivenBack):
        lifecycle.retry(given_back[0])
    assert (Job.objects.count(), balance()) == (2, before)
    assert {job.state for job in Job.objects.all()} == {"cancelled"}


def test_taking_all_on_beforehand_is_no_way_around(user, spec, settings, monkeypatch):
    settings.JOB_REFUNDS_A_DAY = settings.JOBS_UNDER_WAY_A_PERSON = 1
    ledger.adjust(user, 1, reason="one more")
    first, _ = (lifecycle.submit_job(user, spec, key=key) for key in ("one", "two"))
    assert dispatch(user.pk) == 1
    lifecycle.cancel(lifecycle.claim(first.pk, "speech").job)
    assert dispatch(user.pk) == 0
    monkeypatch.setattr(restraint, "DAY", timedelta(0))
    assert dispatch(user.pk) == 1


def test_deleting_them_is_no_way_around(user, spec, given_back):
    for job in given_back:
        lifecycle.remove(job)
    with pytest.raises(TooManyGivenBack):
        lifecycle.submit_job(user, spec, key="three")


def test_the_studio_says_so_and_keeps_the_words(client, given_back, choices):
    page = client.post("/studio/", choices).content.decode()
    assert "2 of your tracks" in page
    assert "Try again tomorrow" in page
    assert "I am strong" in page
    again = client.post(f"/jobs/{given_back[0].pk}/retry/", follow=True)
    assert "Try again tomorrow" in again.content.decode()


def test_a_day_later_all_is_as_before(user, spec, given_back, monkeypatch):
    monkeypatch.setattr(restraint, "DAY", timedelta(0))
    assert lifecycle.submit_job(user, spec, key="three")


def test_what_cost_nothing_yet_does_not_count(user, spec, settings):
    settings.JOB_REFUNDS_A_DAY = 1
    lifecycle.cancel(lifecycle.submit_job(user, spec, key="waits"))
    lifecycle.cancel(_begun(user, spec, "begun"))
    with pytest.raises(TooManyGivenBack):
        lifecycle.submit_job(user, spec, key="another")


def test_a_retry_that_waits_is_not_taken_for_one_that_was_spoken(user, spec, settings):
    settings.JOB_REFUNDS_A_DAY = 2
    job = _begun(user, spec, "one")
    lifecycle.cancel(job)
    lifecycle.retry(Job.objects.get())
    lifecycle.cancel(Job.objects.get())
    assert lifecycle.retry(Job.objects.get())


def test_what_fails_through_us_does_not_count_but_words_that_do_not_fit_do(
    user, spec, settings, balance
):
    settings.JOB_REFUNDS_A_DAY = 1
    for key in ("one", "two"):
        job = lifecycle.submit_job(user, spec, key=key)
        lifecycle.fail(lifecycle.claim(job.pk, "speech"), sayings.OUR_FAULT)
    speech = {"lines": ["I am calm and here"] * 40, "voice": "espeak:en-us+f3", "repetitions": 20}
    long = spec.parse(spec.model_dump(mode="json") | {"speech": speech})
    job = lifecycle.submit_job(user, long, key="long")
    rendering.speak(lifecycle.claim(job.pk, "speech"))
    rendering.render(lifecycle.claim(job.pk, "render"))
    assert (Job.objects.get(pk=job.pk).state, balance()) == (Job.State.FAILED, 1)
    with pytest.raises(TooManyGivenBack):
        lifecycle.submit_job(user, spec, key="another")


def test_before_the_last_one_it_is_said(client, user, spec, settings):
    settings.JOB_REFUNDS_A_DAY = 2
    warning = "Only 2 tracks may be cancelled within a day"
    first = _begun(user, spec, "one")
    for page in ("", "delete/"):
        assert warning not in client.get(f"/jobs/{first.pk}/{page}").text
    lifecycle.cancel(first)
    second = _begun(user, spec, "two")
    for page in ("", "delete/"):
        assert warning in client.get(f"/jobs/{second.pk}/{page}").text
    assert warning not in client.get(f"/jobs/{first.pk}/").text


def test_the_history_of_credits_says_which_counted(client, given_back):
    page = client.get("/accounts/credits/").text
    assert page.count("after its words had begun to be spoken") == 2


def test_what_staff_give_back_and_what_others_cancel_does_not_count(user, other, spec, settings):
    settings.JOB_REFUNDS_A_DAY = 1
    ledger.adjust(user, 5, reason="a gift")
    job = lifecycle.submit_job(user, spec, key="one")
    lifecycle.finish(lifecycle.claim(job.pk, "speech"), track="t", track_bytes=1)
    assert lifecycle.refund(job, actor=other, reason="a complaint")
    assert lifecycle.cancel(_begun(user, spec, "stopped"), actor=other)
    ledger.give_signup_credit(other)
    lifecycle.cancel(_begun(other, spec, "one"))
    day_ago = timezone.now() - timedelta(days=1)
    assert ledger.refunds_since(user, day_ago, reason=restraint.SPOKEN) == 0
    assert lifecycle.submit_job(user, spec, key="two")
