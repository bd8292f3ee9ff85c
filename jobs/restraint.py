"""How many tracks a person may have given back a day.

Who cancels gets the whole credit back, though what was spoken by then has been paid for. So one
credit could buy speech without end; this is where it ends.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import ledger
from jobs.refused import Refused

DAY = timedelta(days=1)


class TooManyGivenBack(Refused):
    """So many of a person's tracks were cancelled, or failed, within a day."""

    to_staff = "had too many tracks given back today"

    def in_words(self) -> str:
        """What a person is told."""
        return _(
            "So many of your tracks were cancelled or failed today that no other can be begun "
            "just now. Try again tomorrow; nothing was stored or taken."
        )


def require_restraint(user) -> None:
    """Refuse to begin another track after too many were given back.

    Raises
    ------
    TooManyGivenBack
    """
    if ledger.refunds_since(user, timezone.now() - DAY) >= settings.JOB_REFUNDS_A_DAY:
        raise TooManyGivenBack
