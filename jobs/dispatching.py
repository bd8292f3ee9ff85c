"""Telling workers of jobs that wait. The row is the truth and the message a hint.

A message may be lost, doubled or late: a claim decides what it is worth, and the sweeper sends
again what no worker took.
"""

import logging
import math
from collections.abc import Iterable, Iterator
from itertools import chain

from celery import current_app
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now

from audio import SpecError
from jobs.database import from_now
from jobs.models import Job
from jobs.restraint import is_used_up

logger = logging.getLogger(__name__)

TASK_OF = {
    Job.Step.SPEECH: "jobs.tasks.speak_job",
    Job.Step.RENDER: "jobs.tasks.render_job",
}
MOST_DOUBLINGS = 6


class BrokerAway(Exception):
    """The message could not be handed to the broker."""


def dispatch(user_id) -> int:
    """Send a person's waiting jobs, oldest first, as far as one person may have jobs under way.

    The others wait in the database and not in the queue, so that a hundred jobs of one person
    stand in front of nobody else's first. Gives the number sent.
    """
    return count_sent(_send_waiting(user_id))


def dispatch_forgotten() -> int:
    """Send whatever waits and no message leads to; gives the number sent."""
    sent = Job.objects.filter(
        Q(state=Job.State.PENDING) | Q(state=Job.State.PROCESSING, lease_until__lte=Now()),
    ).exclude(sent_at=None)
    # Sent and not taken in time, or taken and then left: that message is gone.
    forgotten = sent.filter(Q(resend_at__lte=Now()) | _in_vain(sent))
    again = map(_send, forgotten.order_by("created_at"))
    return count_sent(chain(again, *map(_send_waiting, _people_with_room())))


def _people_with_room():
    """Whoever has jobs that were not sent, and may have one more under way: found by one query."""
    people = Job.objects.active().order_by().values("user")
    under_way = people.annotate(all=Count("pk"), sent=Count("sent_at"))
    with_room = under_way.filter(sent__lt=settings.JOBS_UNDER_WAY_A_PERSON, all__gt=F("sent"))
    return with_room.values_list("user", flat=True)


def _in_vain(sent) -> Q:
    """Those of ``sent`` that wait for long, as if behind many others, at a queue that is empty.

    Its broker forgot everything: who waited there the longest would be sent again the latest.
    """
    patient = Q(sends__gt=1, sent_at__lte=from_now(-settings.JOB_RESEND_SECONDS))
    steps = sent.filter(patient).order_by().values_list("step", flat=True).distinct()
    return patient & Q(step__in=[step for step in steps if not messages_for(TASK_OF[step])])


def messages_for(task: str) -> int:
    """How many messages wait in the queue of a task; one, for all we know, if it does not say."""
    queue = current_app.amqp.router.route({}, task)["queue"].name
    try:
        with current_app.connection_for_write() as connection:
            return connection.channel().queue_declare(queue).message_count
    except Exception as error:
        logger.warning("the queue of %s cannot be looked into: %r", task, error)
        return 1


def send_each(jobs: Iterable[Job]) -> int:
    """Tell the workers of these jobs until the broker fails; gives the number told."""
    return count_sent(map(_send, jobs))


def count_sent(sending: Iterable[bool]) -> int:
    """Go through ``sending``, which sends one message a turn, until the broker fails.

    A broker that does not answer is no error, but it is asked once and not for every message: the
    rows say that nothing was sent, and the sweeper tries again.
    """
    sent = 0
    try:
        for was_sent in sending:
            sent += was_sent
    except BrokerAway as error:
        logger.warning("%s; the sweeper will", error)
    return sent


def time_limits(job: Job) -> dict[str, int]:
    """Seconds after which a worker gives a job's step up (soft), and is killed over it (hard)."""
    return limits_of(_seconds_of_work(job))


def limits_of(seconds_of_work: float) -> dict[str, int]:
    """The limits of a task, as Celery takes them, that should be done in so many seconds."""
    soft = math.ceil(settings.JOB_BASE_SECONDS + seconds_of_work)
    return {"soft_time_limit": soft, "time_limit": soft + settings.JOB_GRACE_SECONDS}


def _send_waiting(user_id) -> Iterator[bool]:
    """Send one person's waiting jobs, oldest first, one a turn, while there is room."""
    while job := _take_waiting(user_id):
        yield _tell(job)


def _take_waiting(user_id) -> Job | None:
    """Mark one person's oldest waiting job as sent, unless as many as may be are under way."""
    with transaction.atomic():
        # Two that counted at the same time would both find room, so one waits here for the other.
        # It keeps nobody from writing what only refers to the person, such as a refund.
        people = get_user_model().objects.select_for_update(no_key=True)
        person = people.only("pk").get(pk=user_id)
        active = Job.objects.active().filter(user=user_id)
        if active.exclude(sent_at=None).count() >= settings.JOBS_UNDER_WAY_A_PERSON:
            return None
        waiting = active.filter(sent_at=None).order_by("created_at")
        if is_used_up(person):
            waiting = waiting.filter(delivered=True)
        # Whoever has a row just now ends that job or takes it, and asks for the next afterwards;
        # to wait for them here would be to wait for each other.
        job = waiting.select_for_update(skip_locked=True).first()
        if job:
            _mark(Job.objects.filter(pk=job.pk), job)
    return job


def _send(job: Job) -> bool:
    """Tell the workers of ``job``'s step; false when somebody else did so just now."""
    return bool(_mark(_row(job), job)) and _tell(job)


def _row(job: Job):
    """The row of ``job``, as long as nobody took it, ended it or had it sent since it was read."""
    return Job.objects.active().filter(pk=job.pk, attempt=job.attempt, sends=job.sends)


def _mark(rows, job: Job) -> int:
    """Note in ``rows`` that ``job`` is sent now."""
    # Each wait is twice as long as the one before: a long queue is not filled up with copies.
    patience_s = settings.JOB_RESEND_SECONDS * 2 ** min(job.sends, MOST_DOUBLINGS)
    return rows.update(sent_at=Now(), sends=F("sends") + 1, resend_at=from_now(patience_s))


def _tell(job: Job) -> bool:
    """Hand the message about ``job``, which is marked as sent, to the broker."""
    try:
        current_app.send_task(TASK_OF[job.step], [str(job.pk)], **time_limits(job))
    except Exception as error:
        marked = Job.objects.active().filter(pk=job.pk, attempt=job.attempt, sends=job.sends + 1)
        marked.update(sent_at=None, sends=job.sends)
        raise BrokerAway(f"job {job.pk} could not be sent ({error!r})") from error
    return True


def _seconds_of_work(job: Job) -> float:
    try:
        spec = job.track_spec
    except SpecError:
        # From a newer site. It is sent all the same: the attempts of workers that do not
        # understand it either are counted, and end.
        return 0
    if job.step == Job.Step.SPEECH:
        return len(spec.speech.distinct_lines) * settings.JOB_SECONDS_A_LINE
    return spec.duration_s * settings.JOB_SECONDS_A_SECOND
