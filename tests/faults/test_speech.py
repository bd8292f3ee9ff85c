"""A voice service that refuses, breaks, stalls, or answers with rubbish."""

import pytest

from tests.audio.voices import MP3, VoiceServer, cut_short, drip, drop, never_answer
from tests.faults.plant import all_is_well

BUSY = (429, {"detail": {"status": "rate_limit_exceeded"}}, {"Retry-After": "0"})
WELL = (200, MP3)


@pytest.fixture
def service(plant):
    """The service, before a speech worker that is not very patient with it."""
    plant.end("speech")
    with plant.broker_client() as client:
        # Nobody remembers how the service was in another test.
        client.flushall()
    with VoiceServer() as server:
        plant.start(
            "speech",
            label="natural",
            ELEVENLABS_API_KEY="secret-key-4711",
            ELEVENLABS_BASE_URL=server.url,
            ELEVENLABS_CONCURRENCY="1",
            ELEVENLABS_LINE_SECONDS="4",
        )
        yield server
        plant.end("natural")


def submit(plant, *lines):
    """Submit lines that no store holds yet, in a natural voice."""
    number = len(plant.jobs)
    lines = [f"{line} {number} {plant.person()}" for line in lines]
    return plant.submit(lines=lines, voice="elevenlabs:abc")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (BUSY[:2], "busy"),
        ((500, b"<html>oops</html>"), "failed; try again later"),
        ((200, b"this is no sound"), "not sound"),
        ((200, MP3[:100]), "sound"),
        (cut_short, "could not be reached"),
        (drop, "could not be reached"),
        (never_answer, "took too long"),
        (drip, "took too long"),
        ((401, {"detail": {"status": "invalid_api_key"}}), "does not accept our key"),
        ((401, {"detail": {"status": "quota_exceeded"}}), "choose an offline voice"),
    ],
    ids=["429", "500", "garbage", "truncated", "cut short", "dropped", "hanging", "dripping",
         "key revoked", "quota"],
)  # fmt: skip
def test_the_job_fails_in_words_with_the_credit_back(plant, service, answer, says):
    service.answers = [answer] * 100
    pk = submit(plant, "I am calm")
    assert plant.wait_for_end() == {"failed"}
    assert says in plant.job(pk).message
    assert "secret" not in plant.job(pk).message
    all_is_well(plant)


def test_a_service_that_was_busy_for_a_moment_speaks(plant, service):
    service.answers = [BUSY, BUSY, WELL, BUSY, WELL]
    submit(plant, "I am calm", "I am here")
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)


def test_while_the_key_is_refused_nobody_asks_and_other_voices_speak(plant, service):
    service.answers = [(401, {"detail": {"status": "invalid_api_key"}})]
    submit(plant, "I am calm")
    assert plant.wait_for_end() == {"failed"}
    submit(plant, "I am strong")
    assert plant.wait_for_end() == {"failed"}
    assert len(service.requests) == 1
    offline = plant.submit()
    assert plant.wait_for_end(offline) == {"completed"}
    all_is_well(plant)
