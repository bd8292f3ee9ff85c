"""What a failed track says of itself is said in the language of the one who looks."""

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

import audio
from audio.speech import elevenlabs
from jobs import lifecycle, sayings, voice_service

ENGINE = [*Path(audio.__file__).parent.glob("speech/*.py"), Path(voice_service.__file__)]


def _said_by_the_engine() -> set[str]:
    """Every sentence with which speaking can fail."""
    raised = {
        call.args[0].value
        for path in ENGINE
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id.startswith("Speech")
        and call.func.id.endswith("Error")
        and isinstance(call.args[0], ast.Constant)
    }
    return raised | set(elevenlabs._MESSAGES.values())


def test_every_sentence_of_the_engine_is_known_and_translated():
    said = {sayings.sentence(Exception(message)) for message in _said_by_the_engine()}
    assert len(said) > 10
    assert said <= set(sayings.OF_THE_ENGINE)
    with override("de"):
        assert not [one for one in said if sayings.translated(one) == one]


@pytest.mark.parametrize("language", ["en", "de"])
def test_figures_in_a_sentence_are_kept(language):
    with override(language):
        said = sayings.translated(sayings.DOES_NOT_FIT.format(minutes=12))
    assert " 12 Minuten" in said if language == "de" else " 12 minutes" in said


def test_the_page_of_a_failed_track_speaks_the_language_of_its_reader(client, claim):
    lifecycle.fail(claim, sayings.OUR_FAULT)
    page = client.get(f"/jobs/{claim.job.pk}/", headers={"Accept-Language": "de"}).text
    assert "Bei uns ist etwas schiefgegangen" in page
    assert "Something went wrong" in client.get(f"/jobs/{claim.job.pk}/").text


def test_what_nobody_foresaw_stays_as_it_was_said():
    with override("de"):
        assert sayings.translated("A moth was in the relay.") == "A moth was in the relay."
