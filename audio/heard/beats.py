"""The beats in a recording: carrier, beat, error, depth and signal-to-noise at several times."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import soundfile

from audio.curves import keyframes_of, values_at
from audio.heard.lines import ROUNDS, mean_cycle, offset_hz, phase_of, sines, snr_db_of, waves
from audio.heard.pulses import SEARCH_HZ, fitted_pulse, gate_meant, pulse_in_noise
from audio.heard.readings import Excerpt, HeardBeat, Reading, excerpt_at
from audio.heard.unknown import strongest
from audio.panning import Balance
from audio.spec import Beat, TrackSpec
from audio.watch import Watch

# Excerpts of this length around these parts of the track; those of noise have to be longer, and
# hold so many of its pulses as far as that goes.
EXCERPT_S, PULSE_EXCERPTS_S, PULSES = 10.0, (20.0, 60.0), 40
PLACES = (0.1, 0.3, 0.5, 0.7, 0.9)

# In fewer cycles than this, two tones in one ear cannot be told apart.
LEAST_CYCLES = 1.5

# A pulse no farther astray than this is where it was meant, as far as can be told.
AS_MEANT_CYCLES = 1e-3


def heard_beats(
    file: soundfile.SoundFile, spec: TrackSpec | None, *, frames: int, watch: Watch | None = None
) -> tuple[HeardBeat, ...]:
    """Every beat of ``spec`` in the first ``frames`` of ``file``, in its order; without a spec, the
    tones that stand out."""
    readings, watch = [], watch or Watch()
    for number, place in enumerate(PLACES):
        look = partial(watch.look, 0.9 + 0.1 * number / len(PLACES))
        look()
        if frames >= file.samplerate:
            readings.append(list(_at(place, file, frames, spec, look)))
    if spec:
        kinds = [beat.kind for beat in spec.beats] if readings else []
        return tuple(map(HeardBeat, kinds, zip(*readings, strict=True)))
    found = [reading for here in readings for reading in here]
    usual = Counter(kind for kind, _ in found).most_common(1)
    return tuple(HeardBeat(kind, tuple(r for k, r in found if k == kind)) for kind, _ in usual)


def _at(
    place: float,
    file: soundfile.SoundFile,
    frames: int,
    spec: TrackSpec | None,
    look: Callable[[], None],
) -> Iterator:
    if spec is None:
        yield from strongest(excerpt_at(file, frames, place, EXCERPT_S))
        return
    tones = [beat for beat in spec.beats if beat.kind != "embedded"]
    if tones:
        found = iter(_tones(tones, excerpt_at(file, frames, place, EXCERPT_S), look))
    for beat in spec.beats:
        look()
        if beat.kind == "embedded":
            slowest_hz = min(keyframe.value for keyframe in keyframes_of(beat.beat_hz))
            length_s = float(np.clip(PULSES / slowest_hz, *PULSE_EXCERPTS_S))
            yield pulse_in_noise(beat, excerpt_at(file, frames, place, length_s))
        else:
            yield next(found)


def _tones(beats: Sequence[Beat], excerpt: Excerpt, look: Callable[[], None]) -> list[Reading]:
    """Each beat measured with the others taken away, as far as they are known by then."""
    models = [np.zeros(1)] * len(beats)
    readings: list[Reading] = [Reading(excerpt.middle_s)] * len(beats)
    for _ in range(ROUNDS if len(beats) > 1 else 1):
        for n, beat in enumerate(beats):
            look()
            alone = excerpt.without(models[:n] + models[n + 1 :])
            readings[n], models[n] = _tone(beat, alone)
    rest = excerpt.without(models).sound
    snrs_db = [snr_db_of(model, rest) for model in models]
    return [
        Reading(**vars(reading) | {"snr_db": None if reading.carrier_hz is None else snr_db})
        for reading, snr_db in zip(readings, snrs_db, strict=True)
    ]


def _tone(beat: Beat, excerpt: Excerpt) -> tuple[Reading, np.ndarray]:
    """What is measured of a beat, and the beat as it sounds, shape (frames, 2)."""
    if beat.kind == "isochronic":
        return _isochronic(beat, excerpt)
    carrier, beat_hz = (values_at(v, excerpt.times_s) for v in (beat.carrier_hz, beat.beat_hz))
    reach = min(SEARCH_HZ, 0.45 * float(beat_hz.min()))
    left, right = excerpt.sound.T
    if beat.kind == "monaural":
        if beat_hz.mean() * len(excerpt.sound) < LEAST_CYCLES * excerpt.rate:
            return Reading(excerpt.middle_s), np.zeros(1)
        left = right = excerpt.sound.mean(axis=1)
    low, high = carrier - beat_hz / 2, carrier + beat_hz / 2
    low_off = offset_hz(right, low, excerpt.rate, reach)
    high_off = offset_hz(left, high, excerpt.rate, reach)
    if low_off is None or high_off is None:
        return Reading(excerpt.middle_s), np.zeros(1)
    if beat.kind == "monaural" and reach < SEARCH_HZ / 2:
        gain = sum(_gains(beat, excerpt)) / 2
        offsets = low_off, high_off
        low_off, high_off = _parted(left, gain, low, high, offsets, excerpt.rate, reach)
    carrier_error, beat_error = (low_off + high_off) / 2, high_off - low_off
    lines = [[high + high_off], [low + low_off]]
    if beat.kind == "monaural":
        lines = [[high + high_off, low + low_off]] * 2
    model = [
        waves(ear, [phase_of(way, excerpt.rate) for way in ways], gain, sine=beat.wave == "sine")
        for ear, ways, gain in zip(excerpt.sound.T, lines, _gains(beat, excerpt), strict=True)
    ]
    return _reading(beat, excerpt, carrier_error, beat_error), np.stack(model, axis=1)


def _parted(
    ear: np.ndarray,
    gain: np.ndarray | float,
    low: np.ndarray,
    high: np.ndarray,
    offsets: tuple[float, float],
    rate: int,
    reach: float,
) -> tuple[float, float]:
    """Offsets of two lines so near each other that each moves the other's peak."""
    courses = gain, gain * np.linspace(-1, 1, len(ear))
    for _ in range(ROUNDS):
        phases = [phase_of(way + off, rate) for way, off in zip((low, high), offsets, strict=True)]
        models, _ = sines(ear, phases, courses)
        found = [
            offset_hz(ear - other, way, rate, reach)
            for way, other in zip((low, high), models[::-1], strict=True)
        ]
        if None in found:
            break
        offsets = tuple(found)
    return offsets


