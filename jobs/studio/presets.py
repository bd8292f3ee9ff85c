"""Where a track can start from: a session of beats with sounds, a length and a few words."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audio.curves import Curve, Keyframe, values_at
from audio.sessions import Session, course
from jobs.bands import Band, band_of

CONSTANT = "constant"


class Point(NamedTuple):
    """A point of a beat's course: ``share`` of the track, from 0 to 1, in place of a time."""

    share: float
    hz: float
    curve: Curve = "linear"


class Preset(NamedTuple):
    """A good start; ``key`` is also that of its session."""

    key: Session
    name: str | Promise
    used_for: str | Promise
    minutes: int
    beds: Mapping[str, int]
    lines: tuple[str | Promise, ...]
    beat_kind: str = "binaural"
    carrier_hz: int = 200
    beat_db: int = -22
    voice_db: int = -15
    repetitions: int = 5
    fade_out_s: int = 8

    @property
    def points(self) -> tuple[Point, ...]:
        """The course of its beat through a track of any length."""
        return points_of(course(self.key, duration_s=1).beat_hz, 1)

    @property
    def phases(self) -> tuple[tuple[str, float], ...]:
        """The names of its parts, and the share of the track at which each begins."""
        phases = course(self.key, duration_s=1).phases
        return tuple((phase.name, round(phase.start_s, 6)) for phase in phases)

    @property
    def band(self) -> Band:
        """The band its beat spends most of its time in."""
        return band_of(course(self.key, duration_s=1).beat_hz)

    def choices(self) -> dict[str, object]:
        """What it puts into the fields of the form."""
        levels = {f"{bed}_level_db": level for bed, level in self.beds.items()}
        return levels | {
            "course": self.key,
            "band": self.band.key,
            "duration_min": self.minutes,
            "beds": list(self.beds),
            "beat_kind": self.beat_kind,
            "carrier_hz": self.carrier_hz,
            "beat_db": self.beat_db,
            "voice_db": self.voice_db,
            "repetitions": self.repetitions,
            "fade_out_s": self.fade_out_s,
        }


def points_of(beat_hz: tuple[Keyframe, ...], duration_s: float) -> tuple[Point, ...]:
    """Keyframes with shares of the track for times, so fine that nobody hears the rounding."""
    return tuple(
        Point(round(frame.time_s / duration_s, 6), round(frame.value, 6), frame.curve)
        for frame in beat_hz
    )


def keyframes_of_points(points: tuple[Point, ...], duration_s: float) -> list[list]:
    """The keyframes of a course through a track of ``duration_s`` seconds, as a spec takes them."""
    return [[point.share * duration_s, point.hz, point.curve] for point in points]


def phases_of(preset: Preset, duration_s: float) -> list[dict]:
    """The parts of a preset's course through a track of ``duration_s`` seconds."""
    return [{"name": name, "start_s": share * duration_s} for name, share in preset.phases]


PRESETS = (
    Preset(
        "sleep", _("Sleep"), _("drifting off and sleeping on"), 45,
        {"brown": -27, "ocean": -26},
        (
            _("I let the day go."),
            _("My body grows heavy and warm."),
            _("Nothing is left to do tonight."),
            _("I sleep deeply and wake rested."),
        ),
        carrier_hz=140, beat_db=-26, voice_db=-18, fade_out_s=30,
    ),
    Preset(
        "deep_rest", _("Deep rest"), _("lying down without sleeping"), 30,
        {"drone": -25, "rain": -32},
        (
            _("I rest, and everything can wait."),
            _("With every breath I sink a little deeper."),
            _("I am safe here."),
        ),
        carrier_hz=160, beat_db=-24, voice_db=-17, fade_out_s=20,
    ),
    Preset(
        "meditation", _("Meditation"), _("sitting still, looking inward"), 20,
        {"bowls": -25, "pink": -34},
        (
            _("I notice my breath."),
            _("Thoughts come, and thoughts go."),
            _("I am here, now."),
        ),
    ),
    Preset(
        "relaxation", _("Relaxation"), _("winding down, letting go"), 20,
        {"stream": -28, "wind": -34},
        (
            _("My shoulders are soft."),
            _("I have time."),
            _("I am calm and at ease."),
        ),
    ),
    Preset(
        "focus", _("Focus"), _("one thing at a time"), 40,
        {"brown": -28, "rain": -31},
        (
            _("I do one thing, and I do it well."),
            _("My attention is steady."),
            _("I begin, and the rest follows."),
        ),
        repetitions=3,
    ),
    Preset(
        "energy", _("Energy"), _("waking up, getting going"), 15,
        {"pink": -33, "fire": -30},
        (
            _("I am awake and ready."),
            _("I have the strength for today."),
            _("I look forward to what comes."),
        ),
        carrier_hz=250,
    ),
    Preset(
        "nap", _("Nap"), _("a short rest, and back again"), 25,
        {"brown": -28, "wind": -31},
        (
            _("I have a little time, just for me."),
            _("I rest, and wake up fresh."),
        ),
        carrier_hz=160, beat_db=-24, voice_db=-18,
    ),
    Preset(
        CONSTANT, _("Constant"), _("one beat from start to end"), 40,
        {"pink": -30},
        (
            _("I am calm."),
            _("I am strong."),
            _("I am here."),
        ),
        beat_db=-20, repetitions=3,
    ),
)  # fmt: skip
PRESET_OF = {preset.key: preset for preset in PRESETS}

# How finely a course is drawn small, and the size of that drawing.
_STEPS = 40
_WIDTH, _HEIGHT = 100, 32
_LOWEST_HZ, _HIGHEST_HZ = 1.0, 30.0


def drawn_small(points: tuple[Point, ...]) -> str:
    """A course as the path of a small drawing, 100 by 32: fast is high up, as on the big one."""
    shares = np.linspace(0, 1, _STEPS + 1)
    hz = values_at(tuple(Keyframe(*point) for point in points), shares)
    rises = np.log(hz / _LOWEST_HZ) / np.log(_HIGHEST_HZ / _LOWEST_HZ)
    places = zip(shares * _WIDTH, _HEIGHT * (1 - np.clip(rises, 0, 1)), strict=True)
    return "M" + "L".join(f"{x:g} {y:.1f}" for x, y in places)
