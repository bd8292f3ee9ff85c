"""Smaller files keep the beat, the ears apart, the length and what the recording says of itself."""

import json
import subprocess
import sys

import av
import numpy as np
import pytest
import soundfile

from audio import AudioError, Cancelled, Clip, TrackSpec, cover, output, render
from audio.dither import quantised
from audio.renditions import make_rendition
from audio.tags import Chapter, Tags
from tests.audio.physics import RATE, rms
from tests.real_parts import program

SECONDS = 16
ENDINGS = ["opus", "ogg", "mp3", "m4a"]
PAIRS = {"203 and 197": (203.0, 197.0), "102 and 98": (102.0, 98.0), "420 and 380": (420.0, 380.0)}
TAGS = Tags(
    title="Abend – 夜",
    date="2026-01-02",
    description="A binaural beat.",
    recipe="{}",
    chapters=(Chapter("Settle", 0.0), Chapter("Tiefe – 夜", 12.5)),
    cover=cover.png(TrackSpec(title="x", duration_s=60)),
)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """For each pair of tones a recording of them in soft, common noise, as a stage for coding."""
    folder = tmp_path_factory.mktemp("recordings")
    return {
        name: recording(folder / f"{number}.flac", np.array(tones))
        for number, (name, tones) in enumerate(PAIRS.items())
    }


def recording(path, tones, *, sample_rate=RATE, tags=TAGS):
    index = np.arange(SECONDS * sample_rate)[:, np.newaxis]
    sound = 0.25 * np.sin(2 * np.pi * tones * index / sample_rate)
    sound += np.random.default_rng(1).normal(0, 0.02, (len(sound), 1))
    output.write(
        path,
        quantised([sound], bit_depth=16, seed=1),
        frames=len(sound),
        sample_rate=sample_rate,
        bit_depth=16,
        tags=tags,
    )
    return path


def decoded(path) -> tuple[np.ndarray, int]:
    """The sound as ffmpeg hears it, float of shape (frames, 2), and its rate."""
    wav = path.with_suffix(".wav")
    command = [program("ffmpeg"), "-v", "error", "-y", "-i", path, "-map", "0:a", wav]
    subprocess.run(list(map(str, command)), check=True)
    return soundfile.read(wav)


def fit(samples: np.ndarray, hz: float, rate: int, *, start: int = 0) -> complex:
    """Amplitude and phase of the best sine of ``hz``, by least squares."""
    angle = 2 * np.pi * hz * np.arange(start, start + len(samples)) / rate
    basis = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    (a, b), *_ = np.linalg.lstsq(basis, samples, rcond=None)
    return complex(a, b)


def frequency(samples: np.ndarray, near_hz: float, rate: int) -> float:
    """From how far the phase moves between the first and the second half."""
    half = len(samples) // 2
    moved = np.angle(
        fit(samples[half:], near_hz, rate, start=half) / fit(samples[:half], near_hz, rate)
    )
    return near_hz + moved / (2 * np.pi) * rate / half


