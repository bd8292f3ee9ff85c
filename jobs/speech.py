"""The voices on offer, and who speaks them."""

from functools import cache

from django.conf import settings
from django.core.cache import cache as shared_cache

from audio import Synthesiser, Voice
from audio.speech.elevenlabs import ElevenLabs
from audio.speech.espeak import Espeak

VOICES_SECONDS = 600


def voices() -> list[tuple[str, list[Voice]]]:
    """Every voice a person can choose, in named groups, the most natural first."""
    groups = []
    if settings.ELEVENLABS_API_KEY:
        fetched = shared_cache.get_or_set("voices", lambda: _elevenlabs().voices(), VOICES_SECONDS)
        groups.append(("Natural voices", fetched))
    groups.append(("Simple voices", list(_espeak().voices)))
    return groups


def synthesiser_for(voice_id: str) -> Synthesiser:
    """Who speaks ``voice_id``."""
    return _elevenlabs() if voice_id.startswith("elevenlabs:") else _espeak()


@cache
def _espeak() -> Espeak:
    return Espeak()


@cache
def _elevenlabs() -> ElevenLabs:
    return ElevenLabs(
        api_key=settings.ELEVENLABS_API_KEY,
        base_url=settings.ELEVENLABS_BASE_URL,
        concurrency=settings.ELEVENLABS_CONCURRENCY,
    )
