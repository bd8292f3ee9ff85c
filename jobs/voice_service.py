"""What all workers share about a voice service: how many ask at once, and whether to ask at all."""

import random
import time
import uuid
from contextlib import contextmanager

from django.core.cache import cache

from audio import SpeechError, SpeechServiceRefusesError, Synthesiser

# After the service refused us (key, credit), it is left alone for so long.
CIRCUIT_SECONDS = 60
# A place is given back by its holder; one whose holder was killed comes free after this.
PLACE_SECONDS = 90
WAIT_SECONDS = 600
_CIRCUIT = "voice-service-refuses"
_PLACE = "voice-service-place-{}"


class VoiceService:
    """A synthesiser that is paid for and limits how many may ask at once, for all workers together.

    Parameters
    ----------
    voice : the synthesiser; its ``concurrency`` holds for all workers together.
    patience_s : seconds to wait for a place.
    """

    def __init__(self, voice: Synthesiser, *, patience_s: float = WAIT_SECONDS) -> None:
        self._voice, self._patience_s = voice, patience_s
        self.concurrency = voice.concurrency
        self.cache_key = voice.cache_key

    def speak(self, text: str, voice_id: str) -> bytes:
        """``text`` as the service speaks it, once there is a place.

        Raises
        ------
        SpeechServiceRefusesError
            At once, without asking, for a minute after the service refused one worker.
        SpeechError
            The line failed, or no place came free in time.
        """
        with self._place():
            if refusal := cache.get(_CIRCUIT):
                raise SpeechServiceRefusesError(refusal)
            try:
                return self._voice.speak(text, voice_id)
            except SpeechServiceRefusesError as error:
                cache.set(_CIRCUIT, str(error), CIRCUIT_SECONDS)
                raise

    @contextmanager
    def _place(self):
        """Hold one of the places that all workers share."""
        ours, place = uuid.uuid4().hex, None
        deadline = time.monotonic() + self._patience_s
        while place is None:
            places = map(_PLACE.format, range(self.concurrency))
            place = next((p for p in places if cache.add(p, ours, PLACE_SECONDS)), None)
            if place is None:
                if time.monotonic() > deadline:
                    raise SpeechError("the voice service is busy; try again in a few minutes")
                time.sleep(random.uniform(0.05, 0.2))  # noqa: S311 - only spreads the asking
        try:
            yield
        finally:
            # Only if it is still ours: held for too long, it went to somebody else.
            if cache.get(place) == ours:
                cache.delete(place)