def _gains(beat: Beat, excerpt: Excerpt) -> list[np.ndarray | float]:
    """How loud the beat was meant to be in each ear."""
    balance = Balance(
        level_db=beat.level_db, pan=beat.pan, spin_hz=beat.spin_hz, sample_rate=excerpt.rate
    )
    return list(balance.gains(excerpt.start, len(excerpt.sound)))


def _reading(
    beat: Beat, excerpt: Excerpt, carrier_error: float, beat_error: float, **more
) -> Reading:
    return Reading(
        time_s=excerpt.middle_s,
        carrier_hz=excerpt.at_middle(beat.carrier_hz) + carrier_error,
        beat_hz=excerpt.at_middle(beat.beat_hz) + beat_error,
        carrier_error_hz=carrier_error,
        beat_error_hz=beat_error,
        **more,
    )


def _isochronic(beat: Beat, excerpt: Excerpt) -> tuple[Reading, np.ndarray]:
    """The carrier, the lines that the pulse puts beside it, and the pulse as it was meant."""
    carrier, beat_hz = (values_at(v, excerpt.times_s) for v in (beat.carrier_hz, beat.beat_hz))
    reach = min(SEARCH_HZ, 0.45 * float(beat_hz.min()))
    both = excerpt.sound.mean(axis=1)
    middle, above, below = (
        offset_hz(both, carrier + side * beat_hz, excerpt.rate, reach) for side in (0, 1, -1)
    )
    if middle is None or above is None or below is None:
        return Reading(excerpt.middle_s), np.zeros(1)
    phase, gains = phase_of(carrier + middle, excerpt.rate), _gains(beat, excerpt)
    error, pulse = (above - below) / 2, gate_meant(beat, excerpt)
    if reach < SEARCH_HZ / 2:
        # Its lines blur into each other.
        error, ahead = fitted_pulse(beat, excerpt, phase, gains, error)
        astray = abs(ahead - round(ahead)) + abs(error) * len(both) / excerpt.rate
        if astray > AS_MEANT_CYCLES:
            pulse = gate_meant(beat, excerpt, faster_hz=error, ahead=ahead)
    fits = [
        sines(ear, [phase], (gain, gain * pulse))
        for ear, gain in zip(excerpt.sound.T, gains, strict=True)
    ]
    heard = (
        np.hypot(*terms.reshape(2, 2).T) * np.sqrt(np.mean(np.square(gain)))
        for (_, terms), gain in zip(fits, gains, strict=True)
    )
    steady, pulsed = max(heard, key=np.sum)
    depth = float(pulsed / (steady + pulsed))
    models = [sines[0] for sines, _ in fits]
    if beat.wave != "sine":
        opening = 1 - depth * (1 - pulse)
        models = [
            mean_cycle(ear, phase, gain * opening)
            for ear, gain in zip(excerpt.sound.T, gains, strict=True)
        ]
    return _reading(beat, excerpt, middle, error, depth=depth), np.stack(models, axis=1)
