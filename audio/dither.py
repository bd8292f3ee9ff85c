"""From float samples to the whole numbers that a file holds."""

from collections.abc import Iterable, Iterator

import numpy as np

from audio.randomness import Stream, random_bits

# Worked on at a time: the arrays between stay in the cache, and small enough that the allocator
# keeps them instead of asking the system for fresh pages every time (seven times slower).
CHUNK_FRAMES = 8192


def quantised(blocks: Iterable[np.ndarray], *, bit_depth: int, seed: int) -> Iterator[np.ndarray]:
    """Round float blocks to the steps of a 16 or 24 bit file.

    Parameters
    ----------
    blocks : iterable of ndarray, float64, shape (frames, 2), every value well within ±1.
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
            whole[part] = dither.to_16(block[part]) if bit_depth == 16 else _to_24(block[part])
        yield whole


def _to_24(chunk: np.ndarray) -> np.ndarray:
    steps = chunk * 2.0**23
    return np.rint(steps, out=steps).astype(np.int32) << 8


class _Dither:
    """Random steps in order, drawn in chunks of one size however they are asked for."""

    def __init__(self, seed: int) -> None:
        self._bits = random_bits(seed, Stream.DITHER)
        self._drawn = np.zeros((1, 2), np.int32)
        self._ready = np.zeros((0, 2), np.int32)

    def to_16(self, chunk: np.ndarray) -> np.ndarray:
        """int16 steps of ``chunk``, computed in units of 1/2¹⁶ of a step."""
        fine = (chunk * 2.0**31).astype(np.int32)
        at = 0
        while at < len(fine):
            if not len(self._ready):
                self._ready = self._draw()
            taken = self._ready[: len(fine) - at]
            fine[at : at + len(taken)] += taken
            self._ready = self._ready[len(taken) :]
            at += len(taken)
        fine += 2**15
        fine >>= 16
        return fine.astype(np.int16)

    def _draw(self) -> np.ndarray:
        # One 64-bit word is four 16-bit numbers: two frames of two ears.
        words = self._bits.random_raw(CHUNK_FRAMES // 2).astype("<u8", copy=False)
        fresh = words.view("<u2").reshape(-1, 2).astype(np.int32)
        drawn = np.concatenate([self._drawn, fresh])
        self._drawn = drawn[-1:]
        return drawn[1:] - drawn[:-1]
