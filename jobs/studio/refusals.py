"""What a spec refuses, in the language of the page. The spec itself speaks English alone."""

from django.utils.translation import gettext_lazy as _

from audio.errors import Problem
from audio.spec import Range
from jobs.studio.fields import at_most, figure, in_words

SENTENCES = {
    "size": _("must have %(range)s"),
    "control": _("has a control character; type it again without it"),
    "no_words": _("has no words to speak"),
    "no_bed": _("needs a sound underneath, in which it pulses"),
    "carrier": _("must be at least %(low)s Hz and below %(high)s Hz for a beat of %(beat)s Hz"),
    "clicks": _(
        "must be at least %(percent)s %% for a beat of %(beat)s Hz, or its pulses would click"
    ),
    "too_loud": _(
        "all levels together come to %(total)s dB, and %(most)s dB is the most; turn something down"
    ),
    "unsorted": _("must have its points further apart"),
    "fades": _("must be at most %(left)s seconds, which the fade-in leaves"),
}


def in_own_words(problem: Problem) -> str:
    """What is wrong, without a capital and a full stop."""
    sentence = SENTENCES.get(problem.code, _("does not go with the rest"))
    if problem.code == "size":
        limits = Range(**problem.values)
        return sentence % {"range": in_words(limits)} if limits.low else at_most(limits)
    return sentence % {name: figure(value) for name, value in problem.values.items()}
