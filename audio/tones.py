"""The beats: binaural, monaural and isochronic tones, and the pulse embedded in other sounds."""

from collections.abc import Sequence

import numpy as np

from audio.curves import (
    Phase,
    Value,
    cycles_at,
    highest,
    keyframes_of,
    softened,
    values_at,
)
from audio.knots import between_knots, knots_of
from audio.oscillator import STRETCH_FRAMES, Oscillator
from audio.panning import Balance, Gain
from audio.scratch import Scratch
from audio.spec import Beat
from audio.waves import quarter_sine, wave_form

# Worked on at a time where each sample takes many steps: the arrays between stay in the cache.
CHUNK_FRAMES = 8192

# Beats of at most so many periods a step are told apart in steps.
SLOW = 0.5

# Several beats in one bed are looked at so often a step.
POINTS = 64

# How much of the beat each ear's tone is above the carrier.
_OFFSETS = {"binaural": (0.5, -0.5), "monaural": (0.5, -0.5), "isochronic": (0.0,)}


class BeatLayer:
    """The samples of a :class:`~audio.spec.Beat` of any kind but embedded.

    Every sample follows from its index alone, so blocks may be asked for in any size and order, but
    by one thread at a time.
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
        self._oscillator = Oscillator(self._phase) if beat.wave == "sine" else None
        self._made: tuple[int, np.ndarray] = (-1, np.empty(0))
        self._scratch = Scratch()

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the beat to ``block``, floats of shape (frames, 2), that begins at ``start``."""
        done = 0
        while done < len(block):
            number, skipped = divmod(start + done, STRETCH_FRAMES)
            tones = self._stretch(number)[:, skipped : skipped + len(block) - done]
            part = block[done : done + tones.shape[1]]
            self._add(part, tones, start + done)
            done += len(part)

    def _add(self, part: np.ndarray, tones: np.ndarray, start: int) -> None:
        frames = len(part)
        pulse = self._gate.gains(start, frames) if self._gate else None
        sound = self._scratch("sound", (frames,), np.float32)
        for ear, gain in enumerate(self._balance.gains(start, frames)):
            np.multiply(tones[ear % len(tones)], np.float32(gain), out=sound)
            if pulse is not None:
                sound *= pulse
            part[:, ear] += sound

    def _stretch(self, number: int) -> np.ndarray:
        """The tones at full scale, float32 of shape (1 or 2, STRETCH_FRAMES)."""
        if self._made[0] != number:
            tones = self._oscillator.stretch(number) if self._oscillator else None
            if tones is None:
                tones = self._one_by_one(number * STRETCH_FRAMES)
            if self._monaural:
                tones = np.add(*tones, out=tones[0])[np.newaxis]
                tones *= np.float32(0.5)
            self._made = number, tones
        return self._made[1]

    def _one_by_one(self, start: int) -> np.ndarray:
        """A stretch of any wave, however its frequency moves."""
        parts = [
            self._wave(self._phase.cycles(at, CHUNK_FRAMES)).copy()
            for at in range(start, start + STRETCH_FRAMES, CHUNK_FRAMES)
        ]
        return np.concatenate(parts, axis=1)


class Gate:
    """The gain 0…1 by which an isochronic or embedded beat switches a sound on and off.

    A period begins at the foot of the rising edge, so a track starts in silence. Both edges are
    raised cosines and lie within the time that the sound is on.
    """

    def __init__(self, beat: Beat, *, sample_rate: int) -> None:
        self._beat, self._rate = beat, sample_rate
        self._phase = Phase([(1, beat.beat_hz)], sample_rate=sample_rate)

    def gains(self, start: int, frames: int) -> np.ndarray:
        """The gain at each frame, float32 of shape (frames,)."""
        cycles = self._phase.cycles(start, frames)[0]
        first, *others = keyframes_of(self._beat.duty)
        duty: Gain = first.value
        if others:
            duty = duty_at(self._beat, cycles, np.arange(start, start + frames) / self._rate)
        depth = self._moving(self._beat.depth, start, frames)
        return gate_gain(self._beat, cycles, duty, depth)

    def _moving(self, value: Value, start: int, frames: int) -> Gain:
        if len(keyframes_of(value)) == 1:
            return keyframes_of(value)[0].value
        times_s = knots_of(start, frames) / self._rate
        return between_knots(values_at(softened(value), times_s), start, frames)


