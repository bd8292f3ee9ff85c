"""Where in a FLAC file which sample lies, so that a player jumps there with one request.

After RFC 9639, sections 8.5 (seek table) and 9.1 (frame header). The encoder knows the places only
while it writes, and does not tell; but each frame says its own number, so they are read off.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

# One for every ten seconds of forty minutes.
POINTS = 240
POINT_BYTES = 18

# A frame of 4608 samples at 24 bits, stored as they are, takes less.
_LONGEST_FRAME = 32_768
_SYNC = b"\xff\xf8"
_LONGEST_HEADER = 16


def seek_table(file: BinaryIO, *, first: int, stream_info: bytes) -> bytes:
    """The content of a SEEKTABLE block.

    Parameters
    ----------
    file : the whole FLAC file, of frames of one size.
    first : where its first frame begins.
    stream_info : the content of its STREAMINFO block.
    """
    block_frames = int.from_bytes(stream_info[2:4], "big")
    total = int.from_bytes(stream_info[13:18], "big") & (1 << 36) - 1
    size = file.seek(0, 2)
    table, expected = b"", 0
    for place in range(first, size, max(1, (size - first) // POINTS)):
        file.seek(place)
        for offset, number in _confirmed(file.read(2 * _LONGEST_FRAME + _LONGEST_HEADER)):
            sample = number * block_frames
            if expected <= sample < total:
                frames = min(block_frames, total - sample)
                table += struct.pack(">QQH", sample, place + offset - first, frames)
                expected = sample + block_frames
                break
    return table[: POINTS * POINT_BYTES]


def _confirmed(data: bytes) -> Iterator[tuple[int, int]]:
    """Those of the frames in ``data`` that the next one follows.

    In one file of twenty something looks like a header by chance, check sum and all.
    """
    seen: dict[int, int] = {}
    for offset, number in _frames(data):
        if number - 1 in seen:
            yield seen[number - 1], number - 1
        seen[number] = offset


def _frames(data: bytes) -> Iterator[tuple[int, int]]:
    """Offset and number of each frame whose header lies in ``data``, or seems to."""
    at = data.find(_SYNC)
    while 0 <= at < len(data) - _LONGEST_HEADER:
        length, number = _coded_number(data[at + 4 : at + 11])
        end = at + 4 + length + _extra_bytes(data[at + 2])
        if length and _crc_8(data[at:end]) == data[end]:
            yield at, number
        at = data.find(_SYNC, at + 1)


def _coded_number(data: bytes) -> tuple[int, int]:
    """Bytes taken by a number coded as UTF-8 does, and the number; 0 bytes if it is none."""
    ones = 8 - (data[0] ^ 0xFF).bit_length()
    if ones == 0:
        return 1, data[0]
    if ones == 1 or ones > 6 or any(byte >> 6 != 0b10 for byte in data[1:ones]):
        return 0, 0
    number = data[0] & (0x7F >> ones)
    for byte in data[1:ones]:
        number = number << 6 | byte & 0x3F
    return ones, number


def _extra_bytes(sizes: int) -> int:
    """Bytes behind the number that some codes of block size and sample rate ask for."""
    block_size, sample_rate = sizes >> 4, sizes & 0x0F
    return {6: 1, 7: 2}.get(block_size, 0) + {12: 1, 13: 2, 14: 2}.get(sample_rate, 0)


def _crc_8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc
