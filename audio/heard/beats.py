"""The beats in a recording: carrier, beat, error, depth and signal-to-noise at several times."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import soundfile

from audio.curves import keyframes_of
from audio.heard.lines import mean_cycle, mean_cycles, snr_db_of, sum_of
from audio.heard.pulses import pulse_in_noise
from audio.heard.readings import Excerpt, HeardBeat, Reading, excerpt_at
from audio.heard.together import Found, found_together
from audio.heard.tones import Tone
from audio.heard.unknown import strongest
from audio.spec import Beat, TrackSpec
from audio.watch import Watch

# Excerpts of this length around these parts of the track; those of noise have to be longer, and
# hold so many of its pulses as far as that goes.
EXCERPT_S, PULSE_EXCERPTS_S, PULSES = 10.0, (20.0, 60.0), 40
PLACES = (0.1, 0.3, 0.5, 0.7, 0.9)

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
    """Each beat measured together with the others, and how loud it is over what none of them is."""
    found = found_together(beats, excerpt)
    models = [_as_found(one, excerpt) for one in found]
    for n, one in enumerate(found):
        look()
        models[n] = _model(one, excerpt.without(models[:n] + models[n + 1 :]))
    rest = excerpt.without(models).sound
    return [
        _reading(one, excerpt, snr_db_of(model, rest))
        for one, model in zip(found, models, strict=True)
    ]


def _tone(found: Found, excerpt: Excerpt) -> Tone:
    tone = Tone(found.tone.beat, excerpt)
    tone.errors = found.tone.errors.copy()
    if tone.beat.kind == "isochronic":
        faster_hz, ahead = tone.errors[1:3]
        if abs(ahead) + abs(faster_hz) * len(excerpt.sound) / excerpt.rate < AS_MEANT_CYCLES:
            tone.errors[1:3] = 0
    return tone


def _as_found(found: Found, excerpt: Excerpt) -> np.ndarray:
    """The sine of a beat as it was fitted, shape (frames, 2)."""
    return 2 * np.einsum("ep,epn->ne", found.terms, _tone(found, excerpt).parts()).real


def _model(found: Found, excerpt: Excerpt) -> np.ndarray:
    """The beat as it sounds in what the others leave of an excerpt, shape (frames, 2)."""
    tone, ears = _tone(found, excerpt), excerpt.sound.T
    if tone.beat.wave == "sine":
        return np.stack(list(map(sum_of, ears, tone.parts())), axis=1)
    gains, lines = tone.gains, tone.lines()
    if tone.beat.kind == "isochronic":
        lines, gains = lines[:1], gains * (1 - found.depth * (1 - tone.opening()))
    phases = list(np.angle(lines) % (2 * np.pi))
    if tone.beat.kind == "binaural":
        return np.stack(list(map(mean_cycle, ears, phases, gains)), axis=1)
    return np.stack(
        [mean_cycles(ear, phases, gain) for ear, gain in zip(ears, gains, strict=True)], axis=1
    )


def _reading(found: Found, excerpt: Excerpt, snr_db: float) -> Reading:
    if not found.is_told:
        return Reading(excerpt.middle_s)
    beat, (first, second, *_) = found.tone.beat, found.tone.errors.tolist()
    depth = None
    carrier_error, beat_error = (first + second) / 2, first - second
    if beat.kind == "isochronic":
        carrier_error, beat_error, depth = first, second, found.depth
    return Reading(
        time_s=excerpt.middle_s,
        carrier_hz=excerpt.at_middle(beat.carrier_hz) + carrier_error,
        beat_hz=excerpt.at_middle(beat.beat_hz) + beat_error,
        carrier_error_hz=carrier_error,
        beat_error_hz=beat_error,
        snr_db=snr_db,
        depth=depth,
    )
