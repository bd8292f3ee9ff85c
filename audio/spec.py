"""What a track is: one frozen, versioned value that says everything the renderer needs.

The same spec always gives the same samples, so a spec is also the recipe that is kept beside
a finished track. All rules about sound live here; a form or a command only translates
:class:`~audio.errors.SpecError` into its own words.

Whatever can move is a number or a list of keyframes ``[time_s, value, curve]``; see
:class:`~audio.curves.Keyframe`.
"""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from audio.curves import Value, highest, keyframes_of, values_at
from audio.errors import Problem, SpecError
from audio.fields import (
    TIME_S,
    Range,
    clean_text,
    number_in,
    number_or,
    printable,
    sized,
    speakable,
    value_in,
)
from audio.levels import amplitude_of
from audio.wording import problems_of

SAMPLE_RATE = 44_100

TITLE_CHARS = Range(1, 120, "characters")
DURATION_S = Range(60, 28_800, "seconds")
SEED = Range(0, 2**32 - 1)
BEATS = Range(0, 4, "beats")
BEDS = Range(0, 6, "beds")
PHASES = Range(0, 50, "phases")
FADE_S = Range(0.01, 600, "seconds")
TARGET_LUFS = Range(-23, -14, "LUFS")

CARRIER_HZ = Range(1, 20_000, "Hz")
BEAT_HZ = Range(0.01, 100, "Hz")
LEVEL_DB = Range(-60, 0, "dB")
PAN = Range(-1, 1)
SPIN_HZ = Range(0, 5, "Hz")
SHARE = Range(0, 1)
DUTY = Range(0.05, 0.95)
EDGE = Range(0.02, 0.98)

BED = Range(0, BEDS.high - 1)
BED_SEED = Range(0, 1000)
WAVE_PERIOD_S = Range(3, 30, "seconds")
STRIKE_S = Range(3, 600, "seconds")
PITCH_HZ = Range(80, 1000, "Hz")
OCTAVE = Range(1, 5)
FILE_CHARS = Range(1, 1000, "characters")
CROSSFADE_S = Range(0.05, 30, "seconds")

LINES = Range(1, 500, "lines")
LINE_CHARS = Range(1, 400, "characters")
VOICE_CHARS = Range(1, 100, "characters")
LOWPASS_HZ = Range(2000, 8000, "Hz")
REPETITIONS = Range(1, 20)
GAP_S = Range(0.3, 3600, "seconds")
LEAD_S = Range(0, 3600, "seconds")
JITTER_S = Range(0, 60, "seconds")
DUCK_DB = Range(0, 24, "dB")
DUCK_ATTACK_S = Range(0.01, 2, "seconds")
DUCK_RELEASE_S = Range(0.05, 5, "seconds")

# Below 1 Hz a "tone" is only a slow push of the membrane.
LOWEST_TONE_HZ = 1.0

# Pulses that come on or go off faster click.
LEAST_EDGE_S = 0.001

# Beats that add up to more than full scale would have to be bent by the limiter, and everything
# together may ask no more of it than a tone, a bed and a voice at full scale do.
MOST_BEATS_DB = 0.0
MOST_TOTAL_DB = 6.0

# Levels of the voice that have a name.
VOICE_LEVELS_DB = {"clear": -15.0, "soft": -21.0, "whisper": -30.0, "barely heard": -40.0}


Level = value_in(LEVEL_DB)
Share = number_in(SHARE)
Seconds = number_in(TIME_S)
Title = Annotated[str, AfterValidator(clean_text), sized(TITLE_CHARS)]
Line = Annotated[str, AfterValidator(clean_text), sized(LINE_CHARS), AfterValidator(speakable)]


