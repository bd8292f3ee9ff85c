"""A little room around a voice, and an echo that answers from ear to ear."""

import math

import numpy as np
import scipy

# A small furnished room: its sound has died away by 60 dB after this long.
ROOM_S = 0.35
ROOM_HIGHEST_HZ = 5000.0
ROOM_SEED = 7

# How loud the room is beside the voice, at its most.
ROOM_GAIN = 0.5

ECHO_EVERY_S = 0.32
ECHOES = 4
ECHO_GAIN = 0.5
ECHO_FADES = 0.6

# What the far ear still hears of an echo.
FAR_EAR = 0.25


def tail_s(*, room: float, echo: float) -> float:
    """How much longer than the voice itself its sound is, in seconds."""
    return (ROOM_S if room else 0.0) + (ECHOES * ECHO_EVERY_S if echo else 0.0)


def surrounded(voice: np.ndarray, *, room: float, echo: float, sample_rate: int) -> np.ndarray:
    """``voice``, float32 of shape (frames,), in a room and with echoes.

    Parameters
    ----------
    room : 0 (none) to 1 (as loud as a small room gets).
    echo : 0 (none) to 1; each echo is softer than the one before and in the other ear.

    Returns
    -------
    ndarray, float32, shape (ears, frames)
        One ear for both where there is neither room nor echo, else two, longer by :func:`tail_s`.
    """
    tail = math.ceil(tail_s(room=room, echo=echo) * sample_rate)
    if not tail:
        return voice[np.newaxis]
    sound = np.zeros((2, len(voice) + tail), np.float32)
    sound[:, : len(voice)] = voice
    if room:
        answer = scipy.signal.oaconvolve(voice[np.newaxis], _answer(sample_rate), axes=1)
        sound[:, : answer.shape[1]] += room * ROOM_GAIN * answer
    dry = sound.copy()
    for number in range(1, ECHOES + 1) if echo else ():
        late = round(number * ECHO_EVERY_S * sample_rate)
        near = echo * ECHO_GAIN * ECHO_FADES ** (number - 1)
        gains = (near, near * FAR_EAR) if number % 2 else (near * FAR_EAR, near)
        sound[:, late:] += np.float32(gains)[:, np.newaxis] * dry[:, : sound.shape[1] - late]
    return sound


def _answer(sample_rate: int) -> np.ndarray:
    """What the room makes of a click: soft noise that dies away, other in each ear; power 1."""
    frames = round(ROOM_S * sample_rate)
    words = np.random.PCG64(ROOM_SEED).random_raw(2 * frames) >> np.uint64(11)
    noise = (words / 2**52 - 1).reshape(2, frames)
    soft = scipy.signal.butter(2, ROOM_HIGHEST_HZ, fs=sample_rate, output="sos")
    answer = scipy.signal.sosfilt(soft, noise) * 1e-3 ** (np.arange(frames) / frames)
    # The first sound comes straight from the mouth.
    answer[:, : round(0.005 * sample_rate)] = 0
    return answer / np.sqrt((answer**2).sum(axis=1, keepdims=True))
