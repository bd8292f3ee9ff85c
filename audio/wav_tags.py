"""What a WAV file says of itself beyond three words: recipe, chapters and cover, behind the sound.

The recipe is the comment of a list of words; libsndfile reads none beyond 2 kB. Chapters are cue
points with labels (Microsoft's RIFF, 1991), which editors and FFmpeg show. Words and cover stand in
an ``id3 `` chunk besides, where players look for them.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from audio.tags import FRONT_COVER, Tags

_UTF_8 = b"\x03"
_NO_OFFSET = 2**32 - 1


def append(path: Path, tags: Tags, *, sample_rate: int) -> None:
    """Add what ``tags`` hold to a finished RIFF or RF64 file."""
    added = b"".join(_chunks(tags, sample_rate))
    with path.open("r+b") as file:
        kind = file.read(4)
        file.seek(0, 2)
        if file.tell() % 2:
            added = b"\0" + added
        file.write(added)
        size = file.tell() - 8
        # RF64 (EBU Tech 3306) counts in its first chunk instead.
        file.seek(4 if kind == b"RIFF" else 20)
        file.write(struct.pack("<I" if kind == b"RIFF" else "<Q", size))


def recipe(path: Path) -> str:
    """The recipe in a RIFF or RF64 file, empty where there is none."""
    found = ""
    with path.open("rb") as file:
        start = file.read(36)
        if start[:4] not in (b"RIFF", b"RF64"):
            return found
        file.seek(12)
        while len(head := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data" and start[:4] == b"RF64":
                (size,) = struct.unpack_from("<Q", start, 28)
            end = file.tell() + size + size % 2
            if name == b"LIST":
                found = _comment(file.read(size)) or found
            file.seek(end)
    return found


def _comment(content: bytes) -> str:
    """That of a list, if it is one of words."""
    at = 4 if content[:4] == b"INFO" else len(content)
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        if name == b"ICMT":
            return content[at + 8 : at + 8 + size].rstrip(b"\0").decode(errors="replace")
        at += 8 + size + size % 2
    return ""


def _chunks(tags: Tags, sample_rate: int) -> Iterator[bytes]:
    if tags.recipe:
        yield _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", tags.recipe.encode() + b"\0"))
    if tags.chapters:
        starts = [min(round(c.start_s * sample_rate), _NO_OFFSET) for c in tags.chapters]
        points = (
            struct.pack("<II4sIII", number, start, b"data", 0, 0, start)
            for number, start in enumerate(starts, 1)
        )
        yield _chunk(b"cue ", struct.pack("<I", len(starts)) + b"".join(points))
        labels = (
            _chunk(b"labl", struct.pack("<I", number) + chapter.name.encode() + b"\0")
            for number, chapter in enumerate(tags.chapters, 1)
        )
        yield _chunk(b"LIST", b"adtl" + b"".join(labels))
    yield _chunk(b"id3 ", _id3(tags))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _id3(tags: Tags) -> bytes:
    """An ID3v2.4 tag, without chapters: players that read both places would show them twice."""
    words = {b"TIT2": tags.title, b"TPE1": tags.artist, b"TDRC": tags.date}
    frames = [_text(name, text) for name, text in words.items() if text]
    if tags.description:
        frames.append(_frame(b"COMM", _UTF_8 + b"eng\0" + tags.description.encode()))
    if tags.cover:
        picture = b"image/png\0" + bytes([FRONT_COVER]) + b"\0" + tags.cover
        frames.append(_frame(b"APIC", _UTF_8 + picture))
    body = b"".join(frames)
    return b"ID3\x04\0\0" + _seven_bits(len(body)) + body


def _text(name: bytes, text: str) -> bytes:
    return _frame(name, _UTF_8 + text.encode())


def _frame(name: bytes, content: bytes) -> bytes:
    return name + _seven_bits(len(content)) + b"\0\0" + content


def _seven_bits(size: int) -> bytes:
    """28 bits in four bytes, none of which can be taken for the start of a sound frame."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