def _refuse(problems: list[Problem]) -> None:
    """Report what is wrong between fields; their paths start where the value at fault does."""
    if problems:
        raise PydanticCustomError("between_fields", "does not go together", {"all": problems})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Beat(_Part):
    """A pulse of ``beat_hz`` carried by a tone of ``carrier_hz``.

    ``level_db`` is the peak level of the whole layer in dBFS after AES17, in which a sine that
    just reaches full scale stands at 0 dB; so a binaural tone at −12 dB has an amplitude of 0.251.

    binaural
        Left ear ``carrier + beat/2``, right ear ``carrier − beat/2``: heard with headphones.
    monaural
        Both tones summed in both ears, each at half the amplitude.
    isochronic
        The carrier switched on and off ``beat_hz`` times a second.
    embedded
        No tone: the beds are switched instead, ``bed`` alone or all of them.

    Isochronic and embedded beats are on for the share ``duty`` of each period. The gain rises as a
    raised cosine over the share ``attack`` of that time and falls over ``release`` of it, each for
    ``LEAST_EDGE_S`` or longer; off, the gain is 1 − ``depth``. A ``duty`` that moves is that of a
    pulse when it begins.

    ``pan`` goes from −1 (left ear only) over 0 (both) to 1; ``spin_hz`` swings the sound from ear
    to ear around it. ``wave`` is the form of the tone; all forms are free of aliases.
    """

    kind: Literal["binaural", "monaural", "isochronic", "embedded"]
    beat_hz: value_in(BEAT_HZ)
    carrier_hz: value_in(CARRIER_HZ) = 200.0
    wave: Literal["sine", "triangle", "soft_square", "band_limited"] = "sine"
    level_db: Level = -12.0
    pan: value_in(PAN) = 0.0
    spin_hz: value_in(SPIN_HZ) = 0.0
    duty: value_in(DUTY) = 0.5
    attack: number_in(EDGE) = 0.2
    release: number_in(EDGE) = 0.2
    depth: value_in(SHARE) = 1.0
    bed: number_in(BED, int) | None = None

    @model_validator(mode="after")
    def _edges_fit(self) -> "Beat":
        if self.attack + self.release > 1:
            _refuse([Problem("release", f"must be at most {1 - self.attack:g}, 1 less the attack")])
        return self


class _Bed(_Part):
    """What lies under the words. ``level_db`` is its RMS level a channel in dBFS after AES17.

    ``width`` goes from 0 (the same in both ears) to 1; two beds of one kind differ by ``seed``.
    """

    level_db: Level = -24.0
    width: Share = 1.0
    seed: number_in(BED_SEED, int) = 0


class Noise(_Bed):
    """Noise whose power falls or climbs by 0, −3.01, −6.02, +3.01, +6.02 dB an octave."""

    kind: Literal["noise"] = "noise"
    colour: Literal["white", "pink", "brown", "blue", "violet"] = "pink"


class Rain(_Bed):
    """Rain; ``intensity`` from a drizzle (0) to a downpour (1)."""

    kind: Literal["rain"] = "rain"
    intensity: Share = 0.5


class Ocean(_Bed):
    """Waves on a shore, one about every ``period_s`` seconds; ``depth`` is how far they ebb."""

    kind: Literal["ocean"] = "ocean"
    period_s: number_in(WAVE_PERIOD_S) = 9.0
    depth: value_in(SHARE) = 0.8


class Stream(_Bed):
    """A brook; ``flow`` from a trickle (0) to a rush (1)."""

    kind: Literal["stream"] = "stream"
    flow: Share = 0.5


class Wind(_Bed):
    """Wind; ``gusts`` from steady (0) to stormy (1)."""

    kind: Literal["wind"] = "wind"
    gusts: Share = 0.5


class Fire(_Bed):
    """A fire; ``crackle`` from embers (0) to a crackling blaze (1)."""

    kind: Literal["fire"] = "fire"
    crackle: Share = 0.5


class Bowls(_Bed):
    """Singing bowls around what ``pitch_hz`` is when they are struck: every ``interval_s`` seconds,
    or at random with that mean."""

    kind: Literal["bowls"] = "bowls"
    interval_s: number_in(STRIKE_S) = 20.0
    strikes: Literal["regular", "random"] = "regular"
    pitch_hz: value_in(PITCH_HZ) = 220.0


class Drone(_Bed):
    """A warm pad on the note ``key`` of ``octave`` (A of octave 4 is 440 Hz) in a ``chord``."""

    kind: Literal["drone"] = "drone"
    key: Literal["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"] = "A"
    octave: number_in(OCTAVE, int) = 2
    chord: Literal["octave", "fifth", "major", "minor"] = "fifth"


class Music(_Bed):
    """A person's own recording, looped: each end sounds on for ``crossfade_s`` into the next
    start. ``file`` is the path of a FLAC, WAV, MP3 or Ogg file."""

    kind: Literal["music"] = "music"
    file: Annotated[str, sized(FILE_CHARS), AfterValidator(printable)]
    crossfade_s: number_in(CROSSFADE_S) = 4.0


Bed = Annotated[
    Noise | Rain | Ocean | Stream | Wind | Fire | Bowls | Drone | Music,
    Field(discriminator="kind"),
]


