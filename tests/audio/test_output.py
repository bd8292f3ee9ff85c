"""A recording is written whole, says what it is, and holds the samples bit for bit."""

import dataclasses
import io
import json
import re
import struct
import subprocess
from datetime import date

import numpy as np
import pytest
import soundfile

from audio import (
    AudioError,
    Cancelled,
    TrackSpec,
    course,
    cover,
    output,
    seek_table,
    tags,
    wav_tags,
)
from audio.describe import describe, tags_of
from audio.tags import Chapter, Tags
from audio.watch import Watch
from tests.real_parts import program

SPEC = TrackSpec(title="x", duration_s=60)
TAGS = Tags(
    title="Abend – ночь 夜 \"'=",
    date="2026-01-02",
    description="A tone; nothing else.",
    recipe='{"title": "Abend – 夜"}',
    chapters=(Chapter("Settle", 0.0), Chapter("Tiefe – 夜", 3725.25)),
    cover=cover.png(SPEC),
)
FRAMES = 20_000


def samples(bit_depth: int, frames: int = FRAMES) -> np.ndarray:
    noise = np.random.default_rng(1).integers(-(2**31), 2**31 - 1, (frames, 2), np.int32)
    return (noise >> 16).astype(np.int16) if bit_depth == 16 else noise & ~0xFF


def written(path, sound, *, tags=TAGS, sample_rate=44_100, block=3000, **more):
    blocks = (sound[at : at + block] for at in range(0, len(sound), block))
    output.write(
        path,
        blocks,
        frames=len(sound),
        sample_rate=sample_rate,
        bit_depth=8 * sound.itemsize if sound.dtype == np.int16 else 24,
        tags=tags,
        **more,
    )
    return path


def output_of(*command) -> bytes:
    return subprocess.run(list(map(str, command)), capture_output=True, check=True).stdout


def probed(path, *show) -> dict:
    return json.loads(output_of(program("ffprobe"), "-v", "error", "-of", "json", *show, path))


@pytest.mark.parametrize("ending", ["flac", "wav"])
@pytest.mark.parametrize("sample_rate", [44_100, 48_000])
@pytest.mark.parametrize("bit_depth", [16, 24])
def test_every_format_holds_the_samples(tmp_path, ending, sample_rate, bit_depth):
    sound = samples(bit_depth)
    path = written(tmp_path / f"track.{ending}", sound, sample_rate=sample_rate)
    found, rate = soundfile.read(path, dtype=sound.dtype.name)
    assert np.array_equal(found, sound)
    assert rate == sample_rate
    assert soundfile.info(path).subtype == f"PCM_{bit_depth}"
    stream, *_ = probed(path, "-show_streams")["streams"]
    assert (
        int(stream["bits_per_raw_sample" if ending == "flac" else "bits_per_sample"]) == bit_depth
    )
    assert int(stream["duration_ts"]) == FRAMES


def test_comments_that_are_damaged_are_no_tags(tmp_path):
    """A field that says it is longer than what follows, and a block that ends within a length."""
    for comments in (struct.pack("<I", 2**31) + b"x", b"\1\0"):
        head = bytes([0x84]) + len(comments).to_bytes(3, "big")
        (tmp_path / "track.flac").write_bytes(b"fLaC" + head + comments)
        assert tags.read(tmp_path / "track.flac").title == ""


def test_flac_itself_finds_the_file_sound(tmp_path):
    path = written(tmp_path / "track.flac", samples(24))
    raw = output_of(
        program("flac"), "-dcs", "--warnings-as-errors", "--force-raw-format",
        "--endian=little", "--sign=signed", path,
    )  # fmt: skip
    assert raw == (samples(24).view(np.uint8).reshape(-1, 4)[:, 1:]).tobytes()


def test_the_tags_come_back_as_they_were(tmp_path):
    sparse = Tags(title="only a title")
    great = dataclasses.replace(TAGS, recipe="夜 and quiet" * 30_000, cover=TAGS.cover * 20)
    for one in (TAGS, sparse, great):
        assert tags.read(written(tmp_path / "track.flac", samples(16), tags=one)) == one


def test_metaflac_finds_words_chapters_and_cover(tmp_path):
    path = written(tmp_path / "track.flac", samples(16))
    show = [program("metaflac"), "--no-utf8-convert"]
    lines = output_of(*show, "--export-tags-to=-", path).decode().splitlines()
    assert f"TITLE={TAGS.title}" in lines
    assert f"DESCRIPTION={TAGS.description}" in lines
    assert f"COMMENT={TAGS.recipe}" in lines
    assert lines[-2:] == ["CHAPTER002=01:02:05.250", "CHAPTER002NAME=Tiefe – 夜"]
    assert output_of(*show, "--export-picture-to=-", path) == TAGS.cover
    picture = output_of(*show, "--list", "--block-type=PICTURE", path).decode()
    assert "type: 3 (Cover (front))" in picture
    assert "width: 1024" in picture
    assert "colors: 256" in picture


