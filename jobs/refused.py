"""What is said when a track cannot be begun now, though it could be paid for."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


class Refused(Exception):
    """Nothing was stored or charged; ``to_staff`` is what staff are told of the person."""

    to_staff: str

    def in_words(self) -> str | SafeString:
        """What the person is told, with the way on."""
        raise NotImplementedError


class AccountClosed(Refused):
    """The person was shut out, perhaps after they sent this."""

    to_staff = "may not come in any more"

    def in_words(self) -> str:
        """What the person is told."""
        return _("This account is closed; nothing was stored or taken.")
