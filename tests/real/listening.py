"""Hearing what is in a finished track, with tools and formulas that know nothing of the engine."""

import io
import json
import subprocess

import numpy as np
import soundfile
from scipy import signal

from tests.real_parts import program

RATE = 44_100


def flac_is_sound(path) -> bool:
    """Whether `flac -t` decodes the file and finds its checksum right."""
    return subprocess.run([program("flac"), "-t", "-s", str(path)]).returncode == 0


def probe(path) -> dict:
    """What ffprobe finds in a file that it can read to the end: ``streams`` and ``format``."""
    show = ["-show_format", "-show_streams", "-of", "json"]
    command = [program("ffprobe"), "-v", "error", *show, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    return json.loads(done.stdout)


def samples_of(track: bytes) -> np.ndarray:
    """The samples of a FLAC file, float64, shape (frames, 2)."""
    sound, rate = soundfile.read(io.BytesIO(track))
    assert rate == RATE
    return sound


def peak_hz(channel: np.ndarray, low: float, high: float) -> float:
    """Frequency of the strongest tone between ``low`` and ``high`` Hz, to about a mHz or better.

    The phase of the tone advances between the two halves of the sound by its frequency; the
    coarse peak of the spectrum says by how many whole turns.
    """
    half = len(channel) // 2
    window = signal.windows.blackmanharris(half)
    hz = np.fft.rfftfreq(half, 1 / RATE)
    first, second = (
        np.fft.rfft(part * window) for part in (channel[:half], channel[half : 2 * half])
    )
    peak = np.argmax(np.where((hz >= low) & (hz <= high), np.abs(first), 0))
    turns = np.angle(second[peak] / first[peak]) / (2 * np.pi)
    seconds = half / RATE
    return (np.round(hz[peak] * seconds - turns) + turns) / seconds


def quietest_db(sound: np.ndarray, seconds: float = 0.5) -> float:
    """RMS level in dBFS of the quietest stretch of this length."""
    size = round(seconds * RATE)
    parts = sound[: len(sound) // size * size].reshape(-1, size * 2)
    return 10 * np.log10(np.mean(parts**2, axis=1).min() + 1e-20)


def times_heard(sound: np.ndarray, clip: np.ndarray) -> int:
    """How often a spoken line occurs in the track, by matched filter.

    Tones and most noise lie below 300 Hz or carry little there; the correlation with the line
    itself, normalised by its energy, peaks near the line's gain wherever it was mixed in.
    """
    band = signal.butter(4, [400, 6000], "bandpass", fs=RATE, output="sos")
    track = signal.sosfilt(band, sound.mean(axis=1))
    line = signal.sosfilt(band, clip)
    match = signal.fftconvolve(track, line[::-1], mode="valid") / np.sum(line**2)
    peaks, _ = signal.find_peaks(match, height=match.max() * 0.8, distance=len(line))
    return len(peaks) if match.max() > 0.5 else 0
