"""The offline voice: espeak-ng, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from audio.errors import SpeechError
from audio.speech.voices import Voice, content_key

PROVIDER = "espeak"

# espeak-ng's normal pace is 175; meditations are spoken at 80 to 90 % of that.
WORDS_PER_MINUTE = 150

# A line of 400 characters takes some tenths of a second; this is for a machine in trouble.
TIMEOUT_S = 20.0

_PROGRAM = Path(__file__).with_name("espeak_process.py")


class Espeak:
    """A :class:`~audio.speech.voices.Synthesiser` that needs no network and costs nothing."""

    voices: tuple[Voice, ...] = (
        Voice("espeak:en-us+f3", "Clara — English (US)", "en-US"),
        Voice("espeak:en-us+m3", "Adam — English (US)", "en-US"),
        Voice("espeak:en-gb-x-rp+f2", "Emma — English (UK)", "en-GB"),
        Voice("espeak:en-gb-x-rp+m7", "Oliver — English (UK)", "en-GB"),
        Voice("espeak:de+f2", "Lena — German", "de"),
        Voice("espeak:fr+f2", "Camille — French", "fr"),
        Voice("espeak:es+f2", "Lucía — Spanish (Spain)", "es"),
        Voice("espeak:es-419+m3", "Mateo — Spanish (Latin America)", "es-419"),
        Voice("espeak:it+f2", "Giulia — Italian", "it"),
        Voice("espeak:pt-br+f2", "Ana — Portuguese (Brazil)", "pt-BR"),
        Voice("espeak:nl+f2", "Sanne — Dutch", "nl"),
        Voice("espeak:pl+f2", "Zofia — Polish", "pl"),
        Voice("espeak:hi+f2", "Asha — Hindi", "hi"),
    )

    def __init__(self) -> None:
        self.concurrency = max(1, min(4, os.cpu_count() or 1))

    def speak(self, text: str, voice_id: str) -> bytes:
        """``text`` as a WAV file; see :class:`~audio.speech.voices.Synthesiser`."""
        if voice_id not in {voice.id for voice in self.voices}:
            raise SpeechError("this voice is not offered any more; choose another one")
        name = voice_id.removeprefix(f"{PROVIDER}:")
        # -I: neither the environment nor the working folder decides what is imported.
        command = [sys.executable, "-I", str(_PROGRAM), name, str(WORDS_PER_MINUTE)]
        try:
            spoken = subprocess.run(  # noqa: S603 — our own program, the voice from our list
                command, input=text.encode(), capture_output=True, timeout=TIMEOUT_S, check=True
            )
        except subprocess.TimeoutExpired as error:
            raise SpeechError("the offline voice took too long; try again") from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise SpeechError("the offline voice does not work on this machine") from error
        return spoken.stdout

    def cache_key(self, text: str, voice_id: str) -> str:
        """See :class:`~audio.speech.voices.Synthesiser`."""
        return content_key(
            provider=PROVIDER, pace=WORDS_PER_MINUTE, voice=voice_id, text=text, version=1
        )
