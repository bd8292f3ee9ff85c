"""What a file says of itself: the words, chapters and cover, and how FLAC holds them.

``wav_tags`` is how WAV does, and ``renditions`` how the lossy formats do.

After RFC 9639 (FLAC), sections 8.6 and 8.8; chapters by the convention of CHAPTER001 and
CHAPTER001NAME that FFmpeg, VLC and foobar2000 read.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from audio.seek_table import POINT_BYTES, POINTS, seek_table

ARTIST = "Entrain"

_PADDING, _SEEK_TABLE, _COMMENT, _PICTURE = 1, 3, 4, 6
FRONT_COVER = 3


@dataclass(frozen=True)
class Chapter:
    """A stretch of the track that begins at ``start_s`` seconds."""

    name: str
    start_s: float


@dataclass(frozen=True)
class Tags:
    """What is written beside the sound.

    ``date`` is an ISO date; ``recipe`` the spec as JSON; ``cover`` a PNG file's bytes, or none.
    """

    title: str
    artist: str = ARTIST
    date: str = ""
    description: str = ""
    recipe: str = ""
    chapters: tuple[Chapter, ...] = ()
    cover: bytes = field(default=b"", repr=False)


def read(path: Path) -> Tags:
    """The tags of a FLAC file that :func:`write` wrote; ValueError if it is none."""
    found: dict[str, str] = {}
    cover = b""
    with path.open("rb") as file:
        for kind, content in _blocks(file):
            if kind == _COMMENT:
                found |= _parse_comments(content)
            elif kind == _PICTURE:
                cover = _parse_picture(content)
    words = {name: found.get(name.upper(), "") for name in ("title", "artist", "date")}
    return Tags(
        **words,
        description=found.get("DESCRIPTION", ""),
        recipe=found.get("COMMENT", ""),
        chapters=tuple(_parse_chapters(found)),
        cover=cover,
    )


def size(tags: Tags) -> int:
    """Bytes that :func:`write` needs at most behind the stream's first block."""
    return 4 + POINTS * POINT_BYTES + sum(map(len, _encoded(tags))) + 4


def write(path: Path, tags: Tags) -> None:
    """Put ``tags``, and a seek table, in the place of all that a FLAC file says of itself.

    The sound stays where it is, so nothing is copied: there must be :func:`size` bytes in the
    blocks to be replaced. What is left over becomes padding.
    """
    with path.open("r+b") as file:
        blocks = list(_blocks(file))
        room = sum(4 + len(content) for _, content in blocks[1:])
        table = seek_table(file, first=file.tell(), stream_info=blocks[0][1])
        new = _block(_SEEK_TABLE, table) + b"".join(_encoded(tags))
        left = room - len(new) - 4
        if left < 0:
            raise ValueError(f"{path} has {room} bytes for tags of {len(new) + 4}")
        file.seek(4)
        file.write(_block(0, blocks[0][1]) + new + _block(_PADDING, bytes(left), last=True))


def picture(png: bytes) -> bytes:
    """The content of a PICTURE block that holds ``png`` as the front cover.

    Ogg files carry the same, in base64, as METADATA_BLOCK_PICTURE.
    """
    width, height = png_size(png)
    depth, colour = png[24:26]
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    mime = b"image/png"
    sizes = struct.pack(">IIII", width, height, depth * channels, 256 if colour == 3 else 0)
    head = struct.pack(">II", FRONT_COVER, len(mime)) + mime + struct.pack(">I", 0)
    return head + sizes + struct.pack(">I", len(png)) + png


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG file in pixels."""
    return struct.unpack(">II", png[16:24])


def _encoded(tags: Tags) -> Iterator[bytes]:
    yield _block(_COMMENT, _comments(_fields(tags)))
    if tags.cover:
        yield _block(_PICTURE, picture(tags.cover))


def _fields(tags: Tags) -> Iterator[tuple[str, str]]:
    yield "TITLE", tags.title
    yield "ARTIST", tags.artist
    if tags.date:
        yield "DATE", tags.date
    if tags.recipe:
        yield "COMMENT", tags.recipe
    # FFmpeg calls both of them comment, and shows the later one.
    if tags.description:
        yield "DESCRIPTION", tags.description
    yield from chapter_fields(tags.chapters)


def chapter_fields(chapters: Iterable[Chapter]) -> Iterator[tuple[str, str]]:
    """Name and text of the comments that tell the chapters, in FLAC and Ogg files."""
    for number, chapter in enumerate(chapters, 1):
        minutes, milliseconds = divmod(round(chapter.start_s * 1000), 60_000)
        clock = f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds / 1000:06.3f}"
        yield f"CHAPTER{number:03}", clock
        yield f"CHAPTER{number:03}NAME", chapter.name


def _block(kind: int, content: bytes, *, last: bool = False) -> bytes:
    return bytes([kind | 0x80 * last]) + len(content).to_bytes(3, "big") + content


def _blocks(file) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each metadata block."""
    if file.read(4) != b"fLaC":
        raise ValueError("not a FLAC file")
    last = False
    while not last:
        head = file.read(4)
        length = int.from_bytes(head[1:], "big")
        content = file.read(length)
        if len(head) < 4 or len(content) < length:
            raise ValueError("the FLAC file ends within its header")
        last = head[0] >= 0x80
        yield head[0] & 0x7F, content


def _comments(fields: Iterable[tuple[str, str]]) -> bytes:
    entries = [ARTIST, *(f"{name}={value}" for name, value in fields)]
    packed = [_sized(entry.encode()) for entry in entries]
    return packed[0] + struct.pack("<I", len(packed) - 1) + b"".join(packed[1:])


def _sized(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def _parse_comments(content: bytes) -> dict[str, str]:
    entries, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "little")
        # Behind the writer's name, the first entry, stands the number of the others.
        entries.append(content[at + 4 : at + 4 + length].decode())
        at += 4 + length + (4 if len(entries) == 1 else 0)
    pairs = (entry.partition("=") for entry in entries[1:])
    return {name.upper(): value for name, _, value in pairs}


def _parse_picture(content: bytes) -> bytes:
    at = 4
    for _ in ("mime", "description"):
        at += 4 + int.from_bytes(content[at : at + 4], "big")
    return content[at + 20 :]


def _parse_chapters(found: dict[str, str]) -> Iterator[Chapter]:
    for name in sorted(name for name in found if re.fullmatch(r"CHAPTER\d{3}", name)):
        hours, minutes, seconds = found[name].split(":")
        start_s = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        yield Chapter(found.get(f"{name}NAME", ""), start_s)
