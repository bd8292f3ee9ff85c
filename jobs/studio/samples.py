"""A sentence in each voice, to hear before one chooses it. Spoken once, then kept for a while."""

import io
import time

import soundfile
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import CACHE_AWAY
from audio import SAMPLE_RATE, SpeechError, Voice
from audio.speech.prepare import prepare
from jobs.speech import synthesiser_for, voice_of
from jobs.storage import STORAGE_AWAY, StorageClipStore

# By the language of the voice; the others speak English.
SENTENCES = {
    "de": "Ich bin ganz ruhig, und mein Atem geht langsam.",
    "es": "Respiro despacio y estoy en paz.",
    "fr": "Je respire lentement, et tout est calme en moi.",
    "hi": "मैं धीरे-धीरे साँस लेता हूँ, और मन शांत है।",
    "it": "Respiro piano, e sono in pace.",
    "nl": "Ik adem langzaam, en alles in mij is rustig.",
    "pl": "Oddycham powoli i jest we mnie spokój.",
    "pt": "Respiro devagar e estou em paz.",
}
ENGLISH = "I breathe slowly, and all of me is calm."

LEVEL_DB = -15.0
DAY_SECONDS = 24 * 3600
# Somebody waits for the page: rather tell them to try again than keep them.
PATIENCE_SECONDS = 3
SPEAKING_SECONDS = 60
NEW_VOICES_A_MINUTE = 20


class _BusyError(SpeechError):
    """Somebody else is having the same sentence spoken just now."""


@login_required
@require_safe
def voice_sample(request, voice_id):
    """A sentence in one voice, as MP3."""
    voice = voice_of(voice_id)
    if voice is None:
        raise Http404
    sentence = SENTENCES.get(voice.language[:2], ENGLISH)
    key = synthesiser_for(voice_id).cache_key(sentence, voice_id)
    etag = quote_etag(key)
    if not_modified := get_conditional_response(request, etag=etag):
        return not_modified
    try:
        spoken = StorageClipStore().get(key)
        if spoken is None:
            if not _may_ask(request.user):
                return _sorry(_("That was a lot of voices; hear the next one in a minute."), 429)
            spoken = _spoken(sentence, voice, key)
        response = HttpResponse(_mp3(spoken), content_type="audio/mpeg", headers={"ETag": etag})
    except (SpeechError, *CACHE_AWAY, *STORAGE_AWAY):
        return _sorry(_("This voice cannot be heard just now; try again in a moment."), 503)
    patch_cache_control(response, private=True, max_age=DAY_SECONDS)
    return response


def _may_ask(user) -> bool:
    """Whether this person may have another new voice speak; what is kept already is free."""
    key = f"voice-samples-{user.pk}-{int(time.time() // 60)}"
    cache.add(key, 0, 2 * 60)
    return cache.incr(key) <= NEW_VOICES_A_MINUTE


def _spoken(sentence: str, voice: Voice, key: str) -> bytes:
    """Have it spoken, by one request at a time, and keep it."""
    lock = f"voice-sample-{key}"
    if not cache.add(lock, True, SPEAKING_SECONDS):
        raise _BusyError
    try:
        synthesiser = synthesiser_for(voice.id, patience_s=PATIENCE_SECONDS)
        spoken = synthesiser.speak(sentence, voice.id)
        _mp3(spoken)  # what is no sound is not kept
        StorageClipStore().put(key, spoken)
        return spoken
    finally:
        cache.delete(lock)


def _mp3(spoken: bytes) -> bytes:
    """Trimmed and levelled as in a track, in a format that every browser decodes."""
    file = io.BytesIO()
    soundfile.write(file, prepare(spoken, level_db=LEVEL_DB), SAMPLE_RATE, format="MP3")
    return file.getvalue()


def _sorry(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
