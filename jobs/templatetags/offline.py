"""What a track can be kept as on a person's device."""

from django import template

from jobs.models import Job
from jobs.storage import FLAC, SOUND_TYPES

register = template.Library()


@register.filter
def kept_as(job: Job) -> list[tuple[str, str, int]]:
    """Kind, type and bytes of what there is of a finished track, the smallest first."""
    sizes = {file.kind: file.bytes for file in job.files.all()} | {FLAC: job.track_bytes}
    kinds = sorted(sizes.keys() & SOUND_TYPES.keys(), key=sizes.get)
    return [(kind, SOUND_TYPES[kind], sizes[kind]) for kind in kinds]
