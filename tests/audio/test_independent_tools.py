"""Programs that others wrote find in our files what the spec asked for."""

import json
import re
import subprocess
from datetime import date

import numpy as np
import pytest
import soundfile
from scipy import signal

from audio import Clip, TrackSpec, render
from audio.describe import describe
from audio.measure import measure
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
    # Of the fields that ffprobe calls comment it shows the last.
    assert tags["comment"] == describe(SPEC)


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


@pytest.mark.parametrize("target_lufs", [-14, -18, -23])
def test_ffmpeg_hears_a_full_mix_as_loud_as_was_asked_and_as_we_do(tmp_path, target_lufs):
    spec = TrackSpec.parse(
        {
            "title": "x",
            "duration_s": 90,
            "beats": [{"kind": "isochronic", "beat_hz": [[0, 10], [90, 4]], "carrier_hz": 250}],
            "beds": [{"kind": "ocean", "level_db": [[0, -30], [90, -18]]}, {"kind": "fire"}],
            "speech": {"lines": ["one"], "voice": "x", "repetitions": 8, "duck_db": 12},
            "master": {"target_lufs": target_lufs},
        }
    )
    times = np.arange(3 * 44_100) / 44_100
    words = 0.4 * np.sin(2 * np.pi * 300 * times) * np.sin(np.pi * 4 * times) ** 2
    path = tmp_path / "track.flac"
    render(spec, path, clips={"one": Clip.save(words, tmp_path / "one.npy")})
    integrated, range_lu, peak = ebur128(path)
    found = measure(path).loudness
    assert integrated == pytest.approx(target_lufs, abs=0.3)
    assert found.integrated_lufs == pytest.approx(integrated, abs=0.1)
    assert found.range_lu == pytest.approx(range_lu, abs=0.2)
    assert found.true_peak_db - 0.4 <= peak <= found.true_peak_db + 0.2
    assert peak <= -0.8


@pytest.mark.parametrize(
    "parts",
    [
        {"beds": [{"kind": "fire", "crackle": 1}]},
        {
            "beds": [{"kind": "noise", "colour": "white"}],
            "beats": [{"kind": "embedded", "beat_hz": 10, "duty": 0.2}],
        },
    ],
    ids=["crackles", "pulses of white noise"],
)
def test_ffmpeg_hears_no_peak_above_the_ceiling_however_bright_they_are(tmp_path, parts):
    loud = {"title": "x", "duration_s": 60, "master": {"target_lufs": -14}}
    render(TrackSpec.parse(loud | parts), tmp_path / "track.flac", clips={})
    assert ebur128(tmp_path / "track.flac")[2] <= -0.9


def ebur128(path):
    """What ffmpeg says of a recording: integrated loudness, loudness range, true peak."""
    command = [program("ffmpeg"), "-nostats", "-i", str(path), "-map", "0:a"]
    said = output_of(*command, "-af", "ebur128=peak=true", "-f", "null", "-")
    summary = said.rpartition("Summary:")[2]
    return [float(re.search(rf"{name}: +(\S+)", summary)[1]) for name in ("I", "LRA", "Peak")]


@pytest.mark.parametrize(
    ("colour", "slope"),
    [("white", 0), ("pink", -3.01), ("brown", -6.02), ("blue", 3.01), ("violet", 6.02)],
)
def test_noise_in_a_16_bit_file_has_its_slope_from_40_hz_to_16_khz(tmp_path, colour, slope):
    beds = [{"kind": "noise", "colour": colour}]
    path = tmp_path / "track.flac"
    render(TrackSpec(title="x", duration_s=120, beds=beds), path, clips={})
    sound, rate = soundfile.read(path)
    hz, density = signal.welch(
        sound[3 * rate : -5 * rate], rate, nperseg=2**15, axis=0, window="hann"
    )
    middles = 40 * 2 ** (np.arange(27) / 3)
    bands = [(hz >= m / 2 ** (1 / 6)) & (hz < m * 2 ** (1 / 6)) for m in middles]
    octaves = [np.log2(hz[band]).mean() for band in bands]
    levels_db = [10 * np.log10(density[band]).mean() for band in bands]
    assert np.polyfit(octaves, levels_db, 1)[0] == pytest.approx(slope, abs=0.15)