class Speech(_Part):
    """The spoken lines: ``lines`` in the order written, the whole list ``repetitions`` times.

    ``level_db`` is the RMS level of the speech itself, pauses left out, in dBFS after AES17.
    ``voice`` is the id of a voice that :mod:`audio.speech` knows. ``lowpass_hz`` softens each line
    by its value where the line starts, ``room`` (0…1) puts it into a small room, ``echo`` (0…1)
    answers from ear to ear.

    The first line starts ``lead_in_s`` into the track and the last ends ``lead_out_s`` before the
    end of it, both clear of the track's fades where there is room. ``gaps`` between them are
    ``"even"`` or so many seconds, and each line moves by up to ``jitter_s`` at random. While a line
    sounds the beds are turned down by ``duck_db``.
    """

    lines: Annotated[tuple[Line, ...], sized(LINES)]
    voice: Annotated[str, sized(VOICE_CHARS), AfterValidator(printable)]
    level_db: Level = VOICE_LEVELS_DB["clear"]
    lowpass_hz: value_in(LOWPASS_HZ) | None = None
    repetitions: number_in(REPETITIONS, int) = 1
    order: Literal["in_order", "shuffled"] = "in_order"
    gaps: number_or("even", GAP_S) = "even"
    lead_in_s: number_in(LEAD_S) = 5.0
    lead_out_s: number_in(LEAD_S) = 5.0
    jitter_s: number_in(JITTER_S) = 0.0
    pan: value_in(PAN) = 0.0
    room: Share = 0.0
    echo: Share = 0.0
    duck_db: value_in(DUCK_DB) = 6.0
    duck_attack_s: number_in(DUCK_ATTACK_S) = 0.05
    duck_release_s: number_in(DUCK_RELEASE_S) = 0.45

    @property
    def distinct_lines(self) -> tuple[str, ...]:
        """Each different line once, in the order of first appearance."""
        return tuple(dict.fromkeys(self.lines))


class Phase(_Part):
    """A part of the session that has a name: a chapter of the recording, where it has chapters."""

    name: Title
    start_s: Seconds


class Master(_Part):
    """The finished whole: ``target_lufs`` is its integrated loudness after ITU-R BS.1770, or None
    to leave the levels of the parts as they are. No peak goes beyond −1 dBTP: where that asks for
    it the limiter works faster, and what the ear hardly hears may stay below the target."""

    target_lufs: number_in(TARGET_LUFS) | None = -18.0


class TrackSpec(_Part):
    """A whole track.

    ``seed`` feeds everything random (noise, dither, shuffling); ``duration_s`` is exact to the
    sample. Build one with :meth:`parse`, which raises :class:`SpecError` rather than pydantic's
    own error.
    """

    version: Literal[1] = 1
    title: Title
    duration_s: number_in(DURATION_S)
    sample_rate: Literal[44_100, 48_000] = SAMPLE_RATE
    bit_depth: Literal[16, 24] = 16
    beats: Annotated[tuple[Beat, ...], sized(BEATS)] = ()
    beds: Annotated[tuple[Bed, ...], sized(BEDS)] = ()
    speech: Speech | None = None
    phases: Annotated[tuple[Phase, ...], sized(PHASES)] = ()
    fade_in_s: number_in(FADE_S) = 2.0
    fade_out_s: number_in(FADE_S) = 4.0
    master: Master = Master()
    seed: number_in(SEED, int) = 0

    @property
    def frames(self) -> int:
        """Length of the track in samples a channel."""
        return round(self.duration_s * self.sample_rate)

    @property
    def fades_s(self) -> tuple[float, float]:
        """How long the track fades in and out."""
        return self.fade_in_s, self.fade_out_s

    @model_validator(mode="after")
    def _parts_go_together(self) -> "TrackSpec":
        _refuse([*_beat_problems(self), *_level_problems(self), *_time_problems(self)])
        return self

    @classmethod
    def parse(cls, data: Mapping[str, Any] | str | bytes) -> "TrackSpec":
        """Build a spec from a mapping, or from JSON text.

        Raises
        ------
        SpecError
            Names every field that is wrong and the range permitted in it.
        """
        try:
            if isinstance(data, str | bytes):
                return cls.model_validate_json(data)
            return cls.model_validate(data)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=True, include_input=False)
            raise SpecError(
                *(problem for fault in faults for problem in problems_of(fault))
            ) from None

    def to_json(self) -> str:
        """The spec as JSON text that :meth:`parse` turns back into an equal spec."""
        return self.model_dump_json()


def _beat_problems(spec: TrackSpec) -> list[Problem]:
    problems = []
    for number, beat in enumerate(spec.beats):
        path = f"beats.{number}"
        if beat.kind == "embedded":
            problems += _bed_problems(beat, path, len(spec.beds))
        else:
            problems += _carrier_problems(beat, path, spec.sample_rate / 2)
        if beat.kind in ("isochronic", "embedded"):
            problems += _edge_problems(beat, path)
    return problems


def _bed_problems(beat: Beat, path: str, beds: int) -> list[Problem]:
    if beat.bed is None and not beds:
        return [Problem(f"{path}.kind", "embedded needs a bed to sound in", "no_bed")]
    if beat.bed is not None and beat.bed >= beds:
        permitted = f"from 0 to {beds - 1}" if beds else "left out"
        return [Problem(f"{path}.bed", f"must be {permitted}")]
    return []