def probed(path) -> dict:
    show = ["-show_format", "-show_streams", "-show_chapters"]
    command = [program("ffprobe"), "-v", "error", "-of", "json", *show, str(path)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(
    ("ending", "bit_rate"),
    [("ogg", None), ("mp3", None), ("mp3", 128_000), ("m4a", None), ("m4a", 128_000)],
)
def test_the_ears_stay_apart_and_the_beat_stays_true(tmp_path, recordings, name, ending, bit_rate):
    path = tmp_path / f"track.{ending}"
    make_rendition(recordings[name], path, bit_rate=bit_rate)
    sound, rate = decoded(path)
    assert len(sound) / rate == pytest.approx(SECONDS, abs=0.06)
    left, right = sound[2 * rate : 14 * rate].T
    left_hz, right_hz = PAIRS[name]
    for own, other, hz in ((left, right, left_hz), (right, left, right_hz)):
        assert abs(fit(own, hz, rate)) == pytest.approx(0.25, rel=0.06)
        assert 20 * np.log10(abs(fit(own, hz, rate) / fit(other, hz, rate))) > 40
    beat_hz = frequency(left, left_hz, rate) - frequency(right, right_hz, rate)
    assert beat_hz == pytest.approx(left_hz - right_hz, abs=5e-4)


def voice(seconds: float = 2.5) -> np.ndarray:
    """A voice whose pitch wanders across the tones of the beat."""
    times = np.arange(round(seconds * RATE)) / RATE
    turns = np.cumsum(205 + 25 * np.sin(2 * np.pi * 0.7 * times)) / RATE
    buzz = sum(np.sin(2 * np.pi * n * turns) / n for n in range(1, 20))
    return 0.15 * buzz * np.sin(np.pi * 4 * times) ** 2


@pytest.fixture(scope="module")
def full_mix(tmp_path_factory):
    """Everything at once, as loud as it comes: 200 Hz ± 3, pink noise, waves, words, ducking."""
    folder = tmp_path_factory.mktemp("mix")
    lines = ["one", "two", "three"]
    spec = TrackSpec.parse(
        {
            "title": "Mix",
            "duration_s": 60,
            "beats": [{"kind": "binaural", "beat_hz": 6, "carrier_hz": 200}],
            "beds": [{"kind": "noise"}, {"kind": "ocean"}],
            "speech": {"lines": lines, "voice": "x", "repetitions": 4},
            "master": {"target_lufs": -14},
        }
    )
    clips = {line: Clip.save(voice(), folder / f"{line}.npy") for line in lines}
    render(spec, folder / "mix.flac", clips=clips)
    return folder / "mix.flac"


@pytest.mark.parametrize("ending", ["flac", "opus", "mp3", "m4a"])
def test_the_beat_of_a_full_mix_stays_true(tmp_path, full_mix, ending):
    path = full_mix
    if ending != "flac":
        path = tmp_path / f"mix.{ending}"
        make_rendition(full_mix, path)
    sound, rate = decoded(path)
    left, right = sound[4 * rate : 55 * rate].T
    for own, other, hz in ((left, right, 203.0), (right, left, 197.0)):
        assert 20 * np.log10(abs(fit(own, hz, rate) / fit(other, hz, rate))) > 40
    beat_hz = frequency(left, 203.0, rate) - frequency(right, 197.0, rate)
    assert beat_hz == pytest.approx(6, abs=1e-3)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_rendition_says_what_the_recording_says(tmp_path, recordings, ending):
    path = tmp_path / f"track.{ending}"
    make_rendition(recordings["203 and 197"], path)
    shown = probed(path)
    streams = {stream["codec_type"]: stream for stream in shown["streams"]}
    # Ogg keeps its words with the stream.
    words = streams["audio"].get("tags", {}) | shown["format"].get("tags", {})
    assert (words["title"], words["artist"], words["date"]) == (TAGS.title, "Entrain", TAGS.date)
    assert words["comment"] == TAGS.description
    chapters = [
        (c["tags"]["title"], float(c["start_time"]), float(c["end_time"]))
        for c in shown["chapters"]
    ]
    assert chapters == [
        ("Settle", 0.0, 12.5),
        ("Tiefe – 夜", 12.5, pytest.approx(SECONDS, abs=0.01)),
    ]
    assert streams["video"]["disposition"]["attached_pic"] == 1
    with av.open(str(path)) as file:
        assert any(bytes(packet) == TAGS.cover for packet in file.demux(video=0))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_chapter_with_a_long_name_is_kept(tmp_path, ending):
    names = ["x" * 120, "夜" * 120, "End"]
    chapters = tuple(Chapter(name, 5.0 * number) for number, name in enumerate(names))
    tags = Tags(title="x", date="2026-01-02", chapters=chapters)
    source = recording(tmp_path / "track.flac", np.array([203.0, 197.0]), tags=tags)
    path = tmp_path / f"track.{ending}"
    make_rendition(source, path)
    assert [chapter["tags"]["title"] for chapter in probed(path)["chapters"]] == names


def test_a_bare_recording_becomes_a_bare_rendition(tmp_path):
    source = recording(tmp_path / "bare.flac", np.array([203, 197]), tags=Tags(title="bare"))
    for ending in ENDINGS:
        path = tmp_path / f"track.{ending}"
        make_rendition(source, path)
        shown = probed(path)
        assert [stream["codec_type"] for stream in shown["streams"]] == ["audio"]
        assert not shown["chapters"]


@pytest.mark.parametrize(("ending", "rate"), [("opus", 48_000), ("mp3", 48_000), ("m4a", 48_000)])
def test_48_khz_stay_48_khz(tmp_path, ending, rate):
    source = recording(tmp_path / "48.flac", np.array([203, 197]), sample_rate=48_000)
    path = tmp_path / f"track.{ending}"
    make_rendition(source, path, bit_rate=160_000)
    stream = probed(path)["streams"][0]
    assert int(stream["sample_rate"]) == rate
    assert path.stat().st_size * 8 / SECONDS == pytest.approx(160_000, rel=0.25)


def test_an_m4a_file_can_be_played_before_it_is_all_there(tmp_path, recordings):
    path = tmp_path / "track.m4a"
    make_rendition(recordings["203 and 197"], path)
    data = path.read_bytes()
    assert data[4:12] == b"ftypM4A "
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_the_end_is_not_lost(tmp_path, recordings):
    for ending in ENDINGS:
        path = tmp_path / f"track.{ending}"
        make_rendition(recordings["203 and 197"], path)
        sound, rate = decoded(path)
        assert rms(sound[(SECONDS - 1) * rate : round((SECONDS - 0.05) * rate)]) > 0.15


def test_progress_rises_to_one(tmp_path, recordings):
    heard = []
    make_rendition(recordings["203 and 197"], tmp_path / "track.mp3", progress=heard.append)
    assert heard == sorted(heard)
    assert 0 < heard[0] < 0.1
    assert heard[-1] == 1


def test_cancelling_leaves_what_was_there_before(tmp_path, recordings):
    path = tmp_path / "track.opus"
    path.write_bytes(b"before")
    with pytest.raises(Cancelled):
        make_rendition(recordings["203 and 197"], path, cancelled=lambda: True)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kept", [0, 3, 100, 60_000, 400_000])
def test_a_recording_cut_short_is_refused(tmp_path, recordings, kept):
    source = tmp_path / "cut.flac"
    source.write_bytes(recordings["203 and 197"].read_bytes()[:kept])
    with pytest.raises(AudioError, match=r"cut\.flac could not be made into"):
        make_rendition(source, tmp_path / "track.opus")
    assert list(tmp_path.iterdir()) == [source]


def test_what_a_callback_raises_is_not_blamed_on_the_recording(tmp_path, recordings):
    def fail(fraction):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as caught:
        make_rendition(recordings["203 and 197"], tmp_path / "track.opus", progress=fail)
    assert caught.type is ValueError
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_a_flac_file_is_refused(tmp_path):
    source = tmp_path / "song.flac"
    source.write_bytes(b"ID3" + bytes(5000))
    with pytest.raises(AudioError, match="not a FLAC file"):
        make_rendition(source, tmp_path / "track.opus")


def test_a_missing_recording_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        make_rendition(tmp_path / "none.flac", tmp_path / "track.opus")
    assert not list(tmp_path.iterdir())


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from audio import AudioError
from audio.renditions import make_rendition
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    make_rendition(Path(sys.argv[1]), Path(sys.argv[2]))
except AudioError as error:
    print(error)
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, recordings, ending):
    """Full in the midst, and with only the last byte lacking."""
    source, path = recordings["203 and 197"], tmp_path / f"track.{ending}"
    make_rendition(source, path)
    size = path.stat().st_size
    path.unlink()
    for room in (size // 3, size - 1):
        command = [sys.executable, "-c", FULL_DISK, str(source), str(path), str(room)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert f"could not be made into track.{ending}: File too large" in done.stdout
        assert ".part" not in done.stdout
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("ending", "bit_rate", "says"),
    [
        ("wma", None, r"\.opus, \.ogg, \.mp3, \.m4a"),
        ("opus", 127_999, "from 128000 to 320000"),
        ("mp3", 320_001, "bits a second"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is(
    tmp_path, recordings, ending, bit_rate, says
):
    path = tmp_path / f"track.{ending}"
    with pytest.raises(AudioError, match=says):
        make_rendition(recordings["203 and 197"], path, bit_rate=bit_rate)
    assert not list(tmp_path.iterdir())
