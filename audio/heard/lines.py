"""Lines in the spectrum: where they lie, and the tones that they are.

A frequency is measured by turning the sound back by the phase that was meant. A tone that follows
its course, ramps and all, then comes to rest at 0 Hz, and what is left there is its error.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

# A line is there if it stands so many times above the usual magnitude, near it and all around.
STANDS_OUT = 5.0
NEAR_HZ = 2.0

# Rate at which a tone at rest is looked at. What is half as far again from it folds over on it,
# unless it is filtered out, by 100 dB; the filter is so many samples of that rate long.
BASEBAND_HZ = 50
FILTER_SAMPLES, FILTER_KAISER = 8, 14.0

# The windows of Kaiser leak the less of one line to where another is looked for the broader they
# are: this one 74 dB less, and levels are at most 60 dB apart.
BROADEST_KAISER = 10.0

# Two tones are taken out of each other's way this often.
ROUNDS = 3

# Points of one cycle of a tone that is no sine.
_CYCLE_POINTS = 4096
LEAST_POWER = 1e-4


def offset_hz(ear: np.ndarray, way: np.ndarray, rate: int, reach: float) -> float | None:
    """How far above ``way`` the line within ``reach`` lies, in Hz; None if there is none.

    ``ear`` are samples at ``rate``, and ``way`` is the frequency meant at each of them.
    """
    length = round(rate / BASEBAND_HZ)
    phase, whole = phase_of(way, rate), len(ear) // length * length
    taps = _taps(length)
    parts = np.empty((whole // length, len(taps)), np.complex128)
    for at in range(0, whole, BASEBAND_HZ * length):
        part = slice(at, min(at + BASEBAND_HZ * length, whole))
        turned = ear[part] * np.exp(-1j * phase[part])
        parts[at // length :][:BASEBAND_HZ] = turned.reshape(-1, length) @ taps.T
    count = len(parts) - len(taps) + 1
    slow = sum(parts[n : n + count, n] for n in range(len(taps)))
    return at_rest_hz(slow, rate / length, reach, loudest=float(np.sqrt(np.mean(ear**2))))


@cache
def _taps(length: int) -> np.ndarray:
    """The filter before every ``length``-th sample is taken, shape (FILTER_SAMPLES, length)."""
    window = np.kaiser(FILTER_SAMPLES * length, FILTER_KAISER)
    return (window / window.sum()).reshape(FILTER_SAMPLES, length)


def at_rest_hz(
    turned: np.ndarray,
    rate: float,
    reach: float,
    *,
    loudest: float = 0.0,
    near_hz: float = NEAR_HZ,
) -> float | None:
    """Where the strongest line within ``reach`` of 0 Hz lies, read between the spectrum's bins.

    ``turned`` are complex samples, ``rate`` a second, of a sound in which no line has a greater
    magnitude than ``loudest``. None if no line stands out, of all and of what is within
    ``near_hz``, or if what does is only the flank of one beyond ``reach``, or so weak that a loud
    one elsewhere may have leaked.
    """
    size = 8 * len(turned)
    kaiser = _kaiser(reach * len(turned) / rate)
    window = np.kaiser(len(turned), kaiser)
    spectrum = np.abs(np.fft.fft(turned * window, size))
    hz = np.fft.fftfreq(size, 1 / rate)
    near = np.flatnonzero(np.abs(hz) <= reach)
    peak = near[spectrum[near].argmax()]
    neighbours = spectrum[[peak - 1, (peak + 1) % size]]
    usual = max(np.median(spectrum), np.median(spectrum[np.abs(hz) <= near_hz]))
    leaked = max(spectrum.max(), loudest * window.sum()) * 10 ** (-_leaks_db(kaiser) / 20)
    if spectrum[peak] <= max(STANDS_OUT * usual, leaked, neighbours.max()):
        return None
    below, top, above = np.log(spectrum[[peak - 1, peak, (peak + 1) % size]] + 1e-300)
    between = (below - above) / (2 * (below - 2 * top + above)) if below + above < 2 * top else 0.0
    return float(hz[peak] + between * hz[1])


def _kaiser(bins: float) -> float:
    """Shape of the window whose main lobe reaches so many bins to either side, if none is too
    broad: a slow beat's lines lie close together."""
    return min(BROADEST_KAISER, np.pi * np.sqrt(max(0.0, bins**2 - 1)))


def _leaks_db(kaiser: float) -> float:
    """How far the side lobes of that window lie below its main one (Kaiser and Schafer, 1980)."""
    return max(13.0, kaiser / 0.12438 - 6.3)


def phase_of(way: np.ndarray, rate: int) -> np.ndarray:
    """Integral of a frequency at each sample, in radians within one turn, by the trapezoid rule."""
    turns = np.zeros(len(way))
    np.cumsum((way[1:] + way[:-1]) / (2 * rate), out=turns[1:])
    turns %= 1
    turns *= 2 * np.pi
    return turns


def sum_of(ear: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The sum of ``parts``, complex tones of shape (parts, n), that is nearest to ``ear``, whatever
    the amplitude and phase of each."""
    columns = np.concatenate([parts.real, parts.imag])
    return np.linalg.lstsq(columns @ columns.T, columns @ ear, rcond=None)[0] @ columns


def mean_cycles(
    ear: np.ndarray, phases: Sequence[np.ndarray], gain: np.ndarray | float
) -> np.ndarray:
    """Tones of any form with these phases, in radians, as they sound together in ``ear``."""
    models = [np.zeros(1)] * len(phases)
    for _ in range(ROUNDS if len(phases) > 1 else 1):
        for n, phase in enumerate(phases):
            models[n] = mean_cycle(ear - sum(models[:n] + models[n + 1 :]), phase, gain)
    return sum(models)


def mean_cycle(ear: np.ndarray, phase: np.ndarray, gain: np.ndarray | float) -> np.ndarray:
    """A tone of any form: the mean of all its cycles, each as loud as ``gain`` says."""
    gain = np.broadcast_to(gain, ear.shape)
    place = phase / (2 * np.pi) * _CYCLE_POINTS
    point = place.astype(int) % _CYCLE_POINTS
    power = np.bincount(point, gain**2, _CYCLE_POINTS)
    # A point met only while the tone was off says nothing of its form.
    heard = np.flatnonzero(power > LEAST_POWER * power.max())
    if not len(heard):
        return np.zeros(len(ear))
    cycle = np.bincount(point, ear * gain, _CYCLE_POINTS)[heard] / power[heard]
    return gain * np.interp(place, heard + 0.5, cycle, period=_CYCLE_POINTS)


def snr_db_of(model: np.ndarray, rest: np.ndarray) -> float:
    """Power of ``model`` over that of ``rest``, both of shape (frames, ears), in decibels.

    That of the ear that hears the tone less well, but for one that does not hear it at all.
    """
    tones, noise = np.sum(model**2, axis=0), np.sum(rest**2, axis=0)
    heard = tones > 1e-6 * tones.max()
    if not heard.any():
        return -np.inf
    with np.errstate(divide="ignore"):
        return float((10 * np.log10(tones[heard] / noise[heard])).min())
