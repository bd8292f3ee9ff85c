"""Every word that people see can be translated, and is in German."""

import pytest

from accounts import ledger
from jobs import lifecycle
from jobs.models import Job
from jobs.speech import voices
from jobs.studio.presets import PRESETS
from tests.marked import speak_marked, unmarked, untranslated

# Names, units and what the person wrote.
VOICES = {voice.name.split(" — ")[0] for _, group in voices() for voice in group}
OWN = VOICES | {
    "Entrain", "Hz", "dB", "Ada", "ada@example.com", "Calm", "I am calm", "I am here", "a gift",
    "FLAC", "Opus", "M4A", "MP3", "Google",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_brackets(monkeypatch, settings):
    marked = speak_marked(monkeypatch, settings, "en-au")
    yield
    assert untranslated(marked, "de") == set()


def _words_left(response) -> set[str]:
    return unmarked(response.content.decode(), own=OWN)


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/nowhere/", "/theme/"])
def test_pages_for_everybody(client, path):
    client.logout()
    assert _words_left(client.get(path)) == set()


@pytest.mark.parametrize(
    "path", ["/accounts/", "/accounts/credits/", "/accounts/logout/", "/jobs/", "/studio/"]
)
def test_pages_of_a_person(client, user, path):
    ledger.adjust(user, 1, reason="a gift", actor=user)
    assert _words_left(client.get(path)) == set()


def test_the_studio_s_complaints(client, choices):
    for wrong in [{}, choices | {"duration_min": "999", "carrier_hz": "x", "affirmations": ""}]:
        assert _words_left(client.post("/studio/", wrong)) == set()
    assert _words_left(client.post("/studio/quote/", choices)) == set()


@pytest.fixture
def failed(claim):
    lifecycle.fail(claim, "")
    return claim.job


@pytest.fixture
def cancelled(job):
    lifecycle.cancel(job)
    return job


@pytest.mark.parametrize("state", ["job", "claim", "completed", "failed", "cancelled"])
def test_a_track_s_pages_in_every_state(client, request, state):
    job = getattr(request.getfixturevalue(state), "job", None) or Job.objects.get()
    for path in ["/jobs/", f"/jobs/{job.pk}/", f"/jobs/{job.pk}/delete/", f"/jobs/{job.pk}/like/"]:
        response = client.get(path)
        assert response.status_code == 200, path
        assert _words_left(response) == set(), path


def test_the_parts_of_every_session(client, stored):
    names = sorted({name for preset in PRESETS for name, _ in preset.phases})
    phases = [{"name": name, "start_s": 5 * n} for n, name in enumerate(names)]
    Job.objects.update(spec=stored.spec | {"phases": phases})
    response = client.get(f"/jobs/{stored.pk}/")
    assert all(f"⟦{name}⟧" in response.content.decode() for name in names)


def test_a_file_that_is_gone(client, completed):
    assert _words_left(client.get(f"/jobs/{completed.pk}/download/")) == set()
