"""What a page shows of a track, gathered while it is rendered: its waveform and its spectrum."""

import json
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from audio.png import indexed, ramp

# The waveform has at most this many pairs a channel; every second of them begins a spectrum.
PAIRS = 1000

LONGEST_WINDOW = 8192

# The spectrogram's height in pixels, the frequencies at its foot and top, and the levels shown.
ROWS = 256
LOWEST_HZ, HIGHEST_HZ = 30.0, 16_000.0
RANGE_DB = 80.0

# As many frames are compared in one step of a vectorised minimum.
_FOLD = 64

_COLOURS = ramp(
    [(0, "#0b1022"), (0.3, "#2a3780"), (0.6, "#0d8290"), (0.85, "#f3dcae"), (1, "#fffaf0")]
)


def observed(
    blocks: Iterable[np.ndarray], take: Callable[[np.ndarray], None]
) -> Iterator[np.ndarray]:
    """Yield ``blocks`` as they are, each shown to ``take`` on its way."""
    for block in blocks:
        take(block)
        yield block


class Pictures:
    """The pictures of one track, to which each finished block is given in order.

    The sizes of the blocks do not matter; memory and work beyond one look at each sample do not
    depend on the length.

    Parameters
    ----------
    frames : length of the track.
    sample_rate : in Hz.
    """

    def __init__(self, *, frames: int, sample_rate: int) -> None:
        self._rate = sample_rate
        self._hop = max(1, -(-frames // PAIRS))
        self._pairs = -(-frames // self._hop)
        self._done = 0
        self._bits = 8
        self._lowest = np.full((self._pairs, 2), np.iinfo(np.int32).max, np.int32)
        self._highest = np.full((self._pairs, 2), np.iinfo(np.int32).min, np.int32)
        self._window = np.hanning(min(LONGEST_WINDOW, 1 << (self._hop.bit_length() - 1)))
        self._heard = np.zeros(len(self._window), np.complex128)
        self._edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, ROWS + 1) * len(self._window) / self._rate
        self._powers = np.zeros((ROWS, -(-self._pairs // 2)))

    def take(self, block: np.ndarray) -> None:
        """Look at the next frames: int16, or int32 with the bits at the top, shape (frames, 2)."""
        self._bits = 8 * block.itemsize
        at = 0
        while at < len(block):
            pair, inside = divmod(self._done, self._hop)
            part = block[at : at + self._hop - inside]
            low, high = _extremes(part)
            np.minimum(self._lowest[pair], low, out=self._lowest[pair])
            np.maximum(self._highest[pair], high, out=self._highest[pair])
            if pair % 2 == 0 and inside < len(self._heard):
                self._listen(part, inside, pair // 2)
            self._done += len(part)
            at += len(part)

    def peaks(self) -> str:
        """The waveform as JSON in the format of BBC's audiowaveform, which players read.

        ``data`` holds for each stretch of ``samples_per_pixel`` frames the least and the greatest
        sample of the left ear, then of the right, −128 to 127.
        """
        pairs = np.stack([self._lowest, self._highest], axis=2) >> (self._bits - 8)
        content = {
            "version": 2,
            "channels": 2,
            "sample_rate": self._rate,
            "samples_per_pixel": self._hop,
            "bits": 8,
            "length": self._pairs,
            "data": pairs.ravel().tolist(),
        }
        return json.dumps(content, separators=(",", ":"))

    def spectrogram(self) -> bytes:
        """A PNG file, 256 pixels high and at most 500 wide: time to the right, frequency upwards.

        The power of both ears; 30 Hz to 16 kHz, each octave of one height; 80 dB from the darkest
        to the brightest colour, which is the track's greatest power.
        """
        loudest = self._powers.max() or 1.0
        levels = 10 * np.log10(np.maximum(self._powers / loudest, 1e-20))
        return indexed(1 + levels[::-1] / RANGE_DB, _COLOURS)

    def _listen(self, part: np.ndarray, inside: int, column: int) -> None:
        """Keep what belongs to the window at the start of a stretch, and analyse it when full."""
        taken = part[: len(self._heard) - inside]
        stop = inside + len(taken)
        self._heard.real[inside:stop], self._heard.imag[inside:stop] = taken.T
        if stop == len(self._heard):
            # The left ear as real and the right as imaginary part: one transform holds both, and
            # the powers at f and −f together are those of the two ears at f.
            power = np.abs(np.fft.fft(self._heard * self._window)) ** 2
            bins = np.arange(stop // 2)
            power = power[bins] + power[-bins]
            # Mean over the band of each row, whether it is narrower than a bin or holds hundreds.
            sums = np.concatenate([[0], np.cumsum(power)])
            starts = np.arange(len(sums)) - 0.5
            within = np.diff(np.interp(self._edges, starts, sums)) / np.diff(self._edges)
            self._powers[:, column] = within


def _extremes(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest sample of each ear."""
    whole = len(part) // _FOLD * _FOLD
    if not whole:
        return part.min(axis=0), part.max(axis=0)
    folded = part[:whole].reshape(-1, 2 * _FOLD)
    lows = np.concatenate([folded.min(axis=0).reshape(-1, 2), part[whole:]])
    highs = np.concatenate([folded.max(axis=0).reshape(-1, 2), part[whole:]])
    return lows.min(axis=0), highs.max(axis=0)
