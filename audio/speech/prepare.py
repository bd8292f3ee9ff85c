"""From a synthesiser's file to a clean mono line at its level."""

import io
import math

import numpy as np
import scipy
import soundfile

from audio import mp3
from audio.errors import SpeechError
from audio.levels import rms_of
from audio.resampling import resampled
from audio.spec import SAMPLE_RATE

# What lies this far below the peak at either end is not speech.
TRIM_DB = -45.0
KEPT_BEFORE_S, KEPT_AFTER_S = 0.010, 0.030
FADE_S = 0.005

# A peak below −60 dBFS is a synthesiser's way of saying nothing.
QUIETEST_PEAK = 1e-3

LOWPASS_ORDER = 4

# Speech is active in those windows that stand less than this below the loud ones.
WINDOW_S = 0.020
ACTIVE_DB = -25.0


def prepare(data: bytes, *, level_db: float) -> np.ndarray:
    """Decode, resample, trim and level one spoken line.

    Parameters
    ----------
    data : a whole WAV, MP3, FLAC or OGG file, at any rate, with any number of channels.
    level_db : RMS level that its active part gets, in dBFS after AES17.

    Returns
    -------
    ndarray, float32, shape (frames,)
        Mono at 44.1 kHz, from where speech starts to where it ends.

    Raises
    ------
    SpeechError
        ``data`` is not sound, is cut short, or is silent.
    """
    voice, rate = decode(data)
    speech = trimmed(resampled(voice, from_hz=rate, to_hz=SAMPLE_RATE))
    speech *= rms_of(level_db) / active_rms(speech)
    length = min(round(FADE_S * SAMPLE_RATE), len(speech) // 2)
    rise = np.sin(np.pi / 2 * np.arange(length) / max(1, length)) ** 2
    speech[:length] *= rise
    speech[len(speech) - length :] *= rise[::-1]
    return speech.astype(np.float32)


def decode(data: bytes) -> tuple[np.ndarray, int]:
    """Mono float64 samples, shape (frames,), and their rate in Hz."""
    if _wav_cut_short(data):
        raise SpeechError("the spoken line arrived incomplete; try again")
    try:
        raw = io.BytesIO(data)
        with soundfile.SoundFile(raw) as file:
            samples, rate, announced = file.read(always_2d=True), file.samplerate, file.frames
        if file.format in mp3.KINDS and not mp3.states_length(raw):
            announced = 0  # a guess
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        raise SpeechError("the voice answered with something that is not sound") from error
    if len(samples) < announced:
        raise SpeechError("the spoken line arrived incomplete; try again")
    mono = samples.mean(axis=1)
    if not np.isfinite(mono).all() or np.abs(mono).max(initial=0) < QUIETEST_PEAK:
        raise SpeechError("the voice said nothing; reword the line or choose another voice")
    return mono, rate


def _wav_cut_short(data: bytes) -> bool:
    """Whether a RIFF header promises more than there is, which libsndfile passes over.

    Writers that cannot seek back put the greatest number or 0 there: then nobody can tell.
    """
    announced = int.from_bytes(data[4:8], "little")
    return data[:4] == b"RIFF" and len(data) < announced + 8 and announced < 0x7FFF_FFFF


def trimmed(speech: np.ndarray) -> np.ndarray:
    """``speech`` at 44.1 kHz without the silence before and after it; a copy."""
    loudness = np.abs(speech)
    heard = np.flatnonzero(loudness > loudness.max() * 10 ** (TRIM_DB / 20))
    first = max(0, heard[0] - round(KEPT_BEFORE_S * SAMPLE_RATE))
    return speech[first : heard[-1] + 1 + round(KEPT_AFTER_S * SAMPLE_RATE)].copy()


def lowpassed(speech: np.ndarray, lowpass_hz: float) -> np.ndarray:
    """A line from :func:`prepare`, softened, as loud as before.

    ``lowpass_hz`` is the −3 dB point of a low-pass that runs forwards and backwards, so nothing is
    delayed; each pass takes half of the cut.
    """
    # Two passes of a Butterworth of order n lose 3 dB together where each loses 1.5 dB.
    cutoff = lowpass_hz / (math.sqrt(2) - 1) ** (1 / (2 * LOWPASS_ORDER))
    sections = scipy.signal.butter(LOWPASS_ORDER, cutoff, fs=SAMPLE_RATE, output="sos")
    silence = np.zeros(SAMPLE_RATE // 50)
    padded = np.concatenate([silence, speech, silence])
    filtered = scipy.signal.sosfiltfilt(sections, padded, padtype=None)
    soft = filtered[len(silence) : -len(silence)]
    if soft.any():
        soft *= active_rms(speech) / active_rms(soft)
    return soft.astype(np.float32)


def active_rms(speech: np.ndarray) -> float:
    """RMS of ``speech`` with the pauses between words left out."""
    window = min(len(speech), round(WINDOW_S * SAMPLE_RATE))
    windows = speech[: len(speech) // window * window].reshape(-1, window)
    powers = np.mean(windows**2, axis=1)
    loud = np.percentile(powers, 95)
    return math.sqrt(powers[powers >= loud * 10 ** (ACTIVE_DB / 10)].mean())
