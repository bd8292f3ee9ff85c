"""Measuring instruments, independent of the code they measure."""

import numpy as np

RATE = 44_100


def layer_samples(layer, start: int, frames: int, *, block: int | None = None) -> np.ndarray:
    """What ``layer`` adds to silence, asked for in blocks of ``block`` frames."""
    sound = np.zeros((frames, 2))
    for at in range(0, frames, block or frames):
        part = sound[at : at + (block or frames)]
        layer.add_to(part, start + at)
    return sound


def fit_sine(samples: np.ndarray, frequency_hz: float, *, start: int = 0):
    """Amplitude, phase (of the sine at frame 0) and residue of the best sine, by least squares.

    The reference phase is made in extended precision, so it is true late in a track as well.
    """
    index = np.arange(start, start + len(samples)).astype(np.longdouble)
    turns = index * np.longdouble(frequency_hz) / RATE
    angle = (2 * np.pi * (turns - np.floor(turns))).astype(np.float64)
    basis = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    (a, b), *_ = np.linalg.lstsq(basis, samples, rcond=None)
    residue = samples - basis @ np.array([a, b])
    return np.hypot(a, b), np.arctan2(b, a), residue


def sinad_db(samples: np.ndarray, frequency_hz: float, *, start: int = 0) -> float:
    """Power of the best sine of exactly this frequency over all the rest, in dB."""
    amplitude, _, residue = fit_sine(samples, frequency_hz, start=start)
    return 10 * np.log10(amplitude**2 / 2 / np.mean(residue**2))


def dominant_hz(samples: np.ndarray) -> float:
    """Frequency of the strongest spectral line, by parabola through the log of a Hann window."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    k = int(np.argmax(spectrum[1:-1])) + 1
    low, mid, high = np.log(spectrum[k - 1 : k + 2])
    return (k + (low - high) / (2 * (low - 2 * mid + high))) * RATE / len(samples)


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
