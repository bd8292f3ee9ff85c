"""The room that a person's tracks take."""

from django import template

from jobs import allowance

register = template.Library()


@register.simple_tag
def room_of(user) -> allowance.Room:
    """Bytes used of bytes allowed, of everything stored for ``user``."""
    return allowance.room_of(user)
