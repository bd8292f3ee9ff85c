"""Lines in the spectrum: where they lie, and the tones that they are.

A frequency is measured by turning the sound back by the phase that was meant. A tone that follows
its course, ramps and all, then comes to rest at 0 Hz, and what is left there is its error.
"""

from collections.abc import Sequence

import numpy as np

# A line is there if it stands so many times above the usual magnitude so many Hz around it.
STANDS_OUT = 5.0
BASEBAND_HZ = 50

# Several tones are taken out of each other's way this often.
ROUNDS = 3

# Points of one cycle of a tone that is no sine.
_CYCLE_POINTS = 4096


def offset_hz(ear: np.ndarray, way: np.ndarray, rate: int, reach: float) -> float | None:
    """How far above ``way`` the line within ``reach`` lies, in Hz; None if there is none.

    ``ear`` are samples at ``rate``, and ``way`` is the frequency meant at each of them.
    """
    length = round(rate / BASEBAND_HZ)
    phase, whole = phase_of(way, rate), len(ear) // length * length
    slow = np.empty(whole // length, np.complex128)
    for at in range(0, whole, BASEBAND_HZ * length):
        part = slice(at, min(at + BASEBAND_HZ * length, whole))
        turned = ear[part] * np.exp(-1j * phase[part])
        slow[at // length :][:BASEBAND_HZ] = turned.reshape(-1, length).mean(axis=1)
    return at_rest_hz(slow, rate / length, reach)


def at_rest_hz(turned: np.ndarray, rate: float, reach: float) -> float | None:
    """Where the strongest line within ``reach`` of 0 Hz lies, read between the spectrum's bins.

    ``turned`` are complex samples, ``rate`` a second. None if no line stands out.
    """
    size = 8 * len(turned)
    spectrum = np.abs(np.fft.fft(turned * np.hanning(len(turned)), size))
    hz = np.fft.fftfreq(size, 1 / rate)
    near = np.flatnonzero(np.abs(hz) <= reach)
    peak = near[spectrum[near].argmax()]
    if spectrum[peak] <= STANDS_OUT * np.median(spectrum[np.abs(hz) <= BASEBAND_HZ]):
        return None
    below, top, above = np.log(spectrum[[peak - 1, peak, (peak + 1) % size]] + 1e-300)
    between = (below - above) / (2 * (below - 2 * top + above)) if below + above < 2 * top else 0.0
    return float(hz[peak] + between * hz[1])


def phase_of(way: np.ndarray, rate: int) -> np.ndarray:
    """Integral of a frequency at each sample, in radians within one turn, by the trapezoid rule."""
    turns = np.zeros(len(way))
    np.cumsum((way[1:] + way[:-1]) / (2 * rate), out=turns[1:])
    turns %= 1
    turns *= 2 * np.pi
    return turns


def waves(
    ear: np.ndarray, phases: Sequence[np.ndarray], gain: np.ndarray | float = 1.0, *, sine: bool
) -> np.ndarray:
    """Tones with these phases, in radians, as they sound in ``ear``, each as loud as ``gain``.

    The amplitude of a sine may drift evenly besides: a fade is no noise.
    """
    if sine:
        return sum(sines(ear, phases, (gain, gain * np.linspace(-1, 1, len(ear))))[0])
    models = [np.zeros(1)] * len(phases)
    for _ in range(ROUNDS if len(phases) > 1 else 1):
        for n, phase in enumerate(phases):
            models[n] = mean_cycle(ear - sum(models[:n] + models[n + 1 :]), phase, gain)
    return sum(models)


def sines(
    ear: np.ndarray, phases: Sequence[np.ndarray], courses: Sequence[np.ndarray | float]
) -> tuple[list[np.ndarray], np.ndarray]:
    """The sines of ``phases`` in ``ear`` by least squares, and their terms.

    The amplitude of each is a sum of ``courses``, and for each of these there are two terms: that
    of the sine and that of the cosine.
    """
    columns = np.empty((2 * len(phases) * len(courses), len(ear)))
    for n, phase in enumerate(phases):
        sine, cosine = np.sin(phase), np.cos(phase)
        for m, course in enumerate(courses):
            row = 2 * (n * len(courses) + m)
            columns[row], columns[row + 1] = sine * course, cosine * course
    terms = np.linalg.lstsq(columns @ columns.T, columns @ ear, rcond=None)[0]
    parts = zip(np.split(terms, len(phases)), np.split(columns, len(phases)), strict=True)
    return [own @ rows for own, rows in parts], terms


def mean_cycle(ear: np.ndarray, phase: np.ndarray, gain: np.ndarray | float) -> np.ndarray:
    """A tone of any form: the mean of all its cycles, each as loud as ``gain`` says."""
    gain = np.broadcast_to(gain, ear.shape)
    place = phase / (2 * np.pi) * _CYCLE_POINTS
    point = place.astype(int) % _CYCLE_POINTS
    power = np.bincount(point, gain**2, _CYCLE_POINTS)
    heard = np.flatnonzero(power)
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
