"""Whatever the voice service does, a job ends in a true state and nobody pays for nothing."""

import pytest
from django.core.cache import cache

from jobs import lifecycle, rendering, speech
from jobs.models import Job
from tests.audio.voices import MP3, VoiceServer, cut_short, drip, drop, never_answer

LINES = 2


@pytest.fixture
def server(settings):
    """A voice service that answers what it is told to, and the site's way to it."""
    cache.clear()
    with VoiceServer() as server:
        settings.ELEVENLABS_API_KEY = "secret-key-4711"
        settings.ELEVENLABS_BASE_URL = server.url
        settings.ELEVENLABS_CONCURRENCY = 1
        settings.ELEVENLABS_LINE_SECONDS = 0.5
        speech._elevenlabs.cache_clear()
        yield server
    speech._elevenlabs.cache_clear()
    cache.clear()


@pytest.fixture
def spec(spec, request):
    """Lines that no store holds yet, in a natural voice."""
    lines = tuple(f"{request.node.name} {n}" for n in range(LINES))
    words = spec.speech.model_copy(update={"lines": lines, "voice": "elevenlabs:abc"})
    return spec.model_copy(update={"speech": words})


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((500, b"<html>oops</html>"), "The voice service failed; try again later."),
        ((200, b"this is no sound"), "not sound"),
        ((200, MP3[:100]), "sound"),
        (cut_short, "The voice service could not be reached; try again later."),
        (drop, "The voice service could not be reached; try again later."),
        (never_answer, "The voice service took too long; try again later."),
        (drip, "The voice service took too long; try again later."),
        ((401, {"detail": {"status": "invalid_api_key"}}), "choose an offline voice"),
        ((401, {"detail": {"status": "quota_exceeded"}}), "choose an offline voice"),
    ],
    ids=[
        "500",
        "garbage",
        "truncated",
        "cut short",
        "dropped",
        "hanging",
        "dripping",
        "key",
        "quota",
    ],
)
def test_the_job_fails_in_words_with_the_credit_back(claim, server, balance, answer, says):
    server.answers = [answer] * LINES
    rendering.speak(claim)
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert says in job.message
    assert "secret" not in job.message
    assert balance() == 1


def test_a_busy_service_is_waited_for(claim, server, settings):
    settings.ELEVENLABS_LINE_SECONDS = 10
    busy = (429, {"detail": {"status": "rate_limit_exceeded"}}, {"Retry-After": "0"})
    server.answers = [busy, busy, (200, MP3), busy, (200, MP3)]
    rendering.speak(claim)
    assert Job.objects.get().step == Job.Step.RENDER


def test_lines_that_were_spoken_are_not_bought_again(claim, server, user):
    server.answers = [(200, MP3), (500, b"")]
    rendering.speak(claim)
    assert Job.objects.get().state == Job.State.FAILED
    server.answers = [(200, MP3)]
    lifecycle.retry(Job.objects.get())
    rendering.speak(lifecycle.claim(claim.job.pk, Job.Step.SPEECH))
    assert Job.objects.get().step == Job.Step.RENDER
    assert len(server.requests) == 3


def test_while_the_key_is_refused_nobody_asks(claim, server, user):
    server.answers = [(401, {"detail": {"status": "invalid_api_key"}})]
    rendering.speak(claim)
    lifecycle.retry(Job.objects.get())
    rendering.speak(lifecycle.claim(claim.job.pk, Job.Step.SPEECH))
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert "does not accept our key" in job.message
    assert len(server.requests) == 1
