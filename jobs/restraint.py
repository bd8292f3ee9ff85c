"""How many tracks a day a person may have given back after their words were spoken.

Who cancels gets the whole credit back, though what was spoken by then has been paid for. So one
credit could buy speech without end; this is where it ends: no other track is taken on, and those
that wait already wait until the next day. What fails through us does not count, nor what is
cancelled before a worker began.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop, ngettext

from accounts import ledger
from jobs.models import Job
from jobs.refused import Refused

DAY = timedelta(days=1)
# What the ledger says of a refund that counts, so that it counts when its job is deleted too.
SPOKEN = gettext_noop("after its words had begun to be spoken")


class TooManyGivenBack(Refused):
    """So many of a person's tracks were given back within a day after their words were spoken."""

    to_staff = "had too many tracks given back today"

    def in_words(self) -> str:
        """What a person is told."""
        sentence = ngettext(
            "%(n)d of your tracks was cancelled within a day after its words had begun to be "
            "spoken, and that is the most. Try again tomorrow; nothing was stored or taken.",
            "%(n)d of your tracks were cancelled within a day after their words had begun to be "
            "spoken, and that is the most. Try again tomorrow; nothing was stored or taken.",
            settings.JOB_REFUNDS_A_DAY,
        )
        return sentence % {"n": settings.JOB_REFUNDS_A_DAY}


def require_restraint(user) -> None:
    """Refuse to begin another track after too many were given back.

    Raises
    ------
    TooManyGivenBack
    """
    if is_used_up(user):
        raise TooManyGivenBack


def is_used_up(user) -> bool:
    """Whether so many were given back that nothing more is spoken for ``user`` today."""
    return _given_back(user) >= settings.JOB_REFUNDS_A_DAY


def warning_for(job: Job) -> str:
    """What its person is told before they cancel ``job``, if it may be the last for a day."""
    most = settings.JOB_REFUNDS_A_DAY
    if not job.is_active or job.delivered or _given_back(job.user) < most - 1:
        return ""
    sentence = ngettext(
        "Only %(n)d track may be cancelled within a day once its words have begun to be spoken. "
        "If you cancel this one then, you can begin no other until tomorrow.",
        "Only %(n)d tracks may be cancelled within a day once their words have begun to be spoken. "
        "If you cancel this one then, you can begin no other until tomorrow.",
        most,
    )
    return sentence % {"n": most}


def _given_back(user) -> int:
    return ledger.refunds_since(user, timezone.now() - DAY, reason=SPOKEN)
