"""Lengths of time in a person's words."""

from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def spoken_duration(length: timedelta | float) -> str:
    """A length (a timedelta, or seconds) as in “2 min 5 s”, whole from 10 minutes on."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    if seconds < 60:
        return f"{max(seconds, 0):.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_over = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_over} min" if minutes_over else f"{hours} h"
    return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
