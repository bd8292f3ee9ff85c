"""The life of a job: every change of state, each one conditional UPDATE.

An UPDATE names the state it expects (and, from a worker, the attempt); when it changes no row,
somebody else was faster and the caller backs off. Leases run on the database's clock. What
moves a credit moves it in the same transaction.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Now

from accounts import ledger
from audio import TrackSpec
from jobs.models import Job
from jobs.pricing import credits_for

logger = logging.getLogger(__name__)
State = Job.State

OUR_FAULT = (
    "Something went wrong on our side and the track could not be made. "
    "Please try again; if it happens again, tell us."
)


@dataclass(frozen=True)
class Claim:
    """A worker's hold on one attempt at a job."""

    job: Job
    attempt: int

    @property
    def row(self):
        """The job's row, as long as this attempt still owns it."""
        return Job.objects.filter(pk=self.job.pk, state=State.PROCESSING, attempt=self.attempt)


def submit_job(user, spec: TrackSpec, *, key: str) -> Job:
    """Store a job and take its price, once for the same ``key`` and the same ``spec``.

    Raises
    ------
    accounts.errors.NotEnoughCredits
        Nothing is stored then.
    """
    submission = hashlib.sha256(f"{key}\n{spec.to_json()}".encode()).hexdigest()
    with transaction.atomic():
        job, created = Job.objects.get_or_create(
            user=user,
            submission=submission,
            defaults={
                "title": spec.title,
                "spec": spec.model_dump(mode="json"),
                "price": credits_for(spec.speech),
            },
        )
        if created:
            ledger.charge(user, job.price, source=job.charge_source)
            transaction.on_commit(lambda: send(job))
    return job


def send(job: Job) -> None:
    """Tell the workers; a broker that does not answer is no error, the sweeper sends again."""
    from jobs.tasks import render_job

    try:
        render_job.delay(str(job.pk))
    except Exception as error:
        logger.warning("job %s could not be sent, the sweeper will: %r", job.pk, error)
        return
    Job.objects.filter(pk=job.pk, state__in=Job.ACTIVE).update(sent_at=Now())


def claim(job_id) -> Claim | None:
    """Take a waiting job, or one whose worker went silent; None when there is nothing to take."""
    takeable = Q(state=State.PENDING) | Q(state=State.PROCESSING, lease_until__lt=Now())
    with transaction.atomic():
        taken = Job.objects.filter(takeable, pk=job_id, tries__lt=settings.JOB_MAX_ATTEMPTS).update(
            state=State.PROCESSING,
            attempt=F("attempt") + 1,
            tries=F("tries") + 1,
            lease_until=_lease_end(),
            stage=Job.Stage.SPEECH,
            progress=0,
            started_at=Now(),
        )
        if not taken:
            return None
        job = Job.objects.select_related("user").get(pk=job_id)
    return Claim(job, job.attempt)


def beat(claim: Claim, stage: str, progress: float) -> bool:
    """Extend the lease and note the progress; false when the job is not this attempt's any more."""
    return bool(claim.row.update(stage=stage, progress=progress, lease_until=_lease_end()))


def finish(claim: Claim, *, track: str, track_bytes: int) -> bool:
    """Publish the track; false when the job was taken over or cancelled meanwhile."""
    return bool(
        claim.row.update(
            state=State.COMPLETED,
            track=track,
            track_bytes=track_bytes,
            progress=1,
            stage="",
            message="",
            lease_until=None,
            finished_at=Now(),
        )
    )


def fail(claim: Claim, message: str) -> bool:
    """End the job with a sentence for the person, and give the credits back."""
    return _end(claim.row, State.FAILED, message)


def hand_back(claim: Claim, *, counted: bool = True) -> bool:
    """Put the job back in the queue; fail it when that was its last attempt.

    An attempt is not ``counted`` when the job had no part in its end: the worker was told to stop.
    """
    if counted and claim.job.tries >= settings.JOB_MAX_ATTEMPTS:
        return fail(claim, OUR_FAULT)
    return bool(
        claim.row.update(
            state=State.PENDING,
            tries=F("tries") if counted else F("tries") - 1,
            stage="",
            progress=0,
            lease_until=None,
            sent_at=None,
        )
    )


def cancel(job: Job) -> bool:
    """Stop a job that has not ended, and give the credits back; false when it has ended."""
    return _end(Job.objects.active().filter(pk=job.pk), State.CANCELLED, "")


def retry(job: Job) -> bool:
    """Pay again for a job that failed or was cancelled and put it back in the queue.

    Raises
    ------
    accounts.errors.NotEnoughCredits
        Nothing is changed then.
    """
    with transaction.atomic():
        changed = Job.objects.filter(
            pk=job.pk, state__in=[State.FAILED, State.CANCELLED], run=job.run
        ).update(
            state=State.PENDING,
            run=F("run") + 1,
            tries=0,
            message="",
            stage="",
            progress=0,
            sent_at=None,
            started_at=None,
            finished_at=None,
        )
        if not changed:
            return False
        job.refresh_from_db()
        ledger.charge(job.user, job.price, source=job.charge_source)
        transaction.on_commit(lambda: send(job))
    return True


def refund(job: Job, *, actor=None, reason: str = "") -> bool:
    """Give the credits of an ended job back; false when they were given back already."""
    return ledger.refund(job.user, job.price, source=job.refund_source, actor=actor, reason=reason)


def remove(job: Job) -> None:
    """Delete the job and its track; what had not ended is cancelled first."""
    from jobs.storage import delete_tracks

    with transaction.atomic():
        cancel(job)
        Job.objects.filter(pk=job.pk).delete()
        transaction.on_commit(lambda: delete_tracks(job.pk, range(1, job.attempt + 1)))


def sweep() -> dict[str, int]:
    """Send what no worker knows of, and end what ran out of attempts. Safe in several copies."""
    silent = Job.objects.filter(state=State.PROCESSING, lease_until__lt=Now())
    worn_out = silent.filter(tries__gte=settings.JOB_MAX_ATTEMPTS)
    ended = sum(_end(worn_out.filter(pk=job.pk), State.FAILED, OUR_FAULT) for job in worn_out)

    unsent = Q(sent_at=None) | Q(sent_at__lt=_from_now(-settings.JOB_RESEND_SECONDS))
    forgotten = Job.objects.filter(unsent, state=State.PENDING) | silent.filter(unsent)
    sent = 0
    for job in forgotten.order_by("created_at"):
        send(job)
        sent += 1
    return {"sent": sent, "ended": ended}


def _end(rows, state: str, message: str) -> bool:
    """Move the one job in ``rows`` to an unhappy end and refund it, both or neither."""
    with transaction.atomic():
        job = rows.select_for_update().select_related("user").first()
        if job is None or not rows.update(
            state=state, message=message[:300], lease_until=None, finished_at=Now()
        ):
            return False
        refund(job)
    return True


def _lease_end():
    return _from_now(settings.JOB_LEASE_SECONDS)


def _from_now(seconds: float):
    return ExpressionWrapper(
        Now() + Value(timedelta(seconds=seconds)), output_field=DateTimeField()
    )
