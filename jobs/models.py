"""A job: one track that a person asked for, from the words to the finished file."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audio import TrackSpec
from jobs import sayings


class JobQuerySet(models.QuerySet):
    """Selections with a name."""

    def of(self, user):
        """The jobs of this person: every view starts here."""
        return self.filter(user=user)

    def active(self):
        """What waits or is being made."""
        return self.filter(state__in=Job.ACTIVE)

    def with_place(self):
        """Each with ``ahead``: how many were asked for earlier and wait in the same queues.

        And with ``under_way``: how many of the same person are in the queues or being made.
        """
        earlier = Job.objects.filter(
            state=Job.State.PENDING, created_at__lt=OuterRef("created_at")
        ).exclude(sent_at=None)
        count = earlier.order_by().values("state").annotate(n=Count("pk")).values("n")
        own = Job.objects.of(OuterRef("user")).active().exclude(sent_at=None)
        under_way = own.order_by().values("user").annotate(n=Count("pk")).values("n")
        return self.annotate(
            ahead=Coalesce(Subquery(count), 0), under_way=Coalesce(Subquery(under_way), 0)
        )


class Job(models.Model):
    """One track on its way from ``pending`` to ``completed``, ``failed`` or ``cancelled``.

    A completed track can be ``archived``: its files are gone, the recipe is kept.

    The row is the truth; messages to workers are hints. A worker owns the job while it is
    ``processing``, ``attempt`` is the worker's own and the lease has not run out.
    :mod:`jobs.lifecycle` is the only code that changes ``state``.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        PROCESSING = "processing", _("In the making")
        COMPLETED = "completed", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        ARCHIVED = "archived", _("Archived")

    class Stage(models.TextChoices):
        SPEECH = "speech", _("Speaking your words")
        RENDER = "render", _("Mixing the sound")
        UPLOAD = "upload", _("Saving the track")

    class Step(models.TextChoices):
        """What a worker does for a job at one go; each step has a queue of its own."""

        SPEECH = "speech"
        RENDER = "render"

    ACTIVE = (State.PENDING, State.PROCESSING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    submission = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    spec = models.JSONField()
    duration_s = models.FloatField()
    # Of jobs.bands; empty without a beat.
    band = models.CharField(max_length=10, blank=True)
    favourite = models.BooleanField(default=False)
    # Whoever knows it may listen; none, and nobody but the owner may.
    share_token = models.CharField(max_length=43, null=True, blank=True, unique=True)
    price = models.PositiveSmallIntegerField()
    # How many times it was paid for: a retry after a failure is a run of its own.
    run = models.PositiveSmallIntegerField(default=1)
    # This run led to a finished track once. Made again, whatever happens, nothing is given back.
    delivered = models.BooleanField(default=False)

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    step = models.CharField(max_length=10, choices=Step, default=Step.SPEECH)
    stage = models.CharField(max_length=10, choices=Stage, blank=True)
    progress = models.FloatField(default=0)
    message = models.CharField(max_length=300, blank=True)

    # The fence: it only ever goes up, so a worker from before can never match the row again.
    attempt = models.PositiveSmallIntegerField(default=0)
    # Attempts within this run that nobody gave back; when they are used up, the job fails.
    tries = models.PositiveSmallIntegerField(default=0)
    # Which process has it: a name that no other attempt bears.
    holder = models.CharField(max_length=300, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # How often it was sent since a worker last took it, and when its message counts as lost.
    sends = models.PositiveSmallIntegerField(default=0)
    resend_at = models.DateTimeField(null=True, blank=True)

    track = models.CharField(max_length=200, blank=True)
    track_bytes = models.PositiveBigIntegerField(default=0)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="jobs_of_a_person"),
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["pending", "processing"]),
                name="jobs_active",
            ),
            models.Index(fields=["user", "band"], name="jobs_of_a_band"),
            # As the admin lists all of them.
            models.Index(fields=["-created_at", "-id"], name="jobs_of_all"),
        ]
        constraints = [
            models.UniqueConstraint("user", "submission", name="one_job_a_submission"),
            models.CheckConstraint(
                name="job_state_known",
                condition=Q(
                    state__in=[
                        "pending",
                        "processing",
                        "completed",
                        "failed",
                        "cancelled",
                        "archived",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="job_band_known",
                condition=Q(band__in=["", "delta", "theta", "alpha", "beta", "gamma"]),
            ),
            models.CheckConstraint(name="job_has_length", condition=Q(duration_s__gt=0)),
            models.CheckConstraint(name="job_share_token_not_empty", condition=~Q(share_token="")),
            models.CheckConstraint(
                name="job_completed_has_track", condition=~Q(state="completed", track="")
            ),
            models.CheckConstraint(
                name="job_track_only_when_completed",
                condition=Q(state="completed") | Q(track="", track_bytes=0),
            ),
            models.CheckConstraint(
                name="job_delivered_or_ended_unhappily",
                condition=Q(state__in=["completed", "archived"], delivered=True)
                | Q(state__in=["failed", "cancelled"], delivered=False)
                | Q(state__in=["pending", "processing"]),
            ),
            models.CheckConstraint(
                name="job_processing_has_lease",
                condition=~Q(state="processing", lease_until__isnull=True),
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, **options):
        """Store a new job. One that is there belongs to workers too: what was read of it may be
        old, so it is changed by conditional UPDATEs and never written back.

        Raises
        ------
        TypeError
            The job is there already.
        """
        if not self._state.adding:
            raise TypeError("a job is changed by a conditional UPDATE; see jobs.lifecycle")
        super().save(**options)

    @cached_property
    def track_spec(self) -> TrackSpec:
        """The recipe as the sound engine's own value."""
        return TrackSpec.parse(self.spec)

    @property
    def titled_spec(self) -> TrackSpec:
        """The recipe under the title that the person has given it since."""
        return self.track_spec.model_copy(update={"title": self.title})

    @property
    def message_here(self) -> str:
        """What the job says of itself, in the language of the page."""
        return sayings.translated(self.message)

    @property
    def is_active(self) -> bool:
        """Whether the job waits or is being made."""
        return self.state in self.ACTIVE

    @property
    def waits_for_own(self) -> int:
        """How many of its person's it waits for, one of which has to end; see ``with_place``."""
        full = self.under_way >= settings.JOBS_UNDER_WAY_A_PERSON
        return self.under_way if full and not self.sent_at else 0

    @property
    def charge_source(self) -> str:
        """The ledger source of this run's charge."""
        return f"job:{self._run_name}"

    @property
    def refund_source(self) -> str:
        """The ledger source of this run's refund."""
        return f"refund:{self._run_name}"

    @property
    def _run_name(self) -> str:
        return f"{self.pk}" if self.run == 1 else f"{self.pk}:{self.run}"

    @property
    def percent(self) -> int:
        """Progress in whole percent."""
        return int(self.progress * 100)

    @property
    def time_left(self) -> timedelta | None:
        """How long the rest will take at the pace so far; None while too little is known."""
        if self.state != self.State.PROCESSING or self.progress < 0.05:
            return None
        spent = timezone.now() - self.started_at
        return spent * (1 - self.progress) / self.progress


class TrackFile(models.Model):
    """A file that a completed track has beside its FLAC."""

    class Kind(models.TextChoices):
        OPUS = "opus", "Opus"
        M4A = "m4a", "M4A"
        MP3 = "mp3", "MP3"
        COVER_PNG = "cover.png", _("Cover as PNG")
        SPECTROGRAM = "spectrogram.png", _("Spectrogram")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=16, choices=Kind)
    key = models.CharField(max_length=200, unique=True)
    bytes = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("job", "kind", name="one_file_of_a_kind"),
            models.CheckConstraint(
                name="file_kind_known",
                condition=Q(kind__in=["opus", "m4a", "mp3", "cover.png", "spectrogram.png"]),
            ),
            models.CheckConstraint(name="file_has_key", condition=~Q(key="")),
            models.CheckConstraint(name="file_is_not_empty", condition=Q(bytes__gt=0)),
        ]

    def __str__(self):
        return self.key


class Discard(models.Model):
    """A note of files that are to go; it outlives the job. :mod:`jobs.discards` alone writes it."""

    job_id = models.UUIDField()
    # What attempts up to this one stored.
    attempts = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(db_index=True)

    def __str__(self):
        return f"{self.job_id}/1-{self.attempts}"


class Report(models.Model):
    """What is known of a completed track, and how far its companions are.

    It is begun when the track is finished and goes with it, so a worker's hold on it (this row
    and its ``holds``) is a hold on this very recording. :mod:`jobs.extras` alone changes it.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="report")
    # The attempt that made the recording: keys of companions begin with it.
    attempt = models.PositiveSmallIntegerField()
    # As BBC's audiowaveform has it, see audio.pictures; measured figures, see audio.measure.
    waveform = models.JSONField(null=True, blank=True)
    certificate = models.JSONField(null=True, blank=True)

    # How often a worker took it: the fence of this row, which only goes up.
    holds = models.PositiveSmallIntegerField(default=0)
    # Those of them that no worker gave back when it was told to stop; after so many, what is
    # missing stays missing.
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    sends = models.PositiveSmallIntegerField(default=0)
    # When a worker is to be told (again); never once all is made, or given up.
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="reports_due"),
        ]
        constraints = [
            models.CheckConstraint(
                name="report_held_is_due",
                condition=Q(lease_until=None) | Q(due_at__gte=F("lease_until")),
            ),
        ]

    def __str__(self):
        return f"{self.job_id}/{self.attempt}"
