"""Who can speak, and what every synthesiser has in common."""

import hashlib
import json
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Voice:
    """A voice to choose.

    Attributes
    ----------
    id : what a spec keeps, ``<provider>:<the provider's own name>``, as ``espeak:en-us+f3``.
    name : what people see, as ``Clara — English (US)``.
    language : BCP 47 code of the language it speaks best, as ``en-US``; empty when it speaks many.
    """

    id: str
    name: str
    language: str


class Synthesiser(Protocol):
    """Turns lines into speech; safe to call from ``concurrency`` threads at once."""

    concurrency: int

    def speak(self, text: str, voice_id: str) -> bytes:
        """Speak one line.

        Parameters
        ----------
        text : the line, taken as plain words whatever signs are in it.
        voice_id : a :attr:`Voice.id` of this synthesiser.

        Returns
        -------
        bytes
            A whole audio file of any format that libsndfile reads.

        Raises
        ------
        SpeechError
            The line could not be spoken; the message says what to do next.
        """

    def cache_key(self, text: str, voice_id: str) -> str:
        """64 hex digits that are the same only where :meth:`speak` would do the same."""


def content_key(**parts: object) -> str:
    """SHA-256 in hex of all that decides how a line sounds."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
