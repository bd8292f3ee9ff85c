"""Beats that open and close a sound: how they were meant, and how they are heard in noise."""

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view

from audio.curves import Phase, softened, values_at
from audio.heard.lines import NEAR_HZ, at_rest_hz
from audio.heard.readings import Excerpt, Reading
from audio.spec import Beat

# A beat is looked for this far around where it should be.
SEARCH_HZ = 2.0

# In noise less far from a slow one, in parts of its frequency: beds swell by themselves, the more
# the slower. What stands out must do so within that, too, if it is so many times broader than what
# can be told apart.
SEARCH_PART, BROAD = 0.3, 4.0

# What chance alone lets any noise down by.
LEAST_DEPTH = 0.03

# The power of a noise in time: spectra of so many samples, of which bins this far below the
# strongest do not count, nor do moments this far below the mean. Each beat is divided into so many
# parts.
_WINDOW_FRAMES, _HOP_FRAMES = 256, 128
_FAINT_BIN_DB, _SILENCE = -40.0, 1e-6
_PARTS = 32


def opening(beat: Beat, cycles: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """How far an isochronic or embedded beat opens so many cycles on at each time, 0 to 1, by the
    words of its spec and not by the code that renders it."""
    passed = cycles % 1
    # A pulse lasts as long as it was to when it began.
    duty = values_at(softened(beat.duty), times_s - passed / values_at(beat.beat_hz, times_s))
    rise, fall = passed / (duty * beat.attack), (duty - passed) / (duty * beat.release)
    return np.sin(np.pi / 2 * np.clip(np.minimum(rise, fall), 0, 1)) ** 2


def cycles_meant(beat: Beat, excerpt: Excerpt) -> np.ndarray:
    """Cycles at each frame since the track began, less whole ones."""
    phase = Phase([(1, beat.beat_hz)], sample_rate=excerpt.rate)
    return phase.cycles(excerpt.start, len(excerpt.sound))[0].copy()


def pulse_in_noise(beat: Beat, excerpt: Excerpt) -> Reading:
    """The beat in the power of what sounds, once each of its bands counts as much as any other.

    Slower than 0.3 Hz, the breath of a bed may pass for it.
    """
    power = _power_in_time(excerpt.sound.astype(np.float32))
    middles = np.arange(len(power)) * _HOP_FRAMES + _WINDOW_FRAMES // 2
    cycles = np.unwrap(cycles_meant(beat, excerpt), period=1)[middles]
    beat_hz = values_at(beat.beat_hz, (excerpt.start + middles) / excerpt.rate)
    rate = excerpt.rate / _HOP_FRAMES
    reach = min(SEARCH_HZ, SEARCH_PART * float(beat_hz.min()))
    # What is slower than the beat goes.
    slower = scipy.ndimage.uniform_filter1d(power, max(1, round(rate / float(beat_hz.mean()))))
    power /= np.maximum(slower, _SILENCE)
    turned = (power - power.mean()) * np.exp(-2j * np.pi * cycles)
    near_hz = reach if reach * len(power) / rate > BROAD else NEAR_HZ
    error = at_rest_hz(turned, rate, reach, near_hz=near_hz)
    if error is None:
        return Reading(excerpt.middle_s)
    cycles += error * (np.arange(len(power)) - len(power) / 2) / rate
    part = (cycles % 1 * _PARTS).astype(int)
    counts = np.maximum(1, np.bincount(part, minlength=_PARTS))
    course = np.sort(np.bincount(part, power, minlength=_PARTS) / counts)
    low, high = course[: _PARTS // 8].mean(), course[-_PARTS // 8 :].mean()
    depth = float(1 - np.sqrt(low / high))
    if depth < LEAST_DEPTH:
        return Reading(excerpt.middle_s)
    return Reading(
        time_s=excerpt.middle_s,
        beat_hz=excerpt.at_middle(beat.beat_hz) + error,
        beat_error_hz=error,
        depth=depth,
    )


def _power_in_time(sound: np.ndarray) -> np.ndarray:
    """Mean power of the bands of both ears, each over its own mean, one for each hop."""
    windows = sliding_window_view(sound, _WINDOW_FRAMES, axis=0)[::_HOP_FRAMES]
    window = np.hanning(_WINDOW_FRAMES).astype(np.float32)
    power = sum(np.abs(np.fft.rfft(windows[:, ear] * window)) ** 2 for ear in (0, 1))
    usual = power.mean(axis=0)
    strong = usual > usual.max() * 10 ** (_FAINT_BIN_DB / 10)
    return (power[:, strong] / usual[strong]).mean(axis=1) if strong.any() else np.ones(len(power))
