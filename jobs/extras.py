"""What a finished track gets beside it: who makes it, and what of it is published.

A track is complete without any of this, so nothing here touches a job's state or a credit. The
report's row is the truth and the message a hint, as with jobs: a worker holds the row by one
conditional UPDATE with a lease, every later write names its try, and the sweeper sends again what
no worker works on. After so many tries, not counting those of workers that were told to stop, what
is still missing stays missing.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from jobs.database import from_now
from jobs.dispatching import MOST_DOUBLINGS, BrokerAway, count_sent, limits_of, messages_for
from jobs.models import Job, Report, TrackFile

logger = logging.getLogger(__name__)

TASK = "jobs.tasks.make_extras"
MAX_TRIES = 4


@dataclass(frozen=True)
class Hold:
    """A worker's hold on what a recording has beside it."""

    report: Report
    try_: int

    @property
    def row(self):
        """The report's row, as long as its recording is there and the hold is good."""
        return Report.objects.filter(pk=self.report.pk, holds=self.try_, due_at__isnull=False)


def begin(job: Job, *, waveform: dict | None, spectrogram: tuple[str, int] | None) -> Report:
    """Note that ``job``, just finished, has nothing beside it yet but these two."""
    if spectrogram:
        key, size = spectrogram
        TrackFile.objects.create(job=job, kind=TrackFile.Kind.SPECTROGRAM, key=key, bytes=size)
    return Report.objects.create(job=job, attempt=job.attempt, waveform=waveform, due_at=Now())


def forget(job: Job) -> None:
    """Take the rows of all that a job has beside a recording that goes."""
    # In this order: a worker that publishes just now either came before, or finds no report.
    Report.objects.filter(job=job.pk).delete()
    TrackFile.objects.filter(job=job.pk).delete()


def send_each(reports: Iterable[Report]) -> int:
    """Tell the workers of reports that are due until the broker fails; gives the number told."""
    return count_sent(map(_send, reports))


def _send(report: Report) -> bool:
    """Tell the workers of ``report``; false when somebody else did so just now."""
    patience_s = settings.JOB_RESEND_SECONDS * 2 ** min(report.sends, MOST_DOUBLINGS)
    row = Report.objects.filter(pk=report.pk, holds=report.holds)
    due = row.filter(sends=report.sends, due_at__lte=Now())
    if not due.update(sends=F("sends") + 1, due_at=from_now(patience_s)):
        return False
    try:
        current_app.send_task(TASK, [str(report.job_id)], **time_limits(report.job))
    except Exception as error:
        row.filter(sends=report.sends + 1).update(due_at=Now(), sends=report.sends)
        raise BrokerAway(f"extras of {report} could not be sent ({error!r})") from error
    return True


def time_limits(job: Job) -> dict[str, int]:
    """Seconds after which a worker gives this up (soft), and is killed over it (hard)."""
    return limits_of(job.duration_s * settings.JOB_SECONDS_A_SECOND)


def claim(job_id) -> Hold | None:
    """Take what is still to be made; None when that is nothing, or another worker has it."""
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    with transaction.atomic():
        taken = Report.objects.filter(
            free, job=job_id, due_at__isnull=False, tries__lt=MAX_TRIES
        ).update(holds=F("holds") + 1, tries=F("tries") + 1, sends=0, **_lease())
        if not taken:
            return None
        report = Report.objects.select_related("job").defer("waveform").get(job=job_id)
    return Hold(report, report.holds)


def beat(hold: Hold) -> bool:
    """Extend the lease; false when the recording is gone, or went to another worker."""
    return bool(hold.row.update(**_lease()))


def publish(hold: Hold, kind: str, *, key: str, size: int) -> bool:
    """Put a stored file beside the track; false when the hold is lost.

    True as well when this very file is published already: a worker that lost the answer to its
    commit has to ask again.
    """
    with transaction.atomic():
        if not _still_ours(hold):
            return False
        _, new = TrackFile.objects.get_or_create(
            job=hold.report.job, kind=kind, defaults={"key": key, "bytes": size}
        )
        return new or TrackFile.objects.filter(key=key).exists()


def certify(hold: Hold, certificate: dict) -> bool:
    """Keep what was measured; false when the hold is lost."""
    with transaction.atomic():
        return _still_ours(hold) and bool(hold.row.update(certificate=certificate))


def finish(hold: Hold) -> bool:
    """Note that everything is made."""
    return bool(hold.row.update(due_at=None, lease_until=None))


def hand_back(hold: Hold) -> bool:
    """Leave the rest to another try, a little later."""
    later = from_now(settings.JOB_RESEND_SECONDS)
    return bool(hold.row.update(due_at=later, lease_until=None))


def release(hold: Hold) -> bool:
    """Leave the rest to another worker at once, for this one was told to stop; it costs no try."""
    with transaction.atomic():
        ours = hold.row.update(tries=F("tries") - 1, due_at=Now(), lease_until=None)
        if ours:
            hold.report.refresh_from_db()
            transaction.on_commit(lambda: send_each([hold.report]))
    return bool(ours)


def make_anew(job: Job, kind: str) -> bool:
    """Have a file made again that the storage has lost, if there are tries left for it.

    False as well while others are still being made: whoever misses it then asks again.
    """
    with transaction.atomic():
        # The job comes first, as with everybody who takes both.
        Job.objects.select_for_update().filter(pk=job.pk).values("pk").first()
        settled = Report.objects.filter(job=job, due_at=None)
        if not settled.exists():
            return False
        lost = TrackFile.objects.filter(job=job, kind=kind).delete()[0]
        return bool(lost and settled.filter(tries__lt=MAX_TRIES).update(due_at=Now(), sends=0))


def sweep() -> int:
    """Send what is due, and give up what had its tries; gives the number sent."""
    _wait_no_longer_in_vain()
    due = Report.objects.filter(due_at__lte=Now())
    given_up = due.filter(tries__gte=MAX_TRIES).update(due_at=None, lease_until=None)
    if given_up:
        logger.error("%s tracks stay without some of their companions", given_up)
    return send_each(due.select_related("job").defer("waveform", "certificate"))


def _wait_no_longer_in_vain() -> None:
    """Whoever waits for long, as if behind many others, at a queue that is empty waits shortly.

    Its broker forgot everything: what waited there the longest would be sent again the latest.
    """
    soon = from_now(settings.JOB_RESEND_SECONDS)
    patient = Report.objects.filter(sends__gt=1, lease_until=None, due_at__gt=soon)
    if patient.exists() and not messages_for(TASK):
        patient.update(due_at=soon)


def _still_ours(hold: Hold) -> bool:
    """Look again, and let nobody take the recording away before the transaction ends."""
    # The job comes first, as with everybody who takes both: else two could wait for each other.
    job = Job.objects.select_for_update().filter(pk=hold.report.job_id).values("pk").first()
    return job is not None and bool(hold.row.update(**_lease()))


def _lease():
    end = from_now(settings.JOB_LEASE_SECONDS)
    return {"lease_until": end, "due_at": end}
