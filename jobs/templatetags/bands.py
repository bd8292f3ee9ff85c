"""The band that a track's beat belongs to."""

from django import template
from django.utils.translation import gettext_lazy as _

from jobs.bands import BANDS

register = template.Library()

NAMES = {"": _("No beat"), **{band.key: band.name for band in BANDS}}


@register.filter
def band_name(key: str) -> str:
    """What the band of a job is called."""
    return NAMES[key]
