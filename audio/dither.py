"""From float samples to the whole numbers that a file holds."""

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np

from audio.randomness import Stream, random_bits
from audio.scratch import Scratch

# Worked on at a time: the arrays between stay in the cache, and small enough that the allocator
# keeps them instead of asking the system for fresh pages every time (seven times slower).
CHUNK_FRAMES = 8192

# Steps of dither made once for all, and what they are seeded with.
ROW_STEPS = 2**19
ROW_SEED = 19_920_501


def quantised(blocks: Iterable[np.ndarray], *, bit_depth: int, seed: int) -> Iterator[np.ndarray]:
    """Round float blocks to the steps of a 16 or 24 bit file.

    Parameters
    ----------
    blocks : iterable of ndarray, floats, shape (frames, 2), every value well within ±1.
    bit_depth : 16 or 24.
    seed : of the track; feeds the dither.

    Yields
    ------
    ndarray, shape (frames, 2)
        int16; or int32 with the 24 bits at the top and eight zeros below.

    Notes
    -----
    16 bits are dithered: the difference of two uniform variables one step wide, which frees mean
    and variance of the rounding error from the signal (Lipshitz, Wannamaker and Vanderkooy, 1992).
    Each of them serves two frames, once with either sign, which tilts the noise towards the treble,
    where it is heard least. The dither of each ear is put together from stretches of a long row
    that begin at random places, anew every fifth of a second. The rounding error of 24 bits,
    −146 dB, lies below the noise of any converter and is left alone.
    """
    dither = _Dither(seed)
    for block in blocks:
        whole = np.empty(block.shape, np.int16 if bit_depth == 16 else np.int32)
        for at in range(0, len(block), CHUNK_FRAMES):
            part = slice(at, at + CHUNK_FRAMES)
            if bit_depth == 16:
                dither.to_16(block[part].T, out=whole[part].T)
            else:
                _to_24(block[part].T, out=whole[part].T)
        yield whole


def _to_24(chunk: np.ndarray, *, out: np.ndarray) -> None:
    steps = chunk * chunk.dtype.type(2**23)
    _store(steps, out)
    out <<= 8


def _store(steps: np.ndarray, out: np.ndarray) -> None:
    np.rint(steps, out=steps)
    # Both ears at once would go frame by frame, which is four times slower.
    for ear in range(len(steps)):
        np.copyto(out[ear], steps[ear], casting="unsafe")


@cache
def triangular_row() -> np.ndarray:
    """A long row of dither in steps, float32: differences of neighbouring uniform variables.

    Each stands there with either sign, so that their mean is exactly nothing.
    """
    words = np.random.PCG64(ROW_SEED).random_raw(ROW_STEPS // 8 + 1).astype("<u8", copy=False)
    numbers = words.view("<u2")[: ROW_STEPS // 2 + 1].astype(np.float32)
    steps = np.diff(numbers) / np.float32(2**16)
    return np.concatenate([steps, -steps])


class _Dither:
    """Stretches of the row from random places on, of one length however they are asked for."""

    def __init__(self, seed: int) -> None:
        self._bits = random_bits(seed, Stream.DITHER)
        self._starts: list[int] = []
        self._used = CHUNK_FRAMES
        self._scratch = Scratch()

    def to_16(self, chunk: np.ndarray, *, out: np.ndarray) -> None:
        """Write the int16 steps of ``chunk``, floats of shape (2, frames), to ``out``."""
        row, steps = triangular_row(), self._scratch("steps", chunk.shape, np.float32)
        np.multiply(chunk, chunk.dtype.type(2**15), out=steps, casting="same_kind")
        done = 0
        while done < steps.shape[1]:
            if self._used == CHUNK_FRAMES:
                places = self._bits.random_raw(2) % np.uint64(ROW_STEPS - CHUNK_FRAMES)
                self._starts, self._used = places.tolist(), 0
            part = steps[:, done : done + CHUNK_FRAMES - self._used]
            for ear, start in zip(part, self._starts, strict=True):
                ear += row[start + self._used :][: len(ear)]
            self._used += part.shape[1]
            done += part.shape[1]
        _store(steps, out)
