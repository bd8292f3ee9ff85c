"""The kinds of beat on offer: what each is called, and what it takes to hear it."""

from django.utils.translation import gettext_lazy as _

NONE = "none"
KINDS = (
    ("binaural", _("Binaural"), _("A tone for each ear. Needs headphones.")),
    ("monaural", _("Monaural"), _("Both tones in both ears. Speakers are fine.")),
    ("isochronic", _("Isochronic"), _("One tone that pulses, clearly. Speakers are fine.")),
    ("embedded", _("Embedded"), _("No tone: the sounds themselves swell. Speakers are fine.")),
    (NONE, _("No beat"), _("Words and sounds alone.")),
)
