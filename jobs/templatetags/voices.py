"""Who speaks a person's words."""

from django import template
from django.utils.translation import gettext as _

from jobs import speech
from jobs.voice_names import label_of

register = template.Library()


@register.simple_tag
def words_leave() -> bool:
    """Whether there are voices here that a service elsewhere speaks."""
    return speech.has_natural_voices()


@register.filter
def voice_in_words(voice_id: str) -> str:
    """What a voice is called, also one that has gone."""
    voice = speech.voice_of(voice_id)
    return label_of(voice) if voice else _("One that is not offered any more")
