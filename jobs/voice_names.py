"""What voices are called, in the language of the page."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from audio import Voice

BETWEEN = " — "
# What the engine says a voice speaks, for translators.
LANGUAGES = (
    _("English (US)"),
    _("English (UK)"),
    _("German"),
    _("French"),
    _("Spanish (Spain)"),
    _("Spanish (Latin America)"),
    _("Italian"),
    _("Portuguese (Brazil)"),
    _("Dutch"),
    _("Polish"),
    _("Hindi"),
)


def label_of(voice: Voice) -> str:
    """The voice's name, with its language translated where it is one of those above."""
    name, between, language = voice.name.partition(BETWEEN)
    return f"{name}{between}{gettext(language) if language in LANGUAGES else language}"
