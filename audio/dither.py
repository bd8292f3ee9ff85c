"""From float samples to the whole numbers that a file holds."""

from collections.abc import Iterable, Iterator

import numpy as np

from audio.randomness import Stream, random_bits
from audio.scratch import Scratch

# Worked on at a time: the arrays between stay in the cache, and small enough that the allocator
# keeps them instead of asking the system for fresh pages every time (seven times slower).
CHUNK_FRAMES = 8192


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
    Each of them serves two frames, once with either sign: that halves the work and tilts the noise
    towards the treble, where it is heard least. The rounding error of 24 bits, −146 dB, lies below
    the noise of any converter and is left alone.
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


class _Dither:
    """Random steps in order, drawn in chunks of one size however they are asked for."""

    def __init__(self, seed: int) -> None:
        self._bits = random_bits(seed, Stream.DITHER)
        self._random = np.zeros((2, 1 + CHUNK_FRAMES), np.float32)
        self._drawn = np.empty((2, CHUNK_FRAMES), np.float32)
        self._used = CHUNK_FRAMES
        self._scratch = Scratch()

    def to_16(self, chunk: np.ndarray, *, out: np.ndarray) -> None:
        """Write the int16 steps of ``chunk``, floats of shape (2, frames), to ``out``."""
        steps = self._scratch("steps", chunk.shape, np.float32)
        np.multiply(chunk, chunk.dtype.type(2**15), out=steps, casting="same_kind")
        done = 0
        while done < steps.shape[1]:
            if self._used == CHUNK_FRAMES:
                self._draw()
            part = steps[:, done : done + CHUNK_FRAMES - self._used]
            part += self._drawn[:, self._used : self._used + part.shape[1]]
            self._used += part.shape[1]
            done += part.shape[1]
        _store(steps, out)

    def _draw(self) -> None:
        # One 64-bit word is four 16-bit numbers: two frames of two ears.
        words = self._bits.random_raw(CHUNK_FRAMES // 2).astype("<u8", copy=False)
        self._random[:, 0] = self._random[:, -1]
        self._random[:, 1:] = words.view("<u2").reshape(2, CHUNK_FRAMES)
        np.subtract(self._random[:, 1:], self._random[:, :-1], out=self._drawn)
        self._drawn *= np.float32(2**-16)
        self._used = 0