def _carrier_problems(beat: Beat, path: str, nyquist: float) -> list[Problem]:
    offset = 0 if beat.kind == "isochronic" else 0.5
    times = _moments(beat.carrier_hz, beat.beat_hz)
    carrier, beat_hz = values_at(beat.carrier_hz, times), values_at(beat.beat_hz, times)
    low, high = carrier - offset * beat_hz, carrier + offset * beat_hz
    if low.min() >= LOWEST_TONE_HZ and high.max() < nyquist:
        return []
    worst = int(np.argmin(low) if low.min() < LOWEST_TONE_HZ else np.argmax(high))
    reach = offset * beat_hz[worst]
    least, below, of = LOWEST_TONE_HZ + reach, nyquist - reach, beat_hz[worst]
    message = f"must be at least {least:g} Hz and below {below:g} Hz for a beat of {of:g} Hz"
    values = {"low": least, "high": below, "beat": of}
    return [Problem(f"{path}.carrier_hz", message, "carrier", values)]


def _edge_problems(beat: Beat, path: str) -> list[Problem]:
    times = _moments(beat.beat_hz, beat.duty)
    duty, beat_hz = values_at(beat.duty, times), values_at(beat.beat_hz, times)
    edge = min(beat.attack, beat.release)
    worst = int(np.argmin(duty / beat_hz))
    if edge * duty[worst] / beat_hz[worst] >= LEAST_EDGE_S * (1 - 1e-9):
        return []
    # Rounded up, or what is just too little would read as just enough.
    least, of = math.ceil(1000 * LEAST_EDGE_S * beat_hz[worst] / edge) / 1000, beat_hz[worst]
    if least > DUTY.high:
        field = "attack" if edge == beat.attack else "release"
        message = f"is too short for a beat of {of:g} Hz; no pulse may come or go within 1 ms"
        return [Problem(f"{path}.{field}", message)]
    message = f"must be at least {least:g} for a beat of {of:g} Hz, or its pulses would click"
    return [Problem(f"{path}.duty", message, "clicks", {"percent": 100 * least, "beat": of})]


def _moments(*values: Value) -> np.ndarray:
    """Times that meet every keyframe of ``values``, and 15 between each two of them."""
    met = sorted({frame.time_s for value in values for frame in keyframes_of(value)})
    between = [np.linspace(a, b, 16, endpoint=False) for a, b in pairwise(met)]
    return np.concatenate([*between, [met[-1]]])


def _level_problems(spec: TrackSpec) -> list[Problem]:
    """Each part counts at its loudest, as if all were so at once."""
    sounding = [beat for beat in spec.beats if beat.kind != "embedded"]
    beats = [highest(beat.level_db) for beat in sounding]
    others = [highest(part.level_db) for part in (*spec.beds, spec.speech) if part]
    beats_db = 20 * math.log10(sum(map(amplitude_of, beats)) or 1e-9)
    total_db = 10 * math.log10(sum(amplitude_of(db) ** 2 for db in (*beats, *others)) or 1e-9)
    if round(beats_db, 1) > MOST_BEATS_DB:
        return [
            Problem(
                "beats",
                f"add up to {beats_db:.1f} dB; their levels together must be at most "
                f"{MOST_BEATS_DB:g} dB",
            )
        ]
    if total_db > MOST_TOTAL_DB:
        # Rounded up, or just too much would read as just enough.
        shown_db = math.ceil(total_db * 10) / 10
        return [
            Problem(
                "beds",
                f"all levels add up to {shown_db:.1f} dB; together they must be at most "
                f"{MOST_TOTAL_DB:g} dB",
                "too_loud",
                {"total": shown_db, "most": MOST_TOTAL_DB},
            )
        ]
    return []


def _time_problems(spec: TrackSpec) -> list[Problem]:
    problems = []
    left_s = spec.duration_s - spec.fade_in_s
    if spec.fade_out_s > left_s:
        message = f"must be at most {left_s:g} seconds, which the fade-in leaves"
        problems.append(Problem("fade_out_s", message, "fades", {"left": left_s}))
    before_s = -1.0
    for number, phase in enumerate(spec.phases):
        path = f"phases.{number}.start_s"
        if phase.start_s >= spec.duration_s:
            permitted = f"from 0 to below {spec.duration_s:g} seconds, the length of the track"
            problems.append(Problem(path, f"must be {permitted}"))
        if phase.start_s <= before_s:
            problems.append(Problem(path, f"must be above {before_s:g} seconds: sorted by time"))
        before_s = phase.start_s
    return problems
