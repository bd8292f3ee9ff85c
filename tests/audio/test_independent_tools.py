"""Programs that others wrote find in our files what the spec asked for."""

import json
import re
import subprocess
from datetime import date

import pytest

from audio import TrackSpec, render
from tests.real_parts import program

SPEC = TrackSpec(
    title="Abend – 夜 “calm”",
    duration_s=65.5,
    beats=[{"kind": "binaural", "beat_hz": 6, "carrier_hz": 203, "level_db": -12}],
    master={"target_lufs": None},
)


@pytest.fixture(scope="module")
def track(tmp_path_factory):
    path = tmp_path_factory.mktemp("track") / "track.flac"
    render(SPEC, path, clips={}, day=date(2026, 1, 2))
    return str(path)


def output_of(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def test_flac_finds_the_file_sound(track):
    assert "WARNING" not in output_of(program("flac"), "--test", "--warnings-as-errors", track)


def test_ffprobe_reads_format_length_and_tags(track):
    show = ["-v", "error", "-of", "json", "-show_format", "-show_streams", "-select_streams", "a"]
    found = json.loads(output_of(program("ffprobe"), *show, track))
    (stream,) = found["streams"]
    assert (stream["codec_name"], stream["sample_rate"], stream["channels"]) == ("flac", "44100", 2)
    assert stream["bits_per_raw_sample"] == "16"
    assert int(stream["duration_ts"]) == SPEC.frames
    tags = {name.lower(): value for name, value in found["format"]["tags"].items()}
    assert tags["title"] == SPEC.title
    assert tags["artist"] == "Entrain"
    assert tags["date"] == "2026-01-02"
    assert TrackSpec.parse(tags["comment"]) == SPEC


def test_metaflac_reads_the_recipe_whole(track):
    comment = output_of(program("metaflac"), "--show-tag=comment", "--no-utf8-convert", track)
    assert TrackSpec.parse(comment.split("=", 1)[1]) == SPEC


def test_sox_measures_level_and_pitch(track):
    stats = output_of(program("sox"), track, "-n", "trim", "10", "40", "stats")
    assert re.findall(r"Pk lev dB +(\S+) +(\S+) +(\S+)", stats) == [("-12.00",) * 3]
    assert re.findall(r"RMS lev dB +(\S+) +(\S+) +(\S+)", stats) == [("-15.01",) * 3]
    for channel, hz in (("1", 206), ("2", 200)):
        found = output_of(program("sox"), track, "-n", "trim", "10", "40", "remix", channel, "stat")
        rough = int(re.search(r"Rough +frequency: +(\d+)", found)[1])
        assert abs(rough - hz) <= 1
