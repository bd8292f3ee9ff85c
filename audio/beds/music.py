"""A person's own recording, looped: each end fades into the next beginning."""

import math
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np

from audio.beds.layer import BedLayer
from audio.beds.recording import resampled, state_of
from audio.errors import AudioError
from audio.levels import rms_of
from audio.loudness import STEPS_A_SECOND, k_weighted

QUIETEST_DB = -60.0


class MusicLayer(BedLayer):
    """The recording in ``file`` (FLAC, WAV, MP3 or Ogg) over and over.

    Its beginning comes in over ``crossfade_s`` seconds, at most half of the file, while its end
    goes out. The file is read as it is needed, which is fastest in order.

    Raises
    ------
    AudioError
        The file is missing, silent, or not what :mod:`audio.beds.recording` permits.
    """

    def __init__(self, *, file: str, crossfade_s: float, **common) -> None:
        self._path, self._crossfade_s = Path(file), crossfade_s
        super().__init__(**common)

    def _prepare(self) -> None:
        self._state = state_of(self._path)
        frames, sums, energy, steps = 0, np.zeros(2), 0.0, []
        for sound in self._read():
            frames += sound.shape[1]
            sums += sound.sum(axis=1, dtype=np.float64)
            energy += float(np.square(sound).sum(dtype=np.float64))
            steps.append(_step_energies(sound, self._rate))
        # A constant is no sound, but would take headroom and count as level.
        constant = sums / frames
        power = energy / (2 * frames) - np.square(constant).mean()
        if power <= rms_of(QUIETEST_DB) ** 2:
            raise AudioError(f"{self._path.name} is silent; choose another recording")
        fade = min(round(self._crossfade_s * self._rate), frames // 2)
        self._rise = np.sin(np.pi / 2 * (np.arange(fade) + 0.5) / fade).astype(np.float32)
        self._frames, self._lap, self._power = frames, frames - fade, power
        self._constant = constant.astype(np.float32)[:, np.newaxis]
        self._steps = np.concatenate(steps)
        self._number, self._second = -2, np.zeros((2, 0), np.float32)

    def _rms(self) -> float:
        return math.sqrt(self._power)

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the frames from ``start`` on to ``block``, floats of shape (frames, 2)."""
        done = 0
        while done < len(block):
            sound = self._from(start + done)[:, : len(block) - done]
            block[done : done + sound.shape[1]] += sound.T
            done += sound.shape[1]

    def energy_at(self, times_s: np.ndarray) -> np.ndarray:
        """K-weighted energy of the tenths of a second around times."""
        lap_s, fade_s = self._lap / self._rate, len(self._rise) / self._rate
        into_s = times_s % lap_s
        coming = np.sin(np.pi / 2 * np.minimum(into_s / fade_s, 1)) ** 2
        coming[times_s < lap_s] = 1
        start, end = (self._steps_at(at_s) for at_s in (into_s, into_s + lap_s))
        return coming * start + (1 - coming) * end

    def _steps_at(self, times_s: np.ndarray) -> np.ndarray:
        """Those of the recording itself; what would come after its end is as its last."""
        numbers = (times_s * self._rate / self._frames * len(self._steps)).astype(int)
        return self._steps[np.minimum(numbers, len(self._steps) - 1)]

    def _from(self, frame: int) -> np.ndarray:
        """What sounds from ``frame`` on, float32 of shape (2, frames): some seconds at most."""
        into = frame % self._lap
        if frame >= self._lap and into < len(self._rise):
            return self._seam[:, into:]
        number, skipped = divmod(into, self._rate)
        return self._second_of(number)[:, skipped : self._lap - number * self._rate]

    @cached_property
    def _seam(self) -> np.ndarray:
        """The end going over into the beginning."""
        fade = len(self._rise)
        return crossfaded(self._stretch(self._lap, fade), self._stretch(0, fade), self._rise)

    def _stretch(self, first: int, frames: int) -> np.ndarray:
        number, skipped = divmod(first, self._rate)
        last = (first + frames - 1) // self._rate
        seconds = [self._second_of(n) for n in range(number, last + 1)]
        return np.concatenate(seconds, axis=1)[:, skipped : skipped + frames]

    def _second_of(self, number: int) -> np.ndarray:
        """Second ``number`` of the recording; its last may be shorter."""
        if number != self._number:
            if number != self._number + 1:
                if state_of(self._path) != self._state:
                    raise AudioError(f"{self._path.name} was changed while it was read")
                self._reader = _Reader(self._read(from_s=number))
            sound = self._reader.take(min(self._rate, self._frames - number * self._rate))
            self._number, self._second = number, (sound - self._constant) * self._gain
        return self._second

    def _read(self, from_s: int = 0) -> Iterator[np.ndarray]:
        for sound in resampled(self._path, self._rate, from_s=from_s):
            self._look()
            yield self._narrowed(sound)


def crossfaded(end: np.ndarray, start: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """``end`` going out while ``start`` comes in, both of shape (2, len(rise)).

    The gains are quarter sines. Were the two alike, they would add up to more power than either
    has, were they opposite, to less; what their correlation foretells is made good.
    """
    energies = float(np.vdot(end, end)) * float(np.vdot(start, start))
    alike = float(np.vdot(end, start)) / math.sqrt(energies) if energies else 0.0
    power = 1 + 2 * max(alike, -0.9) * rise * rise[::-1]
    return (end * rise[::-1] + start * rise) / np.sqrt(power)


def _step_energies(sound: np.ndarray, rate: int) -> np.ndarray:
    """K-weighted energy of each tenth of a second; the last one may be shorter.

    Without what is constant in ``sound``, which would click where it is cut off.
    """
    sound = sound - sound.mean(axis=1, keepdims=True)
    edges = np.arange(0, sound.shape[1], rate // STEPS_A_SECOND)
    energies = np.square(k_weighted(sound, rate)).sum(axis=0)
    return np.add.reduceat(energies, edges) / np.diff(edges, append=sound.shape[1])


class _Reader:
    """Takes any number of frames at a time out of parts that come as they come."""

    def __init__(self, parts: Iterator[np.ndarray]) -> None:
        self._parts, self._left = parts, np.zeros((2, 0), np.float32)

    def take(self, frames: int) -> np.ndarray:
        taken = [self._left]
        while sum(part.shape[1] for part in taken) < frames:
            taken.append(next(self._parts))
        whole = np.concatenate(taken, axis=1)
        self._left = whole[:, frames:]
        return whole[:, :frames]
