"""Lengths of time in a person's words."""

from datetime import timedelta

from django import template
from django.utils.html import avoid_wrapping
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def spoken_duration(length: timedelta | float) -> str:
    """A length (a timedelta, or seconds) as in “2 min 5 s”, whole from 10 minutes on.

    No line ends between a number and its unit.
    """
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    if seconds < 60:
        return avoid_wrapping(_("%(s)d s") % {"s": round(max(seconds, 0))})
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_over = divmod(minutes, 60)
    parts = {"h": hours, "min": minutes_over, "s": rest}
    if hours:
        words = _("%(h)d h %(min)d min") if minutes_over else _("%(h)d h")
    else:
        words = _("%(min)d min %(s)d s") if rest and minutes < 10 else _("%(min)d min")
    return avoid_wrapping(words % parts)
