"""The voices on offer are those of our account, and no page has to wait for them each time."""

import pytest
from django.core.cache import cache

from audio import Voice
from jobs import speech, voice_list
from jobs.voice_list import VoiceList

OURS = (Voice("elevenlabs:ours", "Ours", "en"),)
PREMADE = (Voice("elevenlabs:premade", "Premade", "en"),)


class Service:
    """Tells its voices, or, as it is told, nothing; counts how often it was asked."""

    def __init__(self):
        self.answers, self.asked = True, 0

    def voices(self):
        self.asked += 1
        return OURS if self.answers else PREMADE


@pytest.fixture(autouse=True)
def _nothing_known():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def process(service):
    """A process that starts, and knows nothing by itself yet."""
    return lambda: VoiceList(service.voices, otherwise=PREMADE)


def test_all_processes_together_ask_once(process, service):
    assert [process().now() for _ in range(3)] == [OURS] * 3
    assert service.asked == 1


def test_without_the_cache_each_process_asks_once(without_cache, process, service):
    voices = process()
    assert [voices.now() for _ in range(3)] == [OURS] * 3
    assert service.asked == 1


def test_a_service_that_tells_nothing_is_not_asked_for_each_page(process, service):
    service.answers = False
    voices = process()
    assert [voices.now() for _ in range(3)] == [PREMADE] * 3
    assert service.asked == 1


def test_what_it_did_not_tell_is_kept_for_no_other_process(process, service):
    service.answers = False
    process().now()
    service.answers = True
    assert process().now() == OURS


def test_after_a_pause_it_is_asked_again(process, service, monkeypatch):
    monkeypatch.setattr(voice_list, "PAUSE_SECONDS", 0)
    service.answers = False
    voices = process()
    assert voices.now() == PREMADE
    service.answers = True
    assert voices.now() == OURS


def test_while_it_tells_nothing_the_last_it_told_holds(process, service, monkeypatch):
    monkeypatch.setattr(voice_list, "HERE_SECONDS", 0)
    voices = process()
    voices.now()
    cache.clear()
    service.answers = False
    assert voices.now() == OURS
    assert service.asked == 2


def test_those_on_offer_without_the_service_are_offered_and_kept_for_nobody(settings):
    settings.ELEVENLABS_API_KEY = "k"
    settings.ELEVENLABS_BASE_URL = "http://127.0.0.1:1"
    speech._elevenlabs.cache_clear()
    (_, natural), _simple = speech.voices()
    speech._elevenlabs.cache_clear()
    assert natural
    assert cache.get("voices") is None
