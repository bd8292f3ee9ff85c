"""What is said when a track cannot be begun now, though it could be paid for."""

from django.utils.safestring import SafeString


class Refused(Exception):
    """Nothing was stored or charged."""

    def in_words(self) -> str | SafeString:
        """What a person is told, with the way on."""
        raise NotImplementedError
