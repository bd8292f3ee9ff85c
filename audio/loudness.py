"""How loud a sound is: ITU-R BS.1770-4 and EBU R128, block after block.

Integrated loudness is in LUFS, loudness range (EBU Tech 3342) in LU, true peak in dBTP.
"""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view

from audio.true_peak import REACH, true_peaks

# Energies are kept in steps of a tenth of a second, from which all windows are put together:
# momentary and gating blocks are 4 steps long, short-term ones 30.
STEPS_A_SECOND = 10
_MOMENTARY_STEPS, _SHORT_TERM_STEPS = 4, 30
BLOCK_S = _MOMENTARY_STEPS / STEPS_A_SECOND

ABSOLUTE_GATE_LUFS = -70.0
INTEGRATED_GATE_LU, RANGE_GATE_LU = -10.0, -20.0
_RANGE_PERCENTILES = 10, 95

# 997 Hz at full scale in one channel of two reads −3.01 LUFS.
_OFFSET_DB = -0.691

# Transforms of so many frames, of which the outer ones hear what lies around them: after 46 ms
# the K filter has forgotten all but 10⁻⁵.
_FFT_FRAMES, _FFT_MARGIN = 16_384, 2048

# Memory of the filter this far down is of no consequence, and soon too small for fast arithmetic.
_FORGOTTEN = 1e-30


@dataclass(frozen=True)
class Loudness:
    """What a meter has found; silence has −inf for every figure but the range, which is 0."""

    integrated_lufs: float
    range_lu: float
    greatest_momentary_lufs: float
    greatest_short_term_lufs: float
    true_peak_db: float


class LoudnessMeter:
    """Measures a sound that is handed over in blocks; memory grows by 160 bytes a second.

    Parameters
    ----------
    sample_rate : in Hz, a multiple of 10.
    weights : what the energy of each channel counts; 1.41 for surround channels.
    """

    def __init__(self, *, sample_rate: int, weights: Sequence[float] = (1.0, 1.0)) -> None:
        self._weights = np.array(weights)
        self._energies = StepEnergies(sample_rate=sample_rate, channels=len(weights))
        self._steps = [array("d") for _ in weights]
        self._tail = np.zeros((2 * REACH, len(weights)), np.float32)
        self._peak = 0.0

    def add(self, block: np.ndarray) -> None:
        """Take in the next frames: ``block`` is floats of shape (frames, channels)."""
        for kept, energies in zip(self._steps, self._energies.of(block).T, strict=True):
            kept.extend(energies)
        sound = np.concatenate([self._tail, block])
        self._peak = self._peak_with(sound)
        self._tail = sound[-2 * REACH :]

    def result(self) -> Loudness:
        """What all the frames until now amount to."""
        steps = self._weights @ np.array(self._steps)
        momentary, short_term = (
            windowed(steps, length) for length in (_MOMENTARY_STEPS, _SHORT_TERM_STEPS)
        )
        peak = self._peak_with(np.concatenate([self._tail, np.zeros_like(self._tail)]))
        return Loudness(
            integrated_lufs=integrated_lufs(momentary),
            range_lu=range_lu(short_term),
            greatest_momentary_lufs=lufs(momentary.max(initial=0)),
            greatest_short_term_lufs=lufs(short_term.max(initial=0)),
            true_peak_db=20 * math.log10(peak) if peak else -math.inf,
        )

    def _peak_with(self, sound: np.ndarray) -> float:
        return max(self._peak, true_peaks(sound, above=self._peak).max(initial=0))


class StepEnergies:
    """Turns a sound, block after block, into its K-weighted energy in each tenth of a second."""

    def __init__(self, *, sample_rate: int, channels: int = 2) -> None:
        self._filter = k_weighting(sample_rate)
        self._memory = np.zeros((len(self._filter), 2, channels))
        self._length = sample_rate // STEPS_A_SECOND
        self._begun = np.zeros((0, channels))

    def of(self, block: np.ndarray) -> np.ndarray:
        """Mean squares of each channel, shape (steps, channels), in the steps now complete."""
        weighted, self._memory = scipy.signal.sosfilt(self._filter, block, axis=0, zi=self._memory)
        self._memory[np.abs(self._memory) < _FORGOTTEN] = 0
        squares = np.concatenate([self._begun, np.square(weighted, out=weighted)])
        complete = len(squares) // self._length * self._length
        self._begun = squares[complete:]
        return squares[:complete].reshape(-1, self._length, squares.shape[1]).mean(axis=1)


