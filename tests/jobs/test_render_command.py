"""`manage.py render` makes the format that the file's ending names."""

import json

import av
import pytest
from django.core.management import CommandError, call_command

from audio import TrackSpec

SPEC = TrackSpec(title="Evening", duration_s=60, beats=[{"kind": "monaural", "beat_hz": 6}])


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(SPEC.to_json())
    return path


@pytest.mark.parametrize(
    ("ending", "codec"), [("flac", "flac"), ("wav", "pcm_s16le"), ("opus", "opus"), ("M4A", "aac")]
)
def test_the_ending_chooses_the_format(recipe, tmp_path, ending, codec):
    out = tmp_path / f"track.{ending}"
    call_command("render", str(recipe), str(out))
    with av.open(str(out)) as file:
        (sound,) = file.streams.audio
        assert sound.codec_context.name == codec
        assert file.duration / 1e6 == pytest.approx(60, abs=0.05)
        words = {name.lower(): text for name, text in (file.metadata | sound.metadata).items()}
        assert words["title"] == "Evening"
    assert {path.name for path in tmp_path.iterdir()} == {"spec.json", out.name}


def test_another_ending_is_refused_before_anything_is_made(recipe, tmp_path):
    with pytest.raises(CommandError, match=r"must end in \.flac, \.wav, \.opus"):
        call_command("render", str(recipe), str(tmp_path / "track.aiff"))
    assert list(tmp_path.iterdir()) == [recipe]


def test_a_recipe_that_is_none_is_a_sentence(recipe, tmp_path):
    recipe.write_text(json.dumps({"title": "x"}))
    with pytest.raises(CommandError, match="duration_s: is missing"):
        call_command("render", str(recipe), str(tmp_path / "track.mp3"))
    assert list(tmp_path.iterdir()) == [recipe]
