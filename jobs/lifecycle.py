"""The life of a job: every change of state, each one conditional UPDATE.

An UPDATE names the state it expects (and, from a worker, the attempt); when it changes no row,
somebody else was faster and the caller backs off. Leases run on the database's clock. What
moves a credit moves it in the same transaction.
"""

import hashlib
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from accounts import ledger
from audio import TrackSpec
from jobs import extras
from jobs.allowance import require_room
from jobs.bands import band_of_track
from jobs.database import from_now
from jobs.discards import discard
from jobs.dispatching import dispatch, dispatch_forgotten, send_each
from jobs.models import Job
from jobs.pricing import credits_for
from jobs.restraint import SPOKEN, require_restraint
from jobs.sayings import OUR_FAULT

State = Job.State

FIRST_STAGE_OF = {
    Job.Step.SPEECH: Job.Stage.SPEECH,
    Job.Step.RENDER: Job.Stage.RENDER,
}

_FROM_THE_START = {
    "step": Job.Step.SPEECH,
    "stage": "",
    "progress": 0,
    "tries": 0,
    "message": "",
    "sent_at": None,
    "sends": 0,
    "resend_at": None,
    "started_at": None,
    "finished_at": None,
}


@dataclass(frozen=True)
class Claim:
    """A worker's hold on one step of one attempt at a job."""

    job: Job
    attempt: int
    step: str

    @property
    def row(self):
        """The job's row, as long as this attempt still owns it and has not handed it on."""
        return Job.objects.filter(
            pk=self.job.pk, state=State.PROCESSING, attempt=self.attempt, step=self.step
        )


def submit_job(user, spec: TrackSpec, *, key: str) -> Job:
    """Store a job and take its price, once for the same ``key`` and the same ``spec``.

    Raises
    ------
    accounts.errors.NotEnoughCredits, jobs.refused.Refused
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
                "duration_s": spec.duration_s,
                "band": band_of_track(spec),
                "price": credits_for(spec.speech),
            },
        )
        if created:
            require_restraint(user)
            require_room(job)
            ledger.charge(user, job.price, source=job.charge_source)
            transaction.on_commit(lambda: dispatch(user.pk))
    return job


def claim(job_id, step: str, *, holder: str = "") -> Claim | None:
    """Take a job that waits for ``step``, or whose worker vanished; None if it is not there.

    It costs the job one of its tries. Only a worker that hands it on, or was told to stop, gives
    the try back.
    """
    with transaction.atomic():
        taken = Job.objects.filter(
            _free(), pk=job_id, step=step, tries__lt=settings.JOB_MAX_ATTEMPTS
        ).update(
            state=State.PROCESSING,
            attempt=F("attempt") + 1,
            tries=F("tries") + 1,
            holder=holder or uuid.uuid4().hex,
            lease_until=_lease_end(),
            stage=FIRST_STAGE_OF[step],
            sent_at=Coalesce("sent_at", Now()),
            sends=0,
            # Should the lease run out, it is to be sent at once.
            resend_at=Now(),
            started_at=Coalesce("started_at", Now()),
        )
        if not taken:
            return None
        job = Job.objects.select_related("user").get(pk=job_id)
    return Claim(job, job.attempt, job.step)


def beat(claim: Claim, stage: str, progress: float) -> bool:
    """Extend the lease and note the progress; false when the job is not this attempt's any more."""
    return bool(claim.row.update(stage=stage, progress=progress, lease_until=_lease_end()))


def hand_on(claim: Claim) -> bool:
    """Pass a job whose words are spoken to the renderers; it costs none of its tries."""
    with transaction.atomic():
        ours = claim.row.update(
            # It stays one of those that its person has under way, and is due: should this worker
            # die before it is sent, the sweeper sends it.
            step=Job.Step.RENDER,
            tries=F("tries") - 1,
            holder="",
            lease_until=Now(),
        )
        if ours:
            claim.job.refresh_from_db()
            transaction.on_commit(lambda: send_each([claim.job]))
    return bool(ours)


def finish(
    claim: Claim,
    *,
    track: str,
    track_bytes: int,
    waveform: dict | None = None,
    spectrogram: tuple[str, int] | None = None,
) -> bool:
    """Publish the track; false when the job was taken over or cancelled meanwhile.

    True as well when this very track is published already: a worker that lost the answer to its
    commit has to ask again. ``spectrogram`` is the key and the size of a stored file.
    """
    with transaction.atomic():
        ours = claim.row.update(
            state=State.COMPLETED,
            track=track,
            track_bytes=track_bytes,
            delivered=True,
            progress=1,
            message="",
            lease_until=None,
            finished_at=Now(),
        )
        if ours:
            report = extras.begin(claim.job, waveform=waveform, spectrogram=spectrogram)
            transaction.on_commit(lambda: extras.send_each([report]))
        transaction.on_commit(lambda: dispatch(claim.job.user_id))
        published = Job.objects.filter(pk=claim.job.pk, state=State.COMPLETED, track=track)
        return bool(ours) or published.exists()


def fail(claim: Claim, message: str, *, counts: bool = False) -> bool:
    """End the job with a sentence for the person, and give the credits back.

    It ``counts`` among what may be given back a day when it was no fault of ours.
    """
    return _end(claim.row, State.FAILED, message, counts=counts)


def hand_back(claim: Claim) -> bool:
    """Put a job back whose attempt failed, for another after a pause; fail it after the last."""
    if claim.job.tries >= settings.JOB_MAX_ATTEMPTS:
        return fail(claim, OUR_FAULT)
    # Whatever is out of order may be in order then. The sweeper sends it.
    pause_s = settings.JOB_RETRY_SECONDS * 2 ** (claim.job.tries - 1)
    return bool(
        claim.row.update(
            state=State.PENDING,
            lease_until=None,
            sent_at=Coalesce("sent_at", Now()),
            resend_at=from_now(pause_s),
        )
    )


