"""What a player needs to know of a track."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audio.curves import Value, keyframes_of
from audio.spec import Bed, TrackSpec
from jobs.library import Selection
from jobs.models import Job, TrackFile
from jobs.studio.beats import KINDS
from jobs.studio.beds import BED_OF, key_of

register = template.Library()

# A browser takes the first of these that it plays. Opus is small and starts at once; Safari has
# come to it late and prefers M4A. Until these are made, the FLAC comes in their place.
SOURCES = (
    (TrackFile.Kind.OPUS, "audio/ogg; codecs=opus"),
    (TrackFile.Kind.M4A, "audio/mp4; codecs=mp4a.40.2"),
    ("flac", "audio/flac"),
)

# In the order of a person who wonders which to take.
FORMATS = {
    "flac": ("FLAC", gettext_lazy("lossless, to keep")),
    TrackFile.Kind.M4A: ("M4A", gettext_lazy("small, for Apple’s devices")),
    TrackFile.Kind.OPUS: ("Opus", gettext_lazy("smallest, for Android and browsers")),
    TrackFile.Kind.MP3: ("MP3", gettext_lazy("for everything else")),
}
MUSIC = gettext_lazy("Your own music")
KIND_OF = {key: name for key, name, _words in KINDS}
# The parts of the sessions that the sound engine knows.
PARTS = {
    "Settle": gettext_lazy("Settle"),
    "Deepen": gettext_lazy("Deepen"),
    "Rise": gettext_lazy("Rise"),
    "Hold": gettext_lazy("Hold"),
    "Return": gettext_lazy("Return"),
}


@register.inclusion_tag("jobs/_sources.html", takes_context=True)
def sources(context, address: str):
    """The formats of a finished track for a player to choose from, at ``address?as=…``.

    A page that does not hand on all of them names its own in ``kinds``.
    """
    kinds = context.get("kinds", [kind for kind, _type in SOURCES])
    return {
        "sources": [(f"{address}?as={kind}", type_) for kind, type_ in SOURCES if kind in kinds]
    }


@register.simple_tag
def page_query(asked: Selection, page: int) -> str:
    """The query of another page of the same selection."""
    return asked.query(page=page)


@register.filter
def marks(certificate: dict | None) -> list[tuple[str, str]]:
    """Where words were found: start and width of each stretch, as parts of a picture's width."""
    if not certificate:
        return []
    length_s = certificate["duration_s"]
    return [
        (_percent(start, length_s), _percent(stop - start, length_s))
        for start, stop in certificate["speech"]["places_s"]
    ]


@register.filter
def phases(spec: TrackSpec) -> list[tuple[str, str]]:
    """The parts of a session that have a name, and where each begins, as part of the width."""
    return [
        (_percent(phase.start_s, spec.duration_s), PARTS.get(phase.name, phase.name))
        for phase in spec.phases
    ]


@register.filter
def has(job: Job, kind: str) -> bool:
    """Whether a job has such a file beside its track."""
    return any(file.kind == kind for file in job.files.all())


@register.filter
def formats(job: Job) -> list[tuple[str, str, str, int]]:
    """What a finished track can be saved as: key, name, what it is good for, bytes."""
    sizes = {"flac": job.track_bytes, **{file.kind: file.bytes for file in job.files.all()}}
    return [(kind, *about, sizes[kind]) for kind, about in FORMATS.items() if kind in sizes]


@register.filter
def in_words(kind: str) -> str:
    """What a kind of beat is called, within a sentence."""
    return str(KIND_OF[kind]).lower()


@register.filter
def bed_in_words(bed: Bed) -> str:
    """What a bed is called; the studio offers all but music."""
    key = key_of(bed)
    return BED_OF[key].name if key else MUSIC


@register.filter
def course(value: Value) -> str:
    """A value that may move: “6”, or where it begins and ends, “9 to 2”."""
    frames = keyframes_of(value)
    first, last = _figure(frames[0].value), _figure(frames[-1].value)
    if first == last:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _figure(value: float) -> str:
    return number_format(f"{value:.5g}").replace("-", "−")


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.3f}%"
