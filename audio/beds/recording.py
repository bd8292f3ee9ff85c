"""A recording that a person brings: checked, decoded and brought to our rate bit by bit."""

import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import scipy
import soundfile

from audio import mp3
from audio.errors import AudioError
from audio.resampling import REACH, filter_taps, ratio

KINDS = ("WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "MPEG")
CHANNELS = (1, 2)
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 16_000, 192_000

# The filter between two rates grows with what is left of them without their common factor: 147
# and 160 of 44.1 and 48 kHz, but the whole 44,101 and 44,100 where they have none.
MOST_PARTS = 12_000

SHORTEST_S, LONGEST_S = 1, 4 * 3600
# 60 dB over full scale, which files of floats can hold.
GREATEST = 1000.0

# Heard and passed over before a place in the middle: decoders and filters know what came before.
LEAD_S = 1


class _File(soundfile.SoundFile):
    """A sound file that is read straight on.

    Where soundfile may seek it does so after every read, to where it stands. In MP3 of low rates
    that loses what a frame needs of those before it: a click each time.
    """

    def seekable(self) -> bool:
        """Not as far as reading knows; :meth:`seek` works."""
        return False


def decoded(path: Path, *, from_s: int = 0) -> Iterator[np.ndarray]:
    """Yield the sound at its own rate, float32 of shape (2, frames), a second at a time.

    Parameters
    ----------
    from_s : whole seconds passed over. What follows in MP3 is sound after some hundredths.

    Raises
    ------
    AudioError
        Not one of the ``KINDS`` of file, cut short, longer than it says, or with a number of
        channels, a rate or a length that is not permitted.
    """
    with _opened(path) as (file, raw):
        done = file.seek(from_s * file.samplerate)
        while len(sound := file.read(file.samplerate, "float32", always_2d=True)):
            # So written that it is no number either.
            if not np.abs(sound).max() < GREATEST:
                raise AudioError(f"{path.name} holds values that are no numbers, or far too great")
            done += len(sound)
            yield np.ascontiguousarray(np.broadcast_to(sound, (len(sound), 2)).T)
        is_mp3 = file.format in mp3.KINDS
        if is_mp3 and mp3.more_follows(raw):
            raise _joined(path)
        if done < file.frames and not (is_mp3 and not mp3.states_length(raw)):
            raise _cut_short(path)
        if done < SHORTEST_S * file.samplerate:
            raise AudioError(f"{path.name} is shorter than a second; choose a longer recording")


def resampled(path: Path, rate: int, *, from_s: int = 0) -> Iterator[np.ndarray]:
    """Yield the sound at ``rate`` from second ``from_s`` on, float32 of shape (2, frames).

    Raises
    ------
    AudioError
        As :func:`decoded`, and where the two rates have too little in common.
    """
    lead_s = min(LEAD_S, from_s)
    passed = lead_s * rate
    for sound in _at_rate(path, rate, from_s - lead_s):
        if passed < sound.shape[1]:
            yield sound[:, passed:]
        passed = max(0, passed - sound.shape[1])


def _at_rate(path: Path, rate: int, from_s: int) -> Iterator[np.ndarray]:
    with _opened(path) as (file, _):
        own = file.samplerate
    parts = decoded(path, from_s=from_s)
    if own == rate:
        yield from parts
        return
    up, down = ratio(own, rate)
    if max(up, down) > MOST_PARTS:
        raise AudioError(f"{path.name} has an odd rate, {own} Hz; save it at {rate} Hz")
    # Whole multiples of ``down`` fall on samples of both rates.
    half = -(-REACH * max(up, down) // down) * down
    context = -(-half // (up * down)) * down
    taps = filter_taps(up, down, half=half) * up
    skipped, silence = (context * up + half) // down, np.zeros((2, context), np.float32)
    before = silence
    for sound, after in _with_next(parts, down, context):
        whole = np.concatenate([before, sound, after], axis=1)
        made = scipy.signal.upfirdn(taps.astype(np.float32), whole, up, down)
        yield made[:, skipped : skipped + -(-sound.shape[1] * up // down)]
        before = whole[:, sound.shape[1] : sound.shape[1] + context]


def _with_next(
    parts: Iterator[np.ndarray], multiple: int, context: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Cut ``parts`` into multiples of ``multiple`` frames, each with ``context`` that follow."""
    waiting = np.zeros((2, 0), np.float32)
    for part in parts:
        waiting = np.concatenate([waiting, part], axis=1)
        ready = (waiting.shape[1] - context) // multiple * multiple
        if ready > 0:
            yield waiting[:, :ready], waiting[:, ready : ready + context]
            waiting = waiting[:, ready:]
    yield waiting, np.zeros((2, context), np.float32)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[soundfile.SoundFile, BinaryIO]]:
    """The recording, and the file that it is read from."""
    state_of(path)
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(path.open("rb", buffering=0))
            _require_whole(path, raw)
            raw.seek(0)
            file = stack.enter_context(_File(raw.fileno(), closefd=False))
        except (soundfile.LibsndfileError, TypeError, OSError) as error:
            raise AudioError(f"{path.name} is not a recording in FLAC, WAV, MP3 or Ogg") from error
        _permit(path.name, file)
        try:
            yield file, raw
        except soundfile.LibsndfileError as error:
            raise AudioError(f"{path.name} is cut short or damaged; get it again") from error


def state_of(path: Path) -> tuple[int, ...]:
    """What is another once another file is at ``path``, or that one was written to.

    Raises
    ------
    AudioError
        There is no file.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        found = None
    # Reading from a pipe or a device might never end.
    if not found or not stat.S_ISREG(found.st_mode):
        raise AudioError(f"{path.name} is not there, or is no file")
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _permit(name: str, file: soundfile.SoundFile) -> None:
    if file.format not in KINDS:
        raise AudioError(f"{name} is not a recording in FLAC, WAV, MP3 or Ogg")
    if file.channels not in CHANNELS:
        raise AudioError(f"{name} has {file.channels} channels; it must have 1 or 2")
    if not LOWEST_RATE_HZ <= file.samplerate <= HIGHEST_RATE_HZ:
        raise AudioError(
            f"{name} has a rate of {file.samplerate} Hz; "
            f"it must be from {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz"
        )
    if file.frames > LONGEST_S * file.samplerate:
        raise AudioError(f"{name} does not say that it lasts {LONGEST_S // 3600} hours at most")


def _require_whole(path: Path, file: BinaryIO) -> None:
    """Refuse a file that holds less than it says, or more, which libsndfile passes over.

    A RIFF header tells the size, unless its writer could not know it and put the greatest number
    or 0; the last page of an Ogg stream is marked as such, and bears the number of the first.
    """
    start = file.read(18)
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_307))
    end = file.read()
    if start[:4] == b"RIFF":
        announced = int.from_bytes(start[4:8], "little")
        if size < announced + 8 and 0 < announced < 0x7FFF_FFFF:
            raise _cut_short(path)
    if start[:4] == b"OggS":
        page = end[end.rfind(b"OggS") :]
        if len(page) < 18 or not page[5] & 4:
            raise _cut_short(path)
        if page[14:18] != start[14:18]:
            raise _joined(path)


def _cut_short(path: Path) -> AudioError:
    return AudioError(f"{path.name} is cut short; get it again")


def _joined(path: Path) -> AudioError:
    return AudioError(
        f"{path.name} holds more than it says; save it again in one piece, best as FLAC"
    )
