"""Sounds of many small events, drops or bubbles or crackles, strewn over moving noise."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from audio.beds.bands import MOMENTS_S, BandsLayer
from audio.beds.chance import uniform
from audio.beds.layer import BedLayer

# Nearer than this part of the farthest distance nothing falls: loudness there has no bound.
NEAREST = 0.1


class DropsLayer(BandsLayer):
    """Noise with events strewn over it at random moments, places and distances.

    Each event sounds like one out of a bank of ``KINDS`` that is made once.
    """

    KINDS: ClassVar[int] = 256
    LONGEST_S: ClassVar[float] = 0.08

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.TAIL = cls.HOP // 4  # longer than LONGEST_S

    # What falls, falls by chance, and that of the noise alone would mislead.
    energy_at = BedLayer.energy_at

    def _prepare(self) -> None:
        super()._prepare()
        times = np.arange(round(self.LONGEST_S * self._rate)) / self._rate
        fade = np.minimum(1, (self.LONGEST_S - times) / 0.01)
        events = [fade * self._event(times, self._bits(n)) for n in range(self.KINDS)]
        # All of one energy: then as many a second have the same power at any sample rate.
        norms = [np.sqrt(self._rate) / np.linalg.norm(event) for event in events]
        self._bank = [
            (event * norm).astype(np.float32) for event, norm in zip(events, norms, strict=True)
        ]

    @abstractmethod
    def _event(self, times: np.ndarray, bits: np.random.PCG64) -> np.ndarray:
        """The sound of one event from ``times`` = 0 s on."""

    @abstractmethod
    def _events(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How many events a second there are at ``times`` in seconds, and their RMS together."""

    def _rms(self) -> float:
        # An event sounds in both ears: mean of cos·sin over that of cos², over all places.
        likeness = 2 / np.pi
        _, rms = self._events(MOMENTS_S)
        return float(np.hypot(super()._rms(), np.sqrt(np.mean(rms**2) * self._kept(likeness))))

    def _piece(self, number: int) -> np.ndarray:
        piece, bits = super()._piece(number), self._bits(number)
        times = np.array([number * self.HOP / self._rate])
        a_second, rms = (float(value[0]) for value in self._events(times))
        expected = a_second * self.HOP / self._rate
        count = int(expected + uniform(bits, 1)[0])
        when, which, place, distance = uniform(bits, 4 * count).reshape(4, count)
        starts = (when * self.HOP).astype(int)
        kinds = (which * self.KINDS).astype(int)
        # They fall evenly over an area, and loudness falls with the distance.
        nearness = np.sqrt(NEAREST / (NEAREST + distance))
        mean_square = NEAREST * np.log(1 + 1 / NEAREST)
        gains = self._gain * nearness * rms * np.sqrt(2 / (mean_square * a_second))
        ears = np.stack([np.cos(np.pi / 2 * place), np.sin(np.pi / 2 * place)], axis=1)
        for start, kind, (left, right) in zip(
            starts.tolist(), kinds.tolist(), (gains[:, np.newaxis] * ears).tolist(), strict=True
        ):
            event = self._bank[kind]
            piece[0, start : start + len(event)] += event * left
            piece[1, start : start + len(event)] += event * right
        return piece