def test_ffprobe_finds_chapters_and_cover(tmp_path):
    shown = probed(written(tmp_path / "track.flac", samples(16)), "-show_chapters", "-show_streams")
    chapters = [(c["tags"]["title"], float(c["start_time"])) for c in shown["chapters"]]
    assert chapters == [(c.name, c.start_s) for c in TAGS.chapters]
    _, picture = shown["streams"]
    assert (picture["codec_name"], picture["width"], picture["height"]) == ("png", 1024, 1024)
    assert picture["disposition"]["attached_pic"] == 1


def test_a_wav_file_has_its_words(tmp_path):
    with soundfile.SoundFile(written(tmp_path / "track.wav", samples(16))) as file:
        assert (file.title, file.artist, file.date) == (TAGS.title, "Entrain", "2026-01-02")
        assert file.comment == TAGS.recipe


@pytest.mark.parametrize("largest", [output.LARGEST_RIFF_BYTES, 1000])
def test_a_wav_file_has_its_recipe_however_long(tmp_path, monkeypatch, largest):
    monkeypatch.setattr(output, "LARGEST_RIFF_BYTES", largest)
    for times in (1, 100, 30_000):
        recipe = "夜 and quiet" * times
        long = dataclasses.replace(TAGS, recipe=recipe)
        path = written(tmp_path / "track.wav", samples(16), tags=long)
        assert wav_tags.recipe(path) == recipe
        assert probed(path, "-show_format")["format"]["tags"]["comment"] == recipe
        assert np.array_equal(soundfile.read(path, dtype="int16")[0], samples(16))


def test_a_wav_file_beyond_4_gb_counts_in_64_bits(tmp_path, monkeypatch):
    monkeypatch.setattr(output, "LARGEST_RIFF_BYTES", 1000)
    path = written(tmp_path / "track.wav", samples(24))
    assert path.read_bytes()[:4] == b"RF64"
    stream, *_ = probed(path, "-show_streams")["streams"]
    assert int(stream["duration_ts"]) == FRAMES
    assert np.array_equal(soundfile.read(path, dtype="int32")[0], samples(24))


def test_ffprobe_finds_words_chapters_and_cover_in_a_wav_file(tmp_path, monkeypatch):
    for largest in (output.LARGEST_RIFF_BYTES, 1000):
        monkeypatch.setattr(output, "LARGEST_RIFF_BYTES", largest)
        path = written(tmp_path / "track.wav", samples(24, 20_001))
        show = ("-show_format", "-show_chapters", "-show_streams")
        shown = probed(path, *show)
        found = {name.lower(): text for name, text in shown["format"]["tags"].items()}
        assert (found["title"], found["artist"], found["date"]) == (
            TAGS.title,
            "Entrain",
            TAGS.date,
        )
        chapters = [(c["tags"]["title"], float(c["start_time"])) for c in shown["chapters"]]
        assert chapters == [(c.name, c.start_s) for c in TAGS.chapters]
        sound, picture = shown["streams"]
        assert int(sound["duration_ts"]) == 20_001
        assert (picture["codec_name"], picture["width"]) == ("png", 1024)
        assert picture["disposition"]["attached_pic"] == 1
        size = int.from_bytes(path.read_bytes()[4:8], "little")
        assert size == (path.stat().st_size - 8 if largest > 1000 else 0xFFFF_FFFF)


def test_editors_find_the_chapters_of_a_wav_file_as_labelled_cues(tmp_path):
    content = written(tmp_path / "track.wav", samples(16)).read_bytes()
    cues = content.index(b"cue ")
    assert struct.unpack_from("<II4x4s8xI", content, cues + 8) == (2, 1, b"data", 0)
    start = struct.unpack_from("<I", content, cues + 12 + 24 + 20)[0]
    assert start == round(TAGS.chapters[1].start_s * 44_100)
    assert content.count(b"labl") == 2
    assert TAGS.chapters[1].name.encode() + b"\0" in content[content.index(b"adtl") :]


def seek_points(path) -> list[tuple[str, ...]]:
    """Sample, place and length of each frame that the seek table points at."""
    listed = output_of(program("metaflac"), "--list", "--block-type=SEEKTABLE", path).decode()
    return re.findall(r"sample_number=(\d+), stream_offset=(\d+), frame_samples=(\d+)", listed)


