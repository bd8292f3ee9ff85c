"""The band that a track's beat belongs to."""

from django import template

from audio import spec
from jobs.bands import BANDS, CUSTOM, Band, band_of

register = template.Library()


@register.filter
def band(beat: spec.Beat | str) -> Band:
    """The band a beat stands for; one named for what it is when there is no band, or no beat."""
    if not beat:
        return Band("none", "No beat", 0, "")
    known = {known.key: known for known in BANDS}
    return known.get(band_of(beat.beat_hz)) or Band(CUSTOM, "Own beat", beat.beat_hz, "")
