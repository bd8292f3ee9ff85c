"""What sounds in a mix, alone or together with others."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from audio.beds.layer import BedLayer
from audio.curves import Value
from audio.panning import Balance
from audio.scratch import Scratch
from audio.tones import Gate


class Layer(Protocol):
    """Something that sounds, and answers for any frame in any order, though fastest in order."""

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the layer's frames from ``start`` on to ``block``, floats of shape (frames, 2).

        Block sizes must not matter, bit for bit.
        """


class Together:
    """Layers as one."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add every layer to ``block``."""
        for layer in self._layers:
            layer.add_to(block, start)


class MovingBed:
    """A bed whose level moves, or in which beats are embedded."""

    def __init__(
        self, layer: BedLayer, gates: Sequence[Gate], *, level_db: Value, sample_rate: int
    ) -> None:
        self._layer, self._gates, self._scratch = layer, gates, Scratch()
        self._balance = Balance(level_db=level_db, sample_rate=sample_rate)

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the bed at its level of each moment to ``block``."""
        sound = self._scratch("sound", block.shape)
        sound.fill(0)
        self._layer.add_to(sound, start)
        gain, _ = self._balance.gains(start, len(block))
        for gate in self._gates:
            gain = gain * gate.gains(start, len(block))
        for ear in (0, 1):
            block[:, ear] += sound[:, ear] * gain
