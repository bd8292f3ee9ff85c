"""The beds on offer: what may lie under the words, and what of each can be chosen."""

from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audio import spec


class Knob(NamedTuple):
    """One thing of a bed that a person can choose: the field ``name`` of its part of the spec.

    ``limits`` of a number, with what its least and its greatest mean; or ``choices`` of a word.
    """

    name: str
    label: str | Promise
    limits: spec.Range | None = None
    ends: tuple[str | Promise, str | Promise] = ("", "")
    choices: tuple[tuple[str, str | Promise], ...] = ()

    @property
    def unit(self) -> str:
        """What its figure is shown in: a share in percent, others in the limits' own unit."""
        return (
            "%"
            if self.limits is spec.SHARE
            else {"seconds": "s"}.get(unit := self.limits.unit, unit)
        )


class BedOnOffer(NamedTuple):
    """A bed; ``part`` is what makes it itself in a spec."""

    key: str
    name: str | Promise
    part: dict[str, str]
    level_db: int = -24
    knobs: tuple[Knob, ...] = ()

    @property
    def is_noise(self) -> bool:
        """Whether it is one of the noises."""
        return self.part["kind"] == "noise"

    def defaults(self) -> dict[str, Any]:
        """The whole part of a spec, as it is when nothing is chosen."""
        kinds = {"noise": spec.Noise, "rain": spec.Rain, "ocean": spec.Ocean, "wind": spec.Wind,
                 "stream": spec.Stream, "fire": spec.Fire, "bowls": spec.Bowls,
                 "drone": spec.Drone}  # fmt: skip
        part = kinds[self.part["kind"]](**self.part, level_db=self.level_db)
        return part.model_dump(mode="json")


def _noise(colour: str, name: str | Promise, level_db: int) -> BedOnOffer:
    return BedOnOffer(colour, name, {"kind": "noise", "colour": colour}, level_db)


def _sound(kind: str, name: str | Promise, level_db: int, *knobs: Knob) -> BedOnOffer:
    return BedOnOffer(kind, name, {"kind": kind}, level_db, knobs)


_CHORDS = (("octave", _("Octave")), ("fifth", _("Fifth")), ("major", _("Major")),
           ("minor", _("Minor")))  # fmt: skip
_KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

BEDS = (
    _noise("white", _("White noise"), -36),
    _noise("pink", _("Pink noise"), -30),
    _noise("brown", _("Brown noise"), -27),
    _noise("blue", _("Blue noise"), -42),
    _noise("violet", _("Violet noise"), -45),
    _sound(
        "rain", _("Rain"), -28,
        Knob("intensity", _("How hard it rains"), spec.SHARE, (_("drizzle"), _("downpour"))),
    ),
    _sound(
        "ocean", _("Ocean"), -24,
        Knob("period_s", _("Seconds from wave to wave"), spec.WAVE_PERIOD_S),
        Knob("depth", _("How far the waves ebb"), spec.SHARE, (_("hardly"), _("to silence"))),
    ),
    _sound(
        "stream", _("Stream"), -30,
        Knob("flow", _("How the water runs"), spec.SHARE, (_("trickle"), _("rush"))),
    ),
    _sound(
        "wind", _("Wind"), -28,
        Knob("gusts", _("How the wind blows"), spec.SHARE, (_("steady"), _("stormy"))),
    ),
    _sound(
        "fire", _("Fire"), -28,
        Knob("crackle", _("How the fire burns"), spec.SHARE, (_("embers"), _("blaze"))),
    ),
    _sound(
        "bowls", _("Singing bowls"), -26,
        Knob("interval_s", _("Seconds from strike to strike"), spec.STRIKE_S),
        Knob("pitch_hz", _("Pitch in Hz"), spec.PITCH_HZ),
        Knob(
            "strikes", _("Strikes"),
            choices=(("regular", _("Regular")), ("random", _("By chance"))),
        ),
    ),
    _sound(
        "drone", _("Warm drone"), -26,
        Knob("key", _("Key"), choices=tuple((key, key.replace("#", "♯")) for key in _KEYS)),
        Knob("chord", _("Chord"), choices=_CHORDS),
        Knob("octave", _("Octave"), spec.OCTAVE),
    ),
)  # fmt: skip
BED_OF = {bed.key: bed for bed in BEDS}


def key_of(part: spec.Bed) -> str:
    """The key of the bed on offer that a part of a spec is; empty if there is none."""
    key = part.colour if part.kind == "noise" else part.kind
    return key if key in BED_OF else ""
