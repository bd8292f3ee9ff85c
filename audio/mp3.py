"""How far an MP3 file tells its length.

Some count their frames in the first one (as Xing, Info or VBRI). Of the others libsndfile guesses,
from their size and their first frame, and reads no further than it guessed.
"""

import re
from typing import BinaryIO

KINDS = ("MP3", "MPEG")

_COUNTS = (b"Xing", b"Info", b"VBRI")
# Where the count begins: behind what some writers leave before the first frame, its header, and
# what it says of both channels.
_NEAR_START = 4096

# What a frame's header says, and how many frames in a row are no chance.
_BIT_RATES_KBPS = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG-1
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG-2
}
_RATES_HZ = (44_100, 48_000, 32_000)
_FRAMES_IN_A_ROW = 8


def states_length(file: BinaryIO) -> bool:
    """Whether an MP3 file counts its frames; ``file`` may stand anywhere."""
    file.seek(0)
    head = file.read(10)
    begins = 10 + _seven_bits(head[6:]) if head[:3] == b"ID3" else 0
    file.seek(begins)
    start = file.read(_NEAR_START)
    return any(name in start for name in _COUNTS)


def more_follows(file: BinaryIO) -> bool:
    """Whether libsndfile, which has read all of ``file`` that it meant to, left sound behind."""
    left = file.read()
    return any(_is_sound(left, match.start()) for match in re.finditer(rb"\xff[\xe2-\xfb]", left))


def _is_sound(data: bytes, at: int) -> bool:
    """Whether so many frames begin at ``at``, one after the other."""
    for _ in range(_FRAMES_IN_A_ROW):
        length = _frame_bytes(data[at : at + 4])
        if not length:
            return False
        at += length
    return True


def _frame_bytes(header: bytes) -> int:
    """The length of the Layer III frame with that header; 0 if it is none.

    Of its 32 bits eleven are set, then come two of the version, two of the layer, and one of the
    checksum; four of the bit rate, two of the rate, and one of a byte more (ISO 11172-3, 2.4.1.3).
    """
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, bit_rate, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate == 3 or bit_rate in (0, 15):
        return 0
    bytes_a_second = 125 * _BIT_RATES_KBPS[version | 2][bit_rate]
    rate_hz = _RATES_HZ[rate] // (4, 0, 2, 1)[version]
    samples = 1152 if version == 3 else 576
    return samples * bytes_a_second // rate_hz + (header[2] >> 1 & 1)


def _seven_bits(size: bytes) -> int:
    """The length of an ID3 tag: seven bits a byte, so that none is taken for a frame's start."""
    number = 0
    for byte in size:
        number = number << 7 | byte & 0x7F
    return number
