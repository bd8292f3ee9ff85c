"""How far an MP3 file tells its length.

Some count their frames in the first one (as Xing, Info or VBRI). Of the others libsndfile guesses,
from their size and their first frame, and reads no further than it guessed.
"""

from typing import BinaryIO

KINDS = ("MP3", "MPEG")

_COUNTS = (b"Xing", b"Info", b"VBRI")
# Where the count begins: behind what some writers leave before the first frame, its header, and
# what it says of both channels.
_NEAR_START = 4096

# More than tags at the end of a file usually take, and less than a second or so of sound.
_TAGS_BYTES = 32_768


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
    read = file.tell()
    return file.seek(0, 2) - read > _TAGS_BYTES


def _seven_bits(size: bytes) -> int:
    """The length of an ID3 tag: seven bits a byte, so that none is taken for a frame's start."""
    number = 0
    for byte in size:
        number = number << 7 | byte & 0x7F
    return number
