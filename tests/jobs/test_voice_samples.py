"""A voice can be heard before it is chosen, and is asked for that only once."""

import io

import pytest
import soundfile
from django.core.cache import cache
from django.urls import reverse

from jobs import speech
from jobs.studio import samples
from tests import standins

CLARA = "espeak:en-us+f3"


@pytest.fixture(autouse=True)
def _fresh(tmp_path, settings):
    cache.clear()
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "jobs.storage.SignedFileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    yield
    cache.clear()


@pytest.fixture
def natural(settings):
    """A paid voice over HTTP, and what it was asked to say."""
    with standins.elevenlabs() as (environment, asked):
        for name, value in environment.items():
            setattr(settings, name, value)
        speech._elevenlabs.cache_clear()
        yield f"elevenlabs:{standins.VOICE['voice_id']}", asked
    speech._elevenlabs.cache_clear()


def sample(client, voice, **headers):
    return client.get(reverse("voice_sample", args=[voice]), headers=headers)


def test_a_voice_says_a_sentence(client):
    response = sample(client, CLARA)
    assert response["Content-Type"] == "audio/mpeg"
    assert "private" in response["Cache-Control"]
    sound, rate = soundfile.read(io.BytesIO(response.content))
    assert 1 < len(sound) / rate < 6
    assert sample(client, CLARA, if_none_match=response["ETag"]).status_code == 304


def test_each_voice_says_it_in_its_own_language():
    languages = {voice.language[:2] for _, members in speech.voices() for voice in members}
    assert languages <= {"en", *samples.SENTENCES}


def test_a_paid_voice_is_asked_once_as_long_as_its_answer_is_kept(client, natural):
    voice, asked = natural
    heard = {sample(client, voice).content for _ in range(3)}
    assert len(heard) == 1
    assert asked == [samples.ENGLISH]


def test_what_fails_is_said_kindly_and_not_kept(client, natural, settings):
    voice, asked = natural
    speech.voices()  # the list is kept from when the key was good
    settings.ELEVENLABS_API_KEY = "revoked"
    speech._elevenlabs.cache_clear()
    response = sample(client, voice)
    assert response.status_code == 503
    assert "try again" in response.content.decode()
    settings.ELEVENLABS_API_KEY = standins.API_KEY
    speech._elevenlabs.cache_clear()
    cache.clear()
    assert sample(client, voice).status_code == 200
    assert len(asked) == 1


def test_only_voices_on_offer_and_only_for_who_signed_in(client):
    assert sample(client, "espeak:xx").status_code == 404
    client.logout()
    assert sample(client, CLARA).status_code == 302


def test_too_many_new_voices_in_a_minute_have_to_wait(client, monkeypatch):
    monkeypatch.setattr(samples, "NEW_VOICES_A_MINUTE", 1)
    assert sample(client, CLARA).status_code == 200
    assert sample(client, "espeak:de+f2").status_code == 429
    assert sample(client, CLARA).status_code == 200  # it is there already