def let_go_of(holder: str) -> bool:
    """Put back what a process had that died, or was killed over its time.

    Nothing more is done to the job, for this is asked for where others will be forked from: the
    message goes to another worker, or the sweeper sends a new one, or ends what had its tries.
    """
    held = Job.objects.filter(state=State.PROCESSING, holder=holder).exclude(holder="")
    return bool(held.update(state=State.PENDING, lease_until=None))


def release(claim: Claim) -> bool:
    """Put a job back whose worker was told to stop, for another at once; it costs no try."""
    with transaction.atomic():
        ours = claim.row.update(
            state=State.PENDING, tries=F("tries") - 1, lease_until=None, sent_at=None
        )
        transaction.on_commit(lambda: dispatch(claim.job.user_id))
    return bool(ours)


def cancel(job: Job, *, actor=None) -> bool:
    """Stop a job that has not ended, and give the credits back; false when it has ended.

    By an ``actor`` of our staff, it does not count among what its person may have given back.
    """
    row = Job.objects.active().filter(pk=job.pk)
    return _end(row, State.CANCELLED, "", counts=actor is None, actor=actor)


def retry(job: Job) -> bool:
    """Pay again for a job that failed or was cancelled and put it back in the queue.

    Raises
    ------
    accounts.errors.NotEnoughCredits, jobs.refused.Refused
        Nothing is changed then.
    """
    with transaction.atomic():
        changed = Job.objects.filter(
            pk=job.pk, state__in=[State.FAILED, State.CANCELLED], run=job.run
        ).update(state=State.PENDING, run=F("run") + 1, delivered=False, **_FROM_THE_START)
        if not changed:
            return False
        job.refresh_from_db()
        require_restraint(job.user)
        require_room(job)
        ledger.charge(job.user, job.price, source=job.charge_source)
        transaction.on_commit(lambda: dispatch(job.user_id))
    return True


def make_again(job: Job) -> bool:
    """Put a finished job whose file was lost back in the queue, at no charge."""
    return _take_files_away(job, State.PENDING, **_FROM_THE_START)


def archive(job: Job) -> bool:
    """Remove the files of a finished job and keep its recipe."""
    return _take_files_away(job, State.ARCHIVED)


def restore(job: Job) -> bool:
    """Have an archived job rendered again, at no charge; false when it is not archived.

    Raises
    ------
    jobs.refused.Refused
        Nothing is changed then.
    """
    with transaction.atomic():
        changed = Job.objects.filter(pk=job.pk, state=State.ARCHIVED).update(
            state=State.PENDING, **_FROM_THE_START
        )
        if not changed:
            return False
        require_room(job)
        transaction.on_commit(lambda: dispatch(job.user_id))
    return True


def _take_files_away(job: Job, state: str, **changes) -> bool:
    """Move a finished job to ``state``, without this recording and what it has beside it."""
    with transaction.atomic():
        changed = Job.objects.filter(pk=job.pk, state=State.COMPLETED, track=job.track).update(
            state=state, track="", track_bytes=0, **changes
        )
        if changed:
            extras.forget(job)
            discard(job.pk, job.attempt)
            transaction.on_commit(lambda: dispatch(job.user_id))
    return bool(changed)


def refund(job: Job, *, actor=None, reason: str = "") -> bool:
    """Give the credits of an ended job back; false when they were given back already."""
    return ledger.refund(job.user, job.price, source=job.refund_source, actor=actor, reason=reason)


def remove(job: Job) -> None:
    """Delete the job and its track; what had not ended is cancelled first."""
    with transaction.atomic():
        # Held before anything is looked at: a retry that is paid just now is cancelled here, or
        # finds no job.
        row = Job.objects.select_for_update().filter(pk=job.pk).first()
        if row:
            if not cancel(row):
                discard(row.pk, row.attempt)
            row.delete()


def sweep() -> dict[str, int]:
    """Send what no worker knows of, and end what had its tries. Safe in several copies."""
    worn_out = Job.objects.filter(_free(), tries__gte=settings.JOB_MAX_ATTEMPTS)
    ended = sum(_end(worn_out.filter(pk=job.pk), State.FAILED, OUR_FAULT) for job in worn_out)
    return {"sent": dispatch_forgotten(), "ended": ended}


def _end(rows, state: str, message: str, *, counts: bool = False, actor=None) -> bool:
    """Move the one job in ``rows`` to an unhappy end and refund it, both or neither.

    One that was finished before, and was only made again, goes to the archive instead: it can be
    made again once more, and has been paid for. Whether the refund ``counts``: see
    :mod:`jobs.restraint`; ``actor`` is whoever of our staff ends the job.
    """
    with transaction.atomic():
        job = rows.select_for_update().select_related("user").first()
        if job is None or not rows.update(
            state=State.ARCHIVED if job.delivered else state,
            message=message[:300],
            lease_until=None,
            finished_at=Now(),
        ):
            return False
        if not job.delivered:
            # The first thing that a worker does with a job is to have its words spoken.
            spoken = SPOKEN if counts and job.started_at else ""
            refund(job, actor=actor, reason="cancelled by staff" if actor else spoken)
        discard(job.pk, job.attempt)
        transaction.on_commit(lambda: dispatch(job.user_id))
    return True


def _free():
    """Nobody has it, or somebody who gave no sign of life for the length of a lease."""
    return Q(state=State.PENDING) | Q(state=State.PROCESSING, lease_until__lte=Now())


def _lease_end():
    return from_now(settings.JOB_LEASE_SECONDS)
