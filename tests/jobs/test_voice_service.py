"""Workers share a voice service: so many ask at once, and nobody asks what refuses us."""

import threading
import time

import pytest
from django.core.cache import cache

from audio import SpeechError, SpeechServiceRefusesError
from jobs import speech, voice_service
from jobs.voice_service import VoiceService


class Voice:
    """A service that counts who is in it, and answers as it is told."""

    concurrency = 2

    def __init__(self):
        self.asked, self.inside, self.most = 0, 0, 0
        self.refusal = None
        self._lock = threading.Lock()

    def cache_key(self, text, voice_id):
        return text

    def speak(self, text, voice_id):
        with self._lock:
            self.asked += 1
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.02)
        with self._lock:
            self.inside -= 1
        if self.refusal:
            raise self.refusal
        return text.encode()


@pytest.fixture
def voice():
    cache.clear()
    yield Voice()
    cache.clear()


def _ask_from_many_workers(voice, times):
    workers = [
        threading.Thread(target=VoiceService(voice).speak, args=(str(n), "v")) for n in range(times)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def test_no_more_than_the_plan_allows_ask_at_once(voice, settings):
    # One process stands for many here: what is shared is in the cache, which adds atomically.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    _ask_from_many_workers(voice, 12)
    assert voice.asked == 12
    assert voice.most == 2


def test_the_place_of_a_worker_that_was_killed_comes_free(voice, monkeypatch):
    monkeypatch.setattr(voice_service, "PLACE_SECONDS", 0.2)
    for n in range(voice.concurrency):
        cache.add(f"voice-service-place-{n}", "of the dead", 0.2)
    assert VoiceService(voice).speak("I am calm", "v") == b"I am calm"


def test_without_a_place_one_waits_only_so_long(voice):
    for n in range(voice.concurrency):
        cache.add(f"voice-service-place-{n}", "somebody", 60)
    with pytest.raises(SpeechError, match="busy"):
        VoiceService(voice, patience_s=0.1).speak("I am calm", "v")
    assert voice.asked == 0


def test_a_service_that_refuses_us_is_left_alone_by_all(voice):
    voice.refusal = SpeechServiceRefusesError("no key; choose another voice")
    for _ in range(5):
        with pytest.raises(SpeechServiceRefusesError, match="no key; choose another voice"):
            VoiceService(voice).speak("I am calm", "v")
    assert voice.asked == 1


def test_after_a_while_it_is_asked_again(voice, monkeypatch):
    monkeypatch.setattr(voice_service, "CIRCUIT_SECONDS", 0.1)
    voice.refusal = SpeechServiceRefusesError("no key")
    with pytest.raises(SpeechServiceRefusesError):
        VoiceService(voice).speak("I am calm", "v")
    voice.refusal = None
    time.sleep(0.15)
    assert VoiceService(voice).speak("I am calm", "v") == b"I am calm"


def test_a_line_that_fails_stops_nobody_else(voice):
    voice.refusal = SpeechError("reword it")
    for _ in range(2):
        with pytest.raises(SpeechError, match="reword it"):
            VoiceService(voice).speak("...", "v")
    assert voice.asked == 2


def test_the_paid_voice_is_the_guarded_one():
    assert isinstance(speech.synthesiser_for("elevenlabs:x"), VoiceService)
    assert not isinstance(speech.synthesiser_for("espeak:en-us+f3"), VoiceService)


def test_without_the_cache_there_are_still_voices(settings):
    settings.ELEVENLABS_API_KEY = "k"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    settings.ELEVENLABS_BASE_URL = "http://127.0.0.1:1"
    speech._elevenlabs.cache_clear()
    (natural, _), (simple, _) = speech.voices()
    assert (natural, simple) == ("Natural voices", "Simple voices")
    speech._elevenlabs.cache_clear()
