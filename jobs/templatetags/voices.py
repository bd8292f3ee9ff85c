"""Who speaks a person's words."""

from django import template

from jobs import speech

register = template.Library()


@register.simple_tag
def words_leave() -> bool:
    """Whether there are voices here that a service elsewhere speaks."""
    return speech.has_natural_voices()