@pytest.mark.parametrize("bit_depth", [16, 24])
def test_flac_itself_makes_the_same_seek_table(tmp_path, bit_depth):
    path = written(tmp_path / "track.flac", samples(bit_depth, 2_000_000), block=50_000)
    ours = seek_points(path)
    assert 200 < len(ours) <= 240
    assert ours[0][:2] == ("0", "0")
    # Without ours, metaflac looks for the same samples by decoding the file.
    output_of(program("metaflac"), "--remove", "--block-type=SEEKTABLE", path)
    points = [f"--add-seekpoint={sample}" for sample, *_ in ours]
    output_of(program("metaflac"), *points, path)
    assert seek_points(path) == ours


def test_sound_that_looks_like_a_header_is_no_seek_point(tmp_path):
    """Chance makes such bytes in one file of twenty; a player that jumps there finds no frame."""
    sound = bytearray(written(tmp_path / "track.flac", samples(16, 200_000)).read_bytes())
    info, first = bytes(sound[8:42]), sound.index(b"\xff\xf8")

    def table() -> bytes:
        return seek_table.seek_table(io.BytesIO(sound), first=first, stream_info=info)

    true, false = table(), sound[first : first + 4] + b"\x1e"
    # Just behind where the second point is looked for.
    place = first + (len(sound) - first) // seek_table.POINTS + 8
    sound[place : place + 6] = false + bytes([seek_table._crc_8(false)])
    assert table() == true


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(AudioError, match=r"\.flac or \.wav"):
        written(tmp_path / "track.txt", samples(16))
    assert not list(tmp_path.iterdir())


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path):
    path = tmp_path / f"{'n' * 250}.flac"
    written(path, samples(16))
    assert soundfile.info(path).frames == FRAMES


def test_a_file_that_fails_leaves_what_was_there_before(tmp_path):
    path = tmp_path / "track.flac"
    path.write_bytes(b"before")

    def blocks():
        yield samples(16)
        raise RuntimeError("from a layer")

    with pytest.raises(RuntimeError, match="from a layer"):
        output.write(path, blocks(), frames=FRAMES, sample_rate=44_100, bit_depth=16, tags=TAGS)
    unwanted = Watch()
    unwanted.stop()
    with pytest.raises(Cancelled):
        written(path, samples(16), watch=unwanted)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_track_with_too_few_samples_is_no_track(tmp_path):
    with pytest.raises(AudioError, match="could not be written"):
        output.write(
            tmp_path / "track.flac", iter([samples(16)]),
            frames=FRAMES + 1, sample_rate=44_100, bit_depth=16, tags=TAGS,
        )  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_players_show_the_description_and_not_the_recipe(tmp_path):
    path = tmp_path / "track.flac"
    output.write(
        path, iter([samples(16)]), frames=FRAMES, sample_rate=44_100, bit_depth=16, tags=TAGS
    )
    shown = probed(path, "-show_format")["format"]["tags"]
    assert {name.lower(): text for name, text in shown.items()}["comment"] == TAGS.description


def test_a_track_is_described_in_a_sentence():
    tone = {"kind": "binaural", "carrier_hz": 200}
    falling = [(0, 10, "smooth"), (600, 2.5, "step")]
    parts = {
        "title": "x",
        "duration_s": 900,
        "beats": [{**tone, "beat_hz": falling}],
        "beds": [{"kind": "noise"}, {"kind": "ocean"}],
        "speech": {"lines": ["I am calm", "I am free"], "voice": "x", "repetitions": 3},
        "phases": [{"name": "Settle", "start_s": 0}, {"name": "Deepen", "start_s": 300}],
    }
    spec = TrackSpec.parse(parts)
    assert describe(spec) == (
        "A binaural beat of 10 to 2.5 Hz on a tone of 200 Hz, pink noise, ocean waves and 6 spoken "
        "lines. Listen with headphones."
    )
    assert describe(TrackSpec.parse({**parts, "beats": [], "beds": [], "speech": None})) == ""


def test_a_beat_that_returns_is_not_described_by_its_ends():
    beat_hz, _ = course("meditation", duration_s=600)
    beats = [{"kind": "binaural", "beat_hz": beat_hz, "carrier_hz": 200}]
    spec = TrackSpec.parse({"title": "x", "duration_s": 600, "beats": beats})
    assert describe(spec).startswith("A binaural beat of between 6 and 10 Hz on a tone of 200 Hz.")


def test_phases_are_chapters_and_the_recipe_is_the_spec():
    phases = [{"name": "Settle", "start_s": 0}, {"name": "Deepen", "start_s": 30}]
    spec = TrackSpec.parse({"title": "x", "duration_s": 60, "phases": phases})
    found = tags_of(spec, day=date(2026, 1, 2))
    assert found.chapters == (Chapter("Settle", 0), Chapter("Deepen", 30))
    assert TrackSpec.parse(found.recipe) == spec
    assert found.date == "2026-01-02"
    assert found.cover == cover.png(spec)
