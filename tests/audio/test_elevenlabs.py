"""ElevenLabs is asked as documented, never twice for what may be billed, and fails in words."""

import socket
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from audio import SpeechError
from audio.speech import elevenlabs
from audio.speech.elevenlabs import ElevenLabs
from audio.speech.prepare import prepare
from tests.audio.voices import VoiceServer, tone

KEY = "secret-key-4711"
RACHEL = "elevenlabs:21m00Tcm4TlvDq8ikWAM"
MP3 = tone(kind="MP3")


@pytest.fixture
def server():
    with VoiceServer() as server:
        yield server


@pytest.fixture
def voice(server):
    return ElevenLabs(api_key=KEY, base_url=server.url)


def fault(status: int, code: str) -> tuple:
    return status, {"detail": {"status": code, "code": code, "message": f"{code} of {KEY}"}}


def test_a_line_is_asked_for_as_documented(server, voice):
    server.answers = [(200, MP3)]
    assert voice.speak("I am calm", RACHEL) == MP3
    (request,) = server.requests
    url = urlsplit(request["path"])
    assert url.path == "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM"
    assert parse_qs(url.query) == {"output_format": ["mp3_44100_128"]}
    assert request["headers"]["xi-api-key"] == KEY
    assert request["body"] == {
        "text": "I am calm",
        "model_id": "eleven_multilingual_v2",
        "voice_settings": {"speed": 0.85},
    }
    assert len(prepare(MP3, level_db=-15)) > 20_000


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (fault(401, "invalid_api_key"), "does not accept our key"),
        (fault(401, "quota_exceeded"), "no characters left"),
        (fault(401, "detected_unusual_activity"), "locked our account"),
        ((402, {"detail": {"status": "payment_required"}}), "wants to be paid"),
        (fault(404, "voice_not_found"), "choose another"),
        (fault(400, "voice_not_found"), "choose another"),
        ((422, {"detail": [{"loc": ["body", "text"], "msg": "bad", "type": "x"}]}), "reword"),
        ((500, b"<html>oops</html>"), "failed; try again later"),
        ((418, b""), "failed; try again later"),
        ((302, b"", {"Location": "http://127.0.0.1:9/"}), "failed; try again later"),
        ((200, b""), "answered with nothing"),
        (([]), "could not be reached"),
    ],
)
def test_a_refusal_is_a_sentence_and_is_not_asked_again(server, voice, answer, says):
    def drop(handler):
        handler.connection.shutdown(socket.SHUT_RDWR)

    server.answers = [answer or drop]
    with pytest.raises(SpeechError, match=says) as caught:
        voice.speak("I am calm", RACHEL)
    assert KEY not in repr(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("busy", [fault(429, "rate_limit_exceeded"), (503, b"")])
def test_a_busy_service_is_asked_again(server, voice, busy):
    again = {"Retry-After": "0"}
    server.answers = [(*busy, again), (*busy, again), (200, MP3)]
    assert voice.speak("I am calm", RACHEL) == MP3
    assert len(server.requests) == 3


def test_a_service_that_stays_busy_too_long_is_given_up(server, voice):
    server.answers = [(*fault(429, "concurrent_limit_exceeded"), {"Retry-After": "3600"})]
    with pytest.raises(SpeechError, match="busy"):
        voice.speak("I am calm", RACHEL)
    assert len(server.requests) == 1


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}])
def test_without_an_hour_to_come_back_at_the_wait_grows_within_bounds(
    server, voice, monkeypatch, headers
):
    waits = []
    monkeypatch.setattr(elevenlabs.time, "sleep", waits.append)
    server.answers = [(429, b"", headers)] * 8 + [(200, MP3)]
    assert voice.speak("I am calm", RACHEL) == MP3
    assert len(waits) == 8
    assert all(0.2 < wait <= 1.5 * elevenlabs.LONGEST_PAUSE_S for wait in waits)
    assert max(waits[4:]) > max(waits[:2])


