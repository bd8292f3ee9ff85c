"""How much room a person's tracks take, and what happens when it is used up."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs.models import Job, TrackFile
from jobs.refused import AccountClosed, Refused
from jobs.templatetags.sizes import file_size

# A recording with noise in it, and the formats made beside it, as measured.
COMING_BYTES_A_SECOND = 185_000


@dataclass(frozen=True)
class Room:
    """Bytes used of bytes allowed."""

    used: int
    allowed: int

    @property
    def is_full(self) -> bool:
        """Whether no track may be added."""
        return self.used >= self.allowed

    @property
    def percent(self) -> int:
        """The share that is used, at most 100."""
        return min(100 * self.used // self.allowed, 100)


class StorageFull(Refused):
    """A person's tracks take all the room they may."""

    to_staff = "has no room left"

    def __init__(self, room: Room) -> None:
        super().__init__(f"{room.used} of {room.allowed} bytes are used")
        self.room = room

    def in_words(self) -> SafeString:
        """What a person is told, with the way on."""
        sentence = _(
            "Your tracks fill the {allowed} you have. <a href='{library}'>Archive or delete some"
            "</a> and there is room again; nothing was stored or taken."
        )
        allowed = file_size(self.room.allowed)
        return format_html(sentence, allowed=allowed, library=reverse("jobs"))


def room_of(user) -> Room:
    """The room that everything stored for ``user`` takes, counted by one query."""
    files = TrackFile.objects.filter(job=OuterRef("pk")).order_by().values("job")
    beside = Coalesce(Subquery(files.annotate(sum=Sum("bytes")).values("sum")), 0)
    jobs = Job.objects.of(user).filter(state=Job.State.COMPLETED).annotate(beside=beside)
    used = jobs.aggregate(used=Sum(F("track_bytes") + F("beside")))["used"] or 0
    return Room(used, settings.STORAGE_ALLOWANCE_MB * 1_000_000)


def require_room(job: Job) -> None:
    """Refuse to begin ``job``, stored just now in this transaction, while there is no room.

    What else is in the making counts as what it will come to, and whoever begins another one at
    the same time, or closes the account, waits here until this transaction ends.

    Raises
    ------
    StorageFull, jobs.refused.AccountClosed
    """
    people = get_user_model().objects.select_for_update().only("pk", "is_active")
    user = people.get(pk=job.user_id)
    # A request may have been let in before the account was closed.
    if not user.is_active:
        raise AccountClosed
    others = Job.objects.of(user).active().exclude(pk=job.pk)
    coming_s = others.aggregate(sum=Sum("duration_s"))["sum"] or 0
    stored = room_of(user)
    room = Room(stored.used + round(coming_s * COMING_BYTES_A_SECOND), stored.allowed)
    if room.is_full:
        raise StorageFull(room)
