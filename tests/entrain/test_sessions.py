"""A sign-in that ran out is not kept for ever."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from entrain.tasks import clear_sessions


def test_sessions_that_ran_out_are_removed_by_the_scheduler(client, settings):
    Session.objects.create(session_key="old", expire_date=timezone.now() - timedelta(seconds=1))
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert clear_sessions.name in scheduled
    clear_sessions()
    assert [kept.session_key for kept in Session.objects.all()] == [client.session.session_key]
    assert client.get("/jobs/").status_code == 200
