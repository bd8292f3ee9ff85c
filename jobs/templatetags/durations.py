"""Lengths of time, and how long ago something was, in a person's words."""

from datetime import datetime, timedelta

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import avoid_wrapping
from django.utils.translation import gettext as _

register = template.Library()

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


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


@register.filter
def is_days_ago(moment: datetime) -> bool:
    """Whether one would rather know the date."""
    return timezone.now() - moment >= DAY


@register.filter
def when(moment: datetime) -> str:
    """A moment of the past as “just now”, “3 hours ago” or its date."""
    if is_days_ago(moment):
        return date_format(timezone.localtime(moment))
    return _("just now") if timezone.now() - moment < MINUTE else naturaltime(moment)
