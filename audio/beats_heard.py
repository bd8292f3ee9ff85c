"""The beats in a recording: carrier, beat, error, depth and signal-to-noise at several times.

A frequency is measured by turning the sound back by the phase that was meant. A tone that follows
its course, ramps and all, then comes to rest at 0 Hz, and what is left there is its error.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import soundfile

from audio.curves import Phase, Value, values_at
from audio.panning import Balance
from audio.spec import Beat, TrackSpec
from audio.watch import Watch

# Excerpts of this length around these parts of the track; those of noise have to be longer.
EXCERPT_S, PULSE_EXCERPT_S = 10.0, 20.0
PLACES = (0.1, 0.3, 0.5, 0.7, 0.9)

# A line is looked for this far around where it should be, and never beyond half a beat. It is
# there if it stands so many times above the usual magnitude around it.
SEARCH_HZ = 2.0
STANDS_OUT = 5.0
_BASEBAND_HZ = 50

# Several beats are taken out of each other's way this often.
_ROUNDS = 3

# Without a recipe: a tone stands this far above its neighbourhood, and what pulses it is no
# farther from it than the fastest beat, and no more than this far below it.
_LINE_DB = 30.0
_FARTHEST_HZ = 50.0
_SIDE_LINE = 0.1
_SAME_HZ = 0.002

# The power of a noise in time: spectra of so many samples, of which bins this far below the
# strongest do not count. Each beat is divided into so many parts.
_WINDOW_FRAMES, _HOP_FRAMES = 256, 128
_FAINT_BIN_DB = -40.0
_PARTS = 32

# Points of one cycle of a tone that is no sine.
_CYCLE_POINTS = 4096


@dataclass(frozen=True)
class Reading:
    """One beat at ``time_s``.

    Attributes
    ----------
    carrier_hz, beat_hz : as measured; None where no such tone, or no pulse, stands out.
    carrier_error_hz, beat_error_hz : measured less meant; None if nothing was meant or found.
    snr_db : power of the tone over all else but the other beats: noise, beds and voices as well.
    depth : how far an isochronic or embedded beat lets the whole sound down, 0 to 1. Where other
        sounds go on meanwhile it is less than that of the beat itself.
    """

    time_s: float
    carrier_hz: float | None = None
    beat_hz: float | None = None
    carrier_error_hz: float | None = None
    beat_error_hz: float | None = None
    snr_db: float | None = None
    depth: float | None = None


@dataclass(frozen=True)
class HeardBeat:
    """A beat of ``kind`` (binaural, monaural, isochronic, embedded, or a plain tone)."""

    kind: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class _Excerpt:
    """A piece of the recording, shape (frames, 2), that begins at frame ``start``."""

    sound: np.ndarray
    start: int
    rate: int

    @property
    def times_s(self) -> np.ndarray:
        return np.arange(self.start, self.start + len(self.sound)) / self.rate

    @property
    def middle_s(self) -> float:
        return (self.start + len(self.sound) // 2) / self.rate

    def at_middle(self, value: Value) -> float:
        return float(values_at(value, np.array([self.middle_s]))[0])

    def without(self, models: Sequence[np.ndarray]) -> "_Excerpt":
        return _Excerpt(self.sound - sum(models), self.start, self.rate) if models else self


def heard_beats(
    file: soundfile.SoundFile, spec: TrackSpec | None, *, watch: Watch | None = None
) -> tuple[HeardBeat, ...]:
    """Every beat of ``spec``, in its order; without a spec, the tones that stand out."""
    readings = []
    for number, place in enumerate(PLACES):
        if file.frames >= file.samplerate:
            readings.append(list(_at(place, file, spec)))
        if watch:
            watch.look(0.9 + 0.1 * number / len(PLACES))
    if spec:
        kinds = [beat.kind for beat in spec.beats] if readings else []
        return tuple(map(HeardBeat, kinds, zip(*readings, strict=True)))
    found = [reading for here in readings for reading in here]
    usual = Counter(kind for kind, _ in found).most_common(1)
    return tuple(HeardBeat(kind, tuple(r for k, r in found if k == kind)) for kind, _ in usual)


def _at(place: float, file: soundfile.SoundFile, spec: TrackSpec | None) -> Iterator:
    if spec is None:
        yield from _strongest(_excerpt(file, place, EXCERPT_S))
        return
    tones = [beat for beat in spec.beats if beat.kind != "embedded"]
    if tones:
        found = iter(_tones(tones, _excerpt(file, place, EXCERPT_S)))
    for beat in spec.beats:
        if beat.kind == "embedded":
            yield _pulse_in_noise(beat, _excerpt(file, place, PULSE_EXCERPT_S))
        else:
            yield next(found)


def _excerpt(file: soundfile.SoundFile, place: float, length_s: float) -> _Excerpt:
    frames = min(file.frames, round(length_s * file.samplerate))
    start = round(place * (file.frames - frames))
    file.seek(start)
    return _Excerpt(file.read(frames, dtype="float64", always_2d=True), start, file.samplerate)


def _tones(beats: Sequence[Beat], excerpt: _Excerpt) -> list[Reading]:
    """Each beat measured with the others taken away, as far as they are known by then."""
    models = [np.zeros(1)] * len(beats)
    readings: list[Reading] = [Reading(excerpt.middle_s)] * len(beats)
    for _ in range(_ROUNDS if len(beats) > 1 else 1):
        for n, beat in enumerate(beats):
            alone = excerpt.without(models[:n] + models[n + 1 :])
            readings[n], models[n] = _tone(beat, alone)
    rest = excerpt.without(models).sound
    snrs_db = [_snr_db(model, rest) for model in models]
    return [
        Reading(**vars(reading) | {"snr_db": None if reading.carrier_hz is None else snr_db})
        for reading, snr_db in zip(readings, snrs_db, strict=True)
    ]


def _snr_db(model: np.ndarray, rest: np.ndarray) -> float:
    """That of the ear that hears the tone less well, but for one that does not hear it at all."""
    tones, noise = np.sum(model**2, axis=0), np.sum(rest**2, axis=0)
    heard = tones > 1e-6 * tones.max()
    if not heard.any():
        return -np.inf
    with np.errstate(divide="ignore"):
        return float((10 * np.log10(tones[heard] / noise[heard])).min())


def _tone(beat: Beat, excerpt: _Excerpt) -> tuple[Reading, np.ndarray]:
    """What is measured of a beat, and the beat as it sounds, shape (frames, 2)."""
    if beat.kind == "isochronic":
        return _isochronic(beat, excerpt)
    carrier, beat_hz = (values_at(v, excerpt.times_s) for v in (beat.carrier_hz, beat.beat_hz))
    reach = min(SEARCH_HZ, 0.45 * float(beat_hz.min()))
    left, right = excerpt.sound.T
    if beat.kind == "monaural":
        left = right = excerpt.sound.mean(axis=1)
    low, high = carrier - beat_hz / 2, carrier + beat_hz / 2
    low_off = _offset_hz(right, low, excerpt.rate, reach)
    high_off = _offset_hz(left, high, excerpt.rate, reach)
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
        _waves(ear, [_phase(way, excerpt.rate) for way in ways], gain, sine=beat.wave == "sine")
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
    for _ in range(_ROUNDS):
        phases = [_phase(way + off, rate) for way, off in zip((low, high), offsets, strict=True)]
        models, _ = _sines(ear, phases, courses)
        found = [
            _offset_hz(ear - other, way, rate, reach)
            for way, other in zip((low, high), models[::-1], strict=True)
        ]
        if None in found:
            break
        offsets = tuple(found)
    return offsets


def _gains(beat: Beat, excerpt: _Excerpt) -> list[np.ndarray | float]:
    """How loud the beat was meant to be in each ear."""
    balance = Balance(
        level_db=beat.level_db, pan=beat.pan, spin_hz=beat.spin_hz, sample_rate=excerpt.rate
    )
    return list(balance.gains(excerpt.start, len(excerpt.sound)))


def _reading(
    beat: Beat, excerpt: _Excerpt, carrier_error: float, beat_error: float, **more
) -> Reading:
    return Reading(
        time_s=excerpt.middle_s,
        carrier_hz=excerpt.at_middle(beat.carrier_hz) + carrier_error,
        beat_hz=excerpt.at_middle(beat.beat_hz) + beat_error,
        carrier_error_hz=carrier_error,
        beat_error_hz=beat_error,
        **more,
    )


def _isochronic(beat: Beat, excerpt: _Excerpt) -> tuple[Reading, np.ndarray]:
    """The carrier, the lines that the pulse puts beside it, and the pulse as it was meant."""
    carrier, beat_hz = (values_at(v, excerpt.times_s) for v in (beat.carrier_hz, beat.beat_hz))
    reach = min(SEARCH_HZ, 0.45 * float(beat_hz.min()))
    both = excerpt.sound.mean(axis=1)
    middle, above, below = (
        _offset_hz(both, carrier + side * beat_hz, excerpt.rate, reach) for side in (0, 1, -1)
    )
    if middle is None or above is None or below is None:
        return Reading(excerpt.middle_s), np.zeros(1)
    pulse, phase = _pulse(beat, excerpt), _phase(carrier + middle, excerpt.rate)
    gains = _gains(beat, excerpt)
    fits = [
        _sines(ear, [phase], (gain, gain * pulse))
        for ear, gain in zip(excerpt.sound.T, gains, strict=True)
    ]
    steady, pulsed = max((np.hypot(*terms.reshape(2, 2).T) for _, terms in fits), key=np.sum)
    depth = float(pulsed / (steady + pulsed))
    models = [sines[0] for sines, _ in fits]
    if beat.wave != "sine":
        opening = 1 - depth * (1 - pulse)
        models = [
            _cycle(ear, phase, gain * opening)
            for ear, gain in zip(excerpt.sound.T, gains, strict=True)
        ]
    reading = _reading(beat, excerpt, middle, (above - below) / 2, depth=depth)
    return reading, np.stack(models, axis=1)


def _pulse(beat: Beat, excerpt: _Excerpt) -> np.ndarray:
    """The opening, 0 to 1, of an isochronic or embedded beat, after the words of its spec."""
    passed = _beat_phase(beat, excerpt) % 1
    duty = values_at(beat.duty, excerpt.times_s)
    rise, fall = passed / (duty * beat.attack), (duty - passed) / (duty * beat.release)
    return np.sin(np.pi / 2 * np.clip(np.minimum(rise, fall), 0, 1)) ** 2


def _beat_phase(beat: Beat, excerpt: _Excerpt) -> np.ndarray:
    """Cycles since the track began."""
    phase = Phase([(1, beat.beat_hz)], sample_rate=excerpt.rate)
    return phase.cycles(excerpt.start, len(excerpt.sound))[0].copy()


def _pulse_in_noise(beat: Beat, excerpt: _Excerpt) -> Reading:
    """The beat in the power of what sounds, once each of its bands counts as much as any other."""
    power = _power_in_time(excerpt.sound)
    middles = np.arange(len(power)) * _HOP_FRAMES + _WINDOW_FRAMES // 2
    cycles = np.unwrap(_beat_phase(beat, excerpt), period=1)[middles]
    beat_hz = values_at(beat.beat_hz, (excerpt.start + middles) / excerpt.rate)
    reach = min(SEARCH_HZ, 0.45 * float(beat_hz.min()))
    turned = (power - power.mean()) * np.exp(-2j * np.pi * cycles)
    error = _at_rest_hz(turned, excerpt.rate / _HOP_FRAMES, reach)
    if error is None:
        return Reading(excerpt.middle_s)
    cycles += error * (np.arange(len(power)) - len(power) / 2) * _HOP_FRAMES / excerpt.rate
    part = (cycles % 1 * _PARTS).astype(int)
    counts = np.maximum(1, np.bincount(part, minlength=_PARTS))
    course = np.sort(np.bincount(part, power, minlength=_PARTS) / counts)
    low, high = course[: _PARTS // 8].mean(), course[-_PARTS // 8 :].mean()
    return Reading(
        time_s=excerpt.middle_s,
        beat_hz=excerpt.at_middle(beat.beat_hz) + error,
        beat_error_hz=error,
        depth=float(1 - np.sqrt(low / high)),
    )


def _power_in_time(sound: np.ndarray) -> np.ndarray:
    """Mean power of the bands of both ears, each over its own mean, one for each hop."""
    windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW_FRAMES, axis=0)[::_HOP_FRAMES]
    window = np.hanning(_WINDOW_FRAMES).astype(np.float32)
    power = sum(np.abs(np.fft.rfft(windows[:, ear] * window)) ** 2 for ear in (0, 1))
    usual = power.mean(axis=0)
    strong = usual > usual.max() * 10 ** (_FAINT_BIN_DB / 10)
    return (power[:, strong] / usual[strong]).mean(axis=1) if strong.any() else np.ones(len(power))


def _strongest(excerpt: _Excerpt) -> Iterator[tuple[str, Reading]]:
    """Without a recipe: the strongest line in each ear, if there is one, and what is beside it."""
    found = [_strongest_line_hz(ear, excerpt.rate) for ear in excerpt.sound.T]
    if None in found:
        return
    left, right = found
    frames = len(excerpt.sound)
    ways = [np.full(frames, left), np.full(frames, right)]
    kind, carrier, beat = "binaural", (left + right) / 2, left - right
    if abs(beat) < _SAME_HZ:
        kind, carrier, beat, ways = _pulse_beside(excerpt, carrier)
    models = [
        _waves(
            ear,
            [_phase(way, excerpt.rate) for way in (ways if kind == "monaural" else [own])],
            sine=True,
        )
        for ear, own in zip(excerpt.sound.T, ways, strict=True)
    ]
    model = np.stack(models, axis=1)
    snr_db = None if kind == "isochronic" else _snr_db(model, excerpt.sound - model)
    yield kind, Reading(excerpt.middle_s, carrier, beat, snr_db=snr_db)


def _strongest_line_hz(ear: np.ndarray, rate: int) -> float | None:
    powers = np.abs(np.fft.rfft(ear * np.hanning(len(ear)))) ** 2
    peak = int(powers.argmax())
    around = powers[max(0, peak - 200) : peak + 200]
    if powers[peak] <= np.median(around) * 10 ** (_LINE_DB / 10):
        return None
    near = peak * rate / len(ear)
    return near + (_offset_hz(ear, np.full(len(ear), near), rate, 2 * rate / len(ear)) or 0.0)


def _pulse_beside(
    excerpt: _Excerpt, strongest: float
) -> tuple[str, float, float | None, list[np.ndarray]]:
    """Kind, carrier, beat and lines of a tone that is the same in both ears."""
    both, rate = excerpt.sound.mean(axis=1), excerpt.rate
    size = len(both)
    magnitudes = np.abs(np.fft.rfft(both * np.hanning(size)))
    centre, reach, skipped = (round(hz * size / rate) for hz in (strongest, _FARTHEST_HZ, 0.4))
    sides = []
    for near, far in ((centre + skipped, centre + reach), (centre - reach, centre - skipped)):
        near, far = max(0, near), max(0, far)
        if far <= near:
            continue
        peak = near + int(magnitudes[near:far].argmax())
        if magnitudes[peak] > _SIDE_LINE * magnitudes[centre]:
            way = np.full(size, peak * rate / size)
            sides.append(way[0] + (_offset_hz(both, way, rate, 2 * rate / size) or 0.0))
    line = [np.full(size, strongest)] * 2
    if len(sides) == 2:
        return "isochronic", strongest, abs(sides[0] - sides[1]) / 2, line
    if sides:
        ways = [np.full(size, hz) for hz in (strongest, sides[0])]
        return "monaural", (strongest + sides[0]) / 2, abs(strongest - sides[0]), ways
    return "tone", strongest, None, line


def _offset_hz(ear: np.ndarray, way: np.ndarray, rate: int, reach: float) -> float | None:
    """How far above ``way`` (Hz at each sample) the line within ``reach`` lies, if there is one."""
    length = round(rate / _BASEBAND_HZ)
    phase, whole = _phase(way, rate), len(ear) // length * length
    slow = np.empty(whole // length, np.complex128)
    for at in range(0, whole, _BASEBAND_HZ * length):
        part = slice(at, min(at + _BASEBAND_HZ * length, whole))
        turned = ear[part] * np.exp(-1j * phase[part])
        slow[at // length :][:_BASEBAND_HZ] = turned.reshape(-1, length).mean(axis=1)
    return _at_rest_hz(slow, rate / length, reach)


def _at_rest_hz(turned: np.ndarray, rate: float, reach: float) -> float | None:
    """Where the strongest line within ``reach`` of 0 Hz lies, read between the spectrum's bins."""
    size = 8 * len(turned)
    spectrum = np.abs(np.fft.fft(turned * np.hanning(len(turned)), size))
    hz = np.fft.fftfreq(size, 1 / rate)
    near = np.flatnonzero(np.abs(hz) <= reach)
    peak = near[spectrum[near].argmax()]
    if spectrum[peak] <= STANDS_OUT * np.median(spectrum[np.abs(hz) <= _BASEBAND_HZ]):
        return None
    below, top, above = np.log(spectrum[[peak - 1, peak, (peak + 1) % size]] + 1e-300)
    between = (below - above) / (2 * (below - 2 * top + above)) if below + above < 2 * top else 0.0
    return float(hz[peak] + between * hz[1])


