"""The sum of a track's layers, block after block."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np

from audio.fades import fade
from audio.noise import NoiseLayer
from audio.placement import schedule, spoken_order
from audio.spec import Speech, TrackSpec
from audio.speech.clips import Clip
from audio.tones import BeatLayer


class Layer(Protocol):
    """Something that sounds."""

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the layer's frames from ``start`` on to ``block``, float64, shape (frames, 2).

        Blocks are asked for in order and without gaps; their sizes must not matter.
        """


class SpeechLayer:
    """The clips of the spoken lines, each in its place, the same in both ears."""

    def __init__(
        self, speech: Speech, *, clips: Mapping[str, Clip], seed: int, total_frames: int
    ) -> None:
        frames_of = {line: clips[line].frames for line in speech.distinct_lines}
        placements = schedule(spoken_order(speech, seed), frames_of, total_frames)
        self._placed = [(place.start, clips[place.line]) for place in placements]
        self._ends = [start + clip.frames for start, clip in self._placed]

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the clips that sound during ``block``, float64 of shape (frames, 2)."""
        stop = start + len(block)
        for clip_start, clip in self._placed[bisect_left(self._ends, start) :]:
            if clip_start >= stop:
                break
            first, last = max(start, clip_start), min(stop, clip_start + clip.frames)
            samples = clip.read(first - clip_start, last - clip_start)
            block[first - start : last - start] += samples[:, np.newaxis]


def layers_of(spec: TrackSpec, *, clips: Mapping[str, Clip]) -> list[Layer]:
    """The layers that ``spec`` asks for, in the order they are summed.

    Raises
    ------
    SpeechDoesNotFitError
        The clips are longer than the track.
    """
    layers: list[Layer] = []
    layers.extend(BeatLayer(beat) for beat in spec.beats)
    layers.extend(NoiseLayer(bed, seed=spec.seed) for bed in spec.beds)
    if spec.speech:
        layers.append(
            SpeechLayer(spec.speech, clips=clips, seed=spec.seed, total_frames=spec.frames)
        )
    return layers


def mixed(spec: TrackSpec, *, clips: Mapping[str, Clip], block_frames: int) -> Iterator[np.ndarray]:
    """Yield the whole track as float64 blocks of shape (``block_frames``, 2), the last shorter.

    Faded at both ends, and not yet limited: the sum of loud layers goes beyond ±1.
    """
    layers = layers_of(spec, clips=clips)
    for start in range(0, spec.frames, block_frames):
        block = np.zeros((min(block_frames, spec.frames - start), 2))
        for layer in layers:
            layer.add_to(block, start)
        fade(block, start=start, total_frames=spec.frames)
        yield block