def duty_at(beat: Beat, cycles: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """The duty of the pulse that sounds at each time, of which so many cycles are through.

    It is what it was when the pulse began, or a movement of it would open or close the gate faster
    than any edge.
    """
    passed = cycles - np.floor(cycles)
    return values_at(softened(beat.duty), times_s - passed / values_at(beat.beat_hz, times_s))


def gate_gain(beat: Beat, cycles: np.ndarray, duty: Gain, depth: Gain) -> np.ndarray:
    """The gain, float32, of a beat's gate at phases, float64, whose memory is used, in cycles."""
    cycles -= np.floor(cycles)
    height = (duty - cycles) / (duty * beat.release)
    cycles /= duty * beat.attack
    np.minimum(height, cycles, out=height)
    np.clip(height, 0, 1, out=height)
    # Half a cosine from −1 to 1 is a sine from −1/4 to 1/4 of a cycle.
    height *= 0.5
    height -= 0.25
    gain = quarter_sine(height.astype(np.float32))
    gain -= 1
    gain *= np.divide(depth, 2, dtype=np.float32, casting="same_kind")
    gain += 1
    return gain


def pulses_energy(
    beats: Sequence[Beat], times_s: np.ndarray, length_s: float
) -> np.ndarray | float:
    """What the pulses of ``beats`` in one bed leave of its energy around ``times_s``, each for
    ``length_s``.

    Several may keep step with each other, so they are looked at together.
    """
    if len(beats) < 2:
        return pulse_energy(beats[0], times_s, length_s) if beats else 1.0
    points_s = length_s * ((np.arange(POINTS) + 0.5) / POINTS - 0.5)
    times_s = np.add.outer(times_s, points_s).ravel()
    gain = np.ones(len(times_s), np.float32)
    for beat in beats:
        cycles = cycles_at(beat.beat_hz, times_s)
        duty = duty_at(beat, cycles, times_s)
        gain *= gate_gain(beat, cycles, duty, values_at(softened(beat.depth), times_s))
    return np.square(gain).reshape(-1, POINTS).mean(axis=1)


def pulse_energy(beat: Beat, times_s: np.ndarray, length_s: float) -> np.ndarray | float:
    """What a beat's pulse leaves of the energy around ``times_s``, each for ``length_s``.

    Where the beat is too fast to be told apart in such steps, that is the mean of its period.
    """
    if beat.kind == "binaural":
        return 1.0
    slow = values_at(beat.beat_hz, times_s) * length_s <= SLOW
    before, after = (cycles_at(beat.beat_hz, times_s + side * length_s / 2) for side in (-1, 1))
    first, last = np.where(slow, before, 0), np.where(slow, after, 1)
    if beat.kind == "monaural":
        start, stop = (n / 2 + np.sin(2 * np.pi * n) / (4 * np.pi) for n in (first, last))
    else:
        duty, depth = (values_at(value, times_s) for value in (beat.duty, beat.depth))
        edges = duty * beat.attack, duty * beat.release
        start, stop = (_opened(n, duty, depth, edges) for n in (first, last))
    return np.maximum(0, stop - start) / (last - first)


def _opened(
    cycles: np.ndarray, duty: np.ndarray, depth: np.ndarray, edges: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """The integral of the square of a :class:`Gate`'s gain over the cycles from 0 on."""

    def within(part: np.ndarray | float) -> np.ndarray:
        rise, fall = edges
        up, left = (np.clip(way, 0, 1) for way in (part / rise, (duty - part) / fall))
        level = np.clip(part, rise, duty - fall) - rise
        # An edge is half a cosine, (1 − cos πu)/2: the integrals of it and of its square.
        once, twice = (
            level + rise * area(up) + fall * (area(np.ones(1)) - area(left))
            for area in (
                lambda u: u / 2 - np.sin(np.pi * u) / (2 * np.pi),
                lambda u: (
                    3 * u / 8 - (8 * np.sin(np.pi * u) - np.sin(2 * np.pi * u)) / (16 * np.pi)
                ),
            )
        )
        return (1 - depth) ** 2 * part + 2 * (1 - depth) * depth * once + depth**2 * twice

    whole = np.floor(cycles)
    return whole * within(1.0) + within(cycles - whole)
