"""What is said when a track cannot be begun now, though it could be paid for."""

from django.utils.safestring import SafeString


class Refused(Exception):
    """Nothing was stored or charged; ``to_staff`` is what staff are told of the person."""

    to_staff: str

    def in_words(self) -> str | SafeString:
        """What the person is told, with the way on."""
        raise NotImplementedError