def test_an_answer_cut_short_is_not_asked_for_again(server, voice):
    def half(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(MP3)))
        handler.end_headers()
        handler.wfile.write(MP3[: len(MP3) // 2])

    server.answers = [half]
    with pytest.raises(SpeechError, match="could not be reached"):
        voice.speak("I am calm", RACHEL)
    assert len(server.requests) == 1


def test_an_answer_without_end_is_given_up(server, voice, monkeypatch):
    monkeypatch.setattr(elevenlabs, "GREATEST_ANSWER_BYTES", 100_000)
    server.answers = [(200, b"x" * 200_000)]
    with pytest.raises(SpeechError, match="too much"):
        voice.speak("I am calm", RACHEL)


def test_a_silent_service_is_given_up_at_the_deadline(server):
    voice = ElevenLabs(api_key=KEY, base_url=server.url, line_deadline_s=0.1)
    server.answers = [lambda handler: handler.connection.recv(1)]
    with pytest.raises(SpeechError, match="took too long"):
        voice.speak("I am calm", RACHEL)


def test_a_dripping_service_is_given_up_at_the_deadline(server):
    voice = ElevenLabs(api_key=KEY, base_url=server.url, line_deadline_s=0.3)
    stop = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not stop.wait(0.05):
            handler.wfile.write(b"x")

    server.answers = [drip]
    with pytest.raises(SpeechError, match="took too long"):
        voice.speak("I am calm", RACHEL)
    stop.set()


def test_a_service_that_is_not_there_is_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    voice = ElevenLabs(api_key=KEY, base_url=f"http://127.0.0.1:{port}")
    with pytest.raises(SpeechError, match="could not be reached") as caught:
        voice.speak("I am calm", RACHEL)
    assert KEY not in repr(caught.value)


@pytest.mark.parametrize("voice_id", ["elevenlabs:../../v1/user", "elevenlabs:", "espeak:en-us"])
def test_a_voice_that_cannot_be_one_is_not_asked_for(server, voice, voice_id):
    with pytest.raises(SpeechError, match="choose another"):
        voice.speak("I am calm", voice_id)
    assert server.requests == []


def test_voices_are_those_of_the_account(server, voice):
    mine = {"voice_id": "abc123", "name": "My own", "labels": {"language": "de"}}
    odd = [{"voice_id": "../x", "name": "bad"}, 5, {}]
    second = {"voices": [{"voice_id": "def", "name": "B", "labels": None}], "has_more": False}
    server.answers = [
        (200, {"voices": [mine, *odd], "has_more": True, "next_page_token": "more"}),
        (200, second),
    ]
    one, other = voice.voices()
    assert (one.id, one.name, one.language) == ("elevenlabs:abc123", "My own", "de")
    assert (other.id, other.language) == ("elevenlabs:def", "")
    assert server.requests[0]["path"].startswith("/v2/voices")
    assert "next_page_token=more" in server.requests[1]["path"]


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        fault(401, "invalid_api_key"),
        (200, b"garbage"),
        (200, {"voices": None}),
        (200, {"voices": []}),
        (200, {"voices": [{"voice_id": "../x", "name": "bad"}]}),
        (200, {"voices": [{"voice_id": 3, "name": "bad"}]}),
        (200, [1]),
        (302, b"", {"Location": "http://127.0.0.1:9/"}),
    ],
)
def test_without_an_answer_there_are_still_voices(server, voice, answer):
    server.answers = [answer]
    voices = voice.voices()
    assert len(voices) >= 5
    assert all(v.id.startswith("elevenlabs:") for v in voices)


def test_the_cache_key_holds_all_that_changes_the_sound_and_no_secret():
    one = ElevenLabs(api_key="a").cache_key("text", RACHEL)
    assert one == ElevenLabs(api_key="b", concurrency=5).cache_key("text", RACHEL)
    others = {
        ElevenLabs(api_key="a").cache_key("other", RACHEL),
        ElevenLabs(api_key="a").cache_key("text", "elevenlabs:other"),
        ElevenLabs(api_key="a", model="eleven_v3").cache_key("text", RACHEL),
    }
    assert len(others | {one}) == 4