@cache
def k_weighting(sample_rate: int) -> np.ndarray:
    """Second-order sections, shape (2, 6), of the K filter at ``sample_rate`` in Hz.

    BS.1770 gives coefficients for 48 kHz alone. These follow from the analogue filters behind
    them by the bilinear transform (De Man, 2014, as in libebur128), and meet the standard's at
    48 kHz to 10⁻⁸.
    """
    shelf_gain = 10 ** (3.999843853973347 / 20)
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    damping = k / 0.7071752369554196
    edge = shelf_gain**0.4996667741545416 * damping
    scale = 1 + damping + k * k
    shelf = [shelf_gain + edge + k * k, 2 * (k * k - shelf_gain), shelf_gain - edge + k * k]
    shelf += [scale, 2 * (k * k - 1), 1 - damping + k * k]

    k = math.tan(math.pi * 38.13547087602444 / sample_rate)
    damping = k / 0.5003270373238773
    low_end = 1 + damping + k * k
    low_cut = [1, -2, 1, 1, 2 * (k * k - 1) / low_end, (1 - damping + k * k) / low_end]
    return np.array([np.array(shelf) / scale, low_cut])


def k_weighted(sound: np.ndarray, sample_rate: int) -> np.ndarray:
    """``sound``, float32 of shape (channels, frames), through the K filter without its phase.

    As good as the filter where only energies count, and much faster: by Fourier transforms.
    """
    channels, frames = sound.shape
    inner = _FFT_FRAMES - 2 * _FFT_MARGIN
    parts = -(-frames // inner)
    padded = np.pad(sound, ((0, 0), (_FFT_MARGIN, parts * inner - frames + _FFT_MARGIN)))
    windows = sliding_window_view(padded, _FFT_FRAMES, axis=1)[:, ::inner]
    spectra = np.fft.rfft(windows)
    spectra *= _k_response(sample_rate)
    weighted = np.fft.irfft(spectra)[..., _FFT_MARGIN : _FFT_MARGIN + inner]
    return weighted.reshape(channels, parts * inner)[:, :frames]


@cache
def _k_response(sample_rate: int) -> np.ndarray:
    hz = np.arange(_FFT_FRAMES // 2 + 1) * (sample_rate / _FFT_FRAMES)
    return k_response(hz, sample_rate).astype(np.float32)


def k_response(hz: np.ndarray, sample_rate: int) -> np.ndarray:
    """What the K filter makes of the amplitudes of tones of ``hz``."""
    delays = np.exp(-2j * np.pi / sample_rate * hz[:, np.newaxis] * np.arange(3))
    sections = k_weighting(sample_rate)
    return np.abs(np.prod(delays @ sections[:, :3].T / (delays @ sections[:, 3:].T), axis=1))


def lufs(energy: float) -> float:
    """Loudness of a K-weighted mean square, summed over the channels."""
    return _OFFSET_DB + 10 * math.log10(energy) if energy > 0 else -math.inf


def energy_of(loudness_lufs: float) -> float:
    """K-weighted mean square, summed over the channels, of a loudness."""
    return 10 ** ((loudness_lufs - _OFFSET_DB) / 10)


def windowed(steps: np.ndarray, length: int = _MOMENTARY_STEPS) -> np.ndarray:
    """Mean energy of every ``length`` neighbouring steps; momentary blocks unless told."""
    if len(steps) < length:
        return np.zeros(0)
    return sliding_window_view(steps, length).mean(axis=1)


def integrated_lufs(blocks: np.ndarray) -> float:
    """Gated loudness of energies in blocks of 400 ms that overlap by three quarters."""
    kept = gated(blocks)
    return lufs(kept.mean()) if len(kept) else -math.inf


def range_lu(blocks: np.ndarray) -> float:
    """Loudness range of energies in blocks of 3 s (EBU Tech 3342)."""
    kept = gated(blocks, RANGE_GATE_LU)
    if not len(kept):
        return 0.0
    low, high = np.percentile(kept, _RANGE_PERCENTILES)
    return lufs(high) - lufs(low)


def gated(blocks: np.ndarray, relative_lu: float = INTEGRATED_GATE_LU) -> np.ndarray:
    """The blocks above −70 LUFS and above the mean of those, moved by ``relative_lu``."""
    heard = blocks[blocks > energy_of(ABSOLUTE_GATE_LUFS)]
    if not len(heard):
        return heard
    return heard[heard > heard.mean() * 10 ** (relative_lu / 10)]


def measured(blocks: Iterable[np.ndarray], *, sample_rate: int) -> Loudness:
    """The loudness of stereo ``blocks``, floats of shape (frames, 2)."""
    meter = LoudnessMeter(sample_rate=sample_rate)
    for block in blocks:
        meter.add(block)
    return meter.result()
