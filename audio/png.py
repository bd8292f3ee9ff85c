"""PNG files of 256 colours, written by hand (RFC 2083)."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np


def indexed(shades: np.ndarray, palette: np.ndarray) -> bytes:
    """A PNG file.

    Parameters
    ----------
    shades : ndarray, float, shape (height, width)
        0 is the first colour of the palette, 1 the last; what lies beyond becomes the nearest.
    palette : ndarray, uint8, shape (256, 3), red, green and blue
    """
    height, width = shades.shape
    # Each row begins with the number of its filter: 0, none.
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = np.clip(shades * 255 + 0.5, 0, 255)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", palette.tobytes()),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)),
            _chunk(b"IEND", b""),
        ]
    )


def ramp(stops: Sequence[tuple[float, str]]) -> np.ndarray:
    """256 colours, uint8 of shape (256, 3), that go evenly from stop to stop.

    ``stops`` are (place from 0 to 1, colour as ``#rrggbb``), sorted.
    """
    places = [place for place, _ in stops]
    channels = np.array([list(bytes.fromhex(colour[1:])) for _, colour in stops]).T
    at = np.linspace(0, 1, 256)
    return np.stack([np.rint(np.interp(at, places, c)) for c in channels], 1).astype(np.uint8)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