def _waves(
    ear: np.ndarray, phases: Sequence[np.ndarray], gain: np.ndarray | float = 1.0, *, sine: bool
) -> np.ndarray:
    """Tones with these phases, in radians, as they sound in ``ear``, each as loud as ``gain``.

    The amplitude of a sine may drift evenly besides: a fade is no noise.
    """
    if sine:
        return sum(_sines(ear, phases, (gain, gain * np.linspace(-1, 1, len(ear))))[0])
    models = [np.zeros(1)] * len(phases)
    for _ in range(_ROUNDS if len(phases) > 1 else 1):
        for n, phase in enumerate(phases):
            models[n] = _cycle(ear - sum(models[:n] + models[n + 1 :]), phase, gain)
    return sum(models)


def _sines(
    ear: np.ndarray, phases: Sequence[np.ndarray], courses: Sequence[np.ndarray | float]
) -> tuple[list[np.ndarray], np.ndarray]:
    """The sines of ``phases`` in ``ear`` by least squares, and their terms.

    The amplitude of each is a sum of ``courses``, and for each of these there are two terms: that
    of the sine and that of the cosine.
    """
    columns = np.empty((2 * len(phases) * len(courses), len(ear)))
    for n, phase in enumerate(phases):
        sine, cosine = np.sin(phase), np.cos(phase)
        for m, course in enumerate(courses):
            row = 2 * (n * len(courses) + m)
            columns[row], columns[row + 1] = sine * course, cosine * course
    terms = np.linalg.lstsq(columns @ columns.T, columns @ ear, rcond=None)[0]
    parts = zip(np.split(terms, len(phases)), np.split(columns, len(phases)), strict=True)
    return [own @ rows for own, rows in parts], terms


def _cycle(ear: np.ndarray, phase: np.ndarray, gain: np.ndarray | float) -> np.ndarray:
    """A tone of any form: the mean of all its cycles, each as loud as ``gain`` says."""
    gain = np.broadcast_to(gain, ear.shape)
    place = phase / (2 * np.pi) * _CYCLE_POINTS
    point = place.astype(int) % _CYCLE_POINTS
    power = np.bincount(point, gain**2, _CYCLE_POINTS)
    heard = np.flatnonzero(power)
    if not len(heard):
        return np.zeros(len(ear))
    cycle = np.bincount(point, ear * gain, _CYCLE_POINTS)[heard] / power[heard]
    return gain * np.interp(place, heard + 0.5, cycle, period=_CYCLE_POINTS)


def _phase(way: np.ndarray, rate: int) -> np.ndarray:
    """Integral of a frequency, in radians, by the trapezoid rule."""
    turns = np.zeros(len(way))
    np.cumsum((way[1:] + way[:-1]) / (2 * rate), out=turns[1:])
    turns %= 1
    turns *= 2 * np.pi
    return turns
