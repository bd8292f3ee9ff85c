"""The band that a track's beat belongs to."""

from django import template
from django.utils.translation import gettext_lazy as _

from audio import spec
from audio.curves import keyframes_of
from jobs.bands import Band, band_of

register = template.Library()

NO_BEAT = Band("none", _("No beat"), 0, 0, "")


@register.filter
def band(beat: spec.Beat | str) -> Band:
    """The band a beat spends most of its time in; one named for what it is without a beat."""
    return band_of(beat.beat_hz) if beat else NO_BEAT


@register.filter
def hertz(beat: spec.Beat) -> str:
    """The beat's figure, as in “6”, or where it begins and ends, as in “9 → 2”."""
    frames = keyframes_of(beat.beat_hz)
    first, last = f"{frames[0].value:.3g}", f"{frames[-1].value:.3g}"
    return first if first == last else f"{first} → {last}"
