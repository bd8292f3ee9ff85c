"""Which voices our account at the voice service has, asked for as seldom as will do."""

import logging
import time
from collections.abc import Callable

from django.core.cache import cache

from audio import Voice

logger = logging.getLogger(__name__)

SHARED_SECONDS = 600
HERE_SECONDS = 300
# Who fills in the form waits for a service that does not answer: not for each change of it.
PAUSE_SECONDS = 60

_KEY = "voices"
Voices = tuple[Voice, ...]


class VoiceList:
    """What the service told last, known to all processes through the cache, and to this one.

    Parameters
    ----------
    ask : gives the voices that the service tells, or ``otherwise`` if it tells nothing.
    otherwise : what to offer before it has told anything.
    """

    def __init__(self, ask: Callable[[], Voices], *, otherwise: Voices) -> None:
        self._ask, self._otherwise = ask, otherwise
        self._known, self._until = otherwise, 0.0

    def now(self) -> Voices:
        """The voices to offer."""
        if time.monotonic() >= self._until:
            told = self._told_to_others() or self._told()
            self._known = told or self._known
            self._until = time.monotonic() + (HERE_SECONDS if told else PAUSE_SECONDS)
        return self._known

    def _told_to_others(self) -> Voices | None:
        try:
            return cache.get(_KEY)
        except Exception as error:
            logger.warning("the cache does not answer: %r", error)
            return None

    def _told(self) -> Voices | None:
        told = self._ask()
        if told == self._otherwise:
            return None
        try:
            cache.set(_KEY, told, SHARED_SECONDS)
        except Exception as error:
            logger.warning("the cache does not answer: %r", error)
        return told
