"""The beats: binaural, monaural and isochronic tones, and the pulse embedded in other sounds."""

import numpy as np

from audio.curves import (
    Phase,
    Value,
    between_knots,
    highest,
    keyframes_of,
    knots_of,
    softened,
    values_at,
)
from audio.panning import Balance
from audio.scratch import Scratch
from audio.spec import Beat
from audio.waves import quarter_sine, wave_form

# How much of the beat each ear's tone is above the carrier.
_OFFSETS = {"binaural": (0.5, -0.5), "monaural": (0.5, -0.5), "isochronic": (0.0,)}


class BeatLayer:
    """The samples of a :class:`~audio.spec.Beat` of any kind but embedded.

    Stateless: every sample follows from its index alone, so blocks may be asked for in any size.
    """

    def __init__(self, beat: Beat, *, sample_rate: int) -> None:
        highest_hz = highest(beat.carrier_hz) + highest(beat.beat_hz) / 2
        self._wave = wave_form(beat.wave, highest_hz=highest_hz, sample_rate=sample_rate)
        tones = [[(1, beat.carrier_hz), (n, beat.beat_hz)] for n in _OFFSETS[beat.kind]]
        self._phase = Phase(*tones, sample_rate=sample_rate, shift=-0.25)
        self._gate = Gate(beat, sample_rate=sample_rate) if beat.kind == "isochronic" else None
        self._monaural = beat.kind == "monaural"
        self._balance = Balance(
            level_db=beat.level_db, pan=beat.pan, spin_hz=beat.spin_hz, sample_rate=sample_rate
        )
        self._scratch = Scratch()

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the beat to ``block``, float64 of shape (frames, 2), that begins at ``start``."""
        frames = len(block)
        tones = self._wave(self._phase.cycles(start, frames))
        if self._gate:
            tones *= self._gate.gains(start, frames)
        elif self._monaural:
            tones = np.add(*tones, out=tones[0])[np.newaxis]
            tones *= 0.5
        sound = self._scratch("sound", (frames,), np.float32)
        for ear, gain in enumerate(self._balance.gains(start, frames)):
            np.multiply(tones[ear % len(tones)], gain, out=sound, casting="same_kind")
            block[:, ear] += sound


class Gate:
    """The gain 0…1 by which an isochronic or embedded beat switches a sound on and off.

    A period begins at the foot of the rising edge, so a track starts in silence. Both edges are
    raised cosines and lie within the time that the sound is on.
    """

    def __init__(self, beat: Beat, *, sample_rate: int) -> None:
        self._beat, self._rate = beat, sample_rate
        self._phase = Phase([(1, beat.beat_hz)], sample_rate=sample_rate)

    def gains(self, start: int, frames: int) -> np.ndarray:
        """The gain at each frame, float64 of shape (frames,)."""
        duty = self._moving(self._beat.duty, start, frames)
        passed = self._phase.cycles(start, frames)[0]
        passed -= np.floor(passed)
        height = (duty - passed) / (duty * self._beat.release)
        passed /= duty * self._beat.attack
        np.minimum(height, passed, out=height)
        np.clip(height, 0, 1, out=height)
        # Half a cosine from −1 to 1 is a sine from −1/4 to 1/4 of a cycle.
        height *= 0.5
        height -= 0.25
        gain = quarter_sine(height)
        gain -= 1
        gain *= self._moving(self._beat.depth, start, frames) / 2
        gain += 1
        return gain

    def _moving(self, value: Value, start: int, frames: int) -> float | np.ndarray:
        if len(keyframes_of(value)) == 1:
            return keyframes_of(value)[0].value
        times_s = knots_of(start, frames) / self._rate
        return between_knots(values_at(softened(value), times_s), start, frames)
