"""The voices on offer, and who speaks them."""

from functools import cache
from itertools import chain

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audio import Synthesiser, Voice
from audio.speech.elevenlabs import PREMADE_VOICES, ElevenLabs
from audio.speech.espeak import Espeak
from jobs.voice_list import VoiceList
from jobs.voice_service import WAIT_SECONDS, VoiceService


def voices() -> list[tuple[str, list[Voice]]]:
    """Every voice a person can choose, in named groups, the most natural first."""
    simple = (_("Simple voices"), list(_espeak().voices))
    if not has_natural_voices():
        return [simple]
    return [(_("Natural voices"), list(_voices_of(_elevenlabs()).now())), simple]


def voice_to_start_with(known: str | None) -> str:
    """The id ``known`` if it is on offer, else that of a voice that speaks the page's language."""
    offered = [voice for _group, members in voices() for voice in members]
    if any(voice.id == known for voice in offered):
        return known
    # One that speaks many languages names none.
    here = ("", (get_language() or "")[:2])
    return next((voice for voice in offered if voice.language[:2] in here), offered[0]).id


def voice_of(voice_id: str) -> Voice | None:
    """The voice with this id; None if it is not on offer."""
    known = chain.from_iterable(members for _group, members in voices())
    return next((voice for voice in known if voice.id == voice_id), None)


def has_natural_voices() -> bool:
    """Whether there are voices that the service at ElevenLabs speaks."""
    return bool(settings.ELEVENLABS_API_KEY)


def synthesiser_for(voice_id: str, *, patience_s: float = WAIT_SECONDS) -> Synthesiser:
    """Who speaks ``voice_id``; one that is busy is waited for ``patience_s`` seconds."""
    if voice_id.startswith("elevenlabs:"):
        return VoiceService(_elevenlabs(), patience_s=patience_s)
    return _espeak()


@cache
def _voices_of(service: ElevenLabs) -> VoiceList:
    return VoiceList(service.voices, otherwise=PREMADE_VOICES)


@cache
def _espeak() -> Espeak:
    return Espeak()


@cache
def _elevenlabs() -> ElevenLabs:
    return ElevenLabs(
        api_key=settings.ELEVENLABS_API_KEY,
        base_url=settings.ELEVENLABS_BASE_URL,
        concurrency=settings.ELEVENLABS_CONCURRENCY,
        line_deadline_s=settings.ELEVENLABS_LINE_SECONDS,
    )
