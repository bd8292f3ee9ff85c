"""What a track that failed says of itself, in the language of the one who looks.

A worker does not know who will look, so it stores the English sentence; here is every one of them,
for translators, and the way back from the sentence to its translation.
"""

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

OUR_FAULT = _(
    "Something went wrong on our side and the track could not be made. "
    "Please try again; if it happens again, tell us."
)
DOES_NOT_FIT = _(
    "In this voice the words take longer than the track: it needs at least {minutes} minutes. "
    "Make another like this with more minutes, fewer lines or fewer repetitions."
)
# The sound engine's own, as :func:`sentence` makes them; it knows of no translation.
OF_THE_ENGINE = (
    _("This voice is not offered any more; choose another one."),
    _("The offline voice took too long; try again."),
    _("The offline voice does not work on this machine."),
    _("The spoken line arrived incomplete; try again."),
    _("The voice answered with something that is not sound."),
    _("The voice said nothing; reword the line or choose another voice."),
    _("The voice service took too long; try again later."),
    _("The voice service could not be reached; try again later."),
    _("The voice service answered with too much; try again later."),
    _("The voice service answered with nothing; try again later."),
    _("The voice service failed; try again later."),
    _("The voice service is busy; try again in a few minutes."),
    _("The voice service does not accept our key; choose an offline voice."),
    _("The voice service has no characters left; choose an offline voice."),
    _("The voice service has locked our account; choose another voice."),
    _("The voice service wants to be paid first; choose an offline voice."),
    _("The voice service does not permit this voice; choose another one."),
    _("The voice service does not accept this line or voice; reword it or choose another voice."),
)
_FITS_MINUTES = re.compile(re.escape(DOES_NOT_FIT).replace(r"\{minutes\}", r"(\d+)"))


def sentence(error: Exception) -> str:
    """The engine's words, as a sentence that stands alone on a page."""
    message = str(error)
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def translated(said: str) -> str:
    """A stored sentence in the language of the page; one that is unknown stays as it is."""
    if match := _FITS_MINUTES.fullmatch(said):
        return gettext(DOES_NOT_FIT).format(minutes=match[1])
    return gettext(said) if said in (OUR_FAULT, *OF_THE_ENGINE) else said
