"""The spoken lines in the mix, each in its place."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from audio.curves import highest, keyframes_of, values_at
from audio.errors import AudioError
from audio.levels import amplitude_of
from audio.panning import Balance
from audio.placement import Placement, schedule
from audio.resampling import resampled
from audio.spec import SAMPLE_RATE, Speech, TrackSpec
from audio.speech.clips import Clip
from audio.speech.prepare import lowpassed
from audio.speech.room import surrounded, tail_s

# Lines kept in memory: the one that sounds, and the one before it or after.
KEPT_LINES = 2


class SpeechLayer:
    """The clips of the lines, in their room, at their level and place between the ears.

    Raises
    ------
    AudioError
        A clip is empty; once it is needed, also where its file is missing or damaged.
    """

    def __init__(
        self,
        speech: Speech,
        *,
        clips: Mapping[str, Clip],
        placements: Sequence[Placement],
        sample_rate: int,
    ) -> None:
        for line in speech.distinct_lines:
            if clips[line].frames < 1:
                raise _damaged(line)
        self._speech, self._clips, self._rate = speech, clips, sample_rate
        self._placements = placements
        self._stops = [place.stop for place in placements]
        # Clips come at the highest level there is: one that stands still is there already, one
        # that moves starts from full scale.
        level_db, self._clip_level = 0.0, np.float32(1)
        if len(keyframes_of(speech.level_db)) > 1:
            level_db = speech.level_db
            self._clip_level = np.float32(amplitude_of(highest(level_db)))
        self._balance = Balance(level_db=level_db, pan=speech.pan, sample_rate=sample_rate)
        self._sound_of = lru_cache(KEPT_LINES)(self._sound)

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the lines that sound during ``block``, floats of shape (frames, 2)."""
        stop = start + len(block)
        for place in self._placements[bisect_left(self._stops, start + 1) :]:
            if place.start >= stop:
                break
            first, last = max(start, place.start), min(stop, place.stop)
            sound = self._sound_of(place.line, self._lowpass_hz(place))
            sound = sound[:, first - place.start : last - place.start]
            for ear, gain in enumerate(self._balance.gains(first, last - first)):
                block[first - start : last - start, ear] += sound[ear % len(sound)] * gain

    def _lowpass_hz(self, place: Placement) -> float | None:
        if self._speech.lowpass_hz is None:
            return None
        start_s = np.array([place.start / self._rate])
        return float(values_at(self._speech.lowpass_hz, start_s)[0])

    def _sound(self, line: str, lowpass_hz: float | None) -> np.ndarray:
        """float32 of shape (ears, frames)."""
        voice = _read(self._clips[line], line)
        if lowpass_hz is not None:
            voice = lowpassed(voice, lowpass_hz)
        return surrounded(
            resampled(voice, from_hz=SAMPLE_RATE, to_hz=self._rate) / self._clip_level,
            room=self._speech.room,
            echo=self._speech.echo,
            sample_rate=self._rate,
        )


def _read(clip: Clip, line: str) -> np.ndarray:
    """float32 of shape (frames,)."""
    try:
        voice = clip.read()
    except (OSError, ValueError) as error:
        raise _damaged(line) from error
    if voice.shape != (clip.frames,) or not np.isfinite(voice).all():
        raise _damaged(line)
    return voice


def _damaged(line: str) -> AudioError:
    return AudioError(f"the clip of the line “{line}” is missing or damaged; fetch it again")


def placements(spec: TrackSpec, clips: Mapping[str, Clip]) -> list[Placement]:
    """Where each line of ``spec``, which has speech, is spoken.

    Raises
    ------
    AudioError
        There is no clip of a line.
    SpeechDoesNotFitError
        The clips are longer than the track.
    """
    speech, rate = spec.speech, spec.sample_rate
    missing = [line for line in speech.distinct_lines if line not in clips]
    if missing:
        raise AudioError(f"there is no clip of the line “{missing[0]}”")
    tail = tail_frames(speech, rate)
    frames_of = {line: frames_at(rate, clips[line]) + tail for line in speech.distinct_lines}
    return schedule(
        speech, frames_of, spec.frames, seed=spec.seed, sample_rate=rate, fades_s=spec.fades_s
    )


def frames_at(sample_rate: int, clip: Clip) -> int:
    """How many frames of the track a clip takes, its room and echo left out."""
    return -(-clip.frames * sample_rate // SAMPLE_RATE)


def tail_frames(speech: Speech, sample_rate: int) -> int:
    """How long the room and the echo of a line sound on after it."""
    return math.ceil(tail_s(room=speech.room, echo=speech.echo) * sample_rate)
