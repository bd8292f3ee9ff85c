"""Which of a person's tracks their library shows, and in which order: what a link's query says.

A query is text that anybody may change, so whatever is unknown in it is left out.
"""

from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from audio.fields import is_printable
from audio.spec import TITLE_CHARS
from jobs.bands import BANDS
from jobs.models import Job

State = Job.State
NO_BEAT = "none"
BAND_CHOICES = {
    "": _("All"),
    # Light delta is a beat to choose; as a band it is delta.
    **{band.key: band.name for band in BANDS if band.key != "delta4"},
    NO_BEAT: _("No beat"),
}
STATE_CHOICES = {
    "": _("Any state"),
    "ready": _("Ready"),
    "making": _("In the making"),
    "unfinished": _("Failed or cancelled"),
    "archived": _("Archived"),
}
SORT_CHOICES = {"": _("Newest first"), "longest": _("Longest first"), "title": _("By title")}
VIEW_CHOICES = {"grid": _("Grid"), "list": _("List")}
CHOICES = {"band": BAND_CHOICES, "state": STATE_CHOICES, "sort": SORT_CHOICES, "view": VIEW_CHOICES}
VIEW_COOKIE = "library_view"

_STATES = {
    "ready": [State.COMPLETED],
    "making": Job.ACTIVE,
    "unfinished": [State.FAILED, State.CANCELLED],
    "archived": [State.ARCHIVED],
}
_ORDERS = {
    "": ["-created_at", "pk"],
    "longest": ["-duration_s", "-created_at", "pk"],
    "title": [Lower("title"), "-created_at", "pk"],
}
# What a card shows; recipes and reports stay in the database.
_COLUMNS = (
    "user_id title band state stage progress duration_s favourite created_at started_at finished_at"
    " track_bytes"
)


@dataclass(frozen=True)
class Selection:
    """What the library is asked to show."""

    q: str = ""
    band: str = ""
    state: str = ""
    favourites: str = ""
    sort: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "Selection":
        """What ``query`` asks for, as far as it makes sense."""
        words = "".join(filter(is_printable, query.get("q", "")))

        def known(name, choices):
            value = query.get(name, "")
            return value if value in choices else ""

        return cls(
            q=words.strip()[: int(TITLE_CHARS.high)],
            band=known("band", BAND_CHOICES),
            state=known("state", STATE_CHOICES),
            favourites=known("favourites", ["1"]),
            sort=known("sort", SORT_CHOICES),
        )

    def of_jobs(self, jobs):
        """Those of ``jobs`` that are asked for, in order, without their recipes."""
        return on_cards(jobs.filter(self._condition).order_by(*_ORDERS[self.sort]))

    @property
    def _condition(self) -> Q:
        condition = Q()
        if self.q:
            condition &= Q(title__icontains=self.q)
        if self.band:
            condition &= Q(band="" if self.band == NO_BEAT else self.band)
        if self.state:
            condition &= Q(state__in=_STATES[self.state])
        if self.favourites:
            condition &= Q(favourite=True)
        return condition

    @property
    def narrows(self) -> bool:
        """Whether tracks are left out."""
        return bool(self._condition)

    @property
    def is_more_than_words(self) -> bool:
        """Whether tracks are left out that have the words in their titles."""
        return replace(self, q="").narrows

    def query(self, *, page: int = 1) -> str:
        """The shortest query that says the same, from its “?” on; empty if it says nothing."""
        said = {name: value for name, value in asdict(self).items() if value}
        query = urlencode(said | ({"page": page} if page > 1 else {}))
        return f"?{query}" if query else ""

    def everything(self) -> "Selection":
        """The same order, with nothing left out."""
        return replace(Selection(), sort=self.sort)


def on_cards(jobs):
    """``jobs`` with what a card shows of them, without their recipes."""
    return jobs.only(*_COLUMNS.split())


def view_of(request) -> str:
    """How tracks are laid out: as asked for, else as the last time, else as a grid."""
    asked = [request.GET.get("view"), request.COOKIES.get(VIEW_COOKIE)]
    return next((view for view in asked if view in VIEW_CHOICES), "grid")
