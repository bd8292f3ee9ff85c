"""What a track costs."""

from math import ceil

from django.utils.translation import ngettext

from accounts.errors import NotEnoughCredits
from audio import Speech

LINES_A_CREDIT = 50


def credits_for(speech: Speech) -> int:
    """One credit for each 50 distinct lines or part of it; repeating a line is free."""
    return ceil(len(speech.distinct_lines) / LINES_A_CREDIT)


def not_enough(error: NotEnoughCredits) -> str:
    """What a person is told who cannot pay."""
    sentence = ngettext(
        "This track costs %(needed)d credit and you have %(balance)d. Nothing was stored or taken.",
        "This track costs %(needed)d credits and you have %(balance)d. "
        "Nothing was stored or taken.",
        error.needed,
    )
    return sentence % {"needed": error.needed, "balance": error.balance}
