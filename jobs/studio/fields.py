"""Fields of the studio's form. Those with a ``path`` say which part of a spec they fill in."""

import itertools
import json

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audio import spec
from jobs.studio.presets import Point

# The studio offers less than the engine can do.
BEAT_HZ = spec.Range(0.5, 45, "Hz")
POINTS = spec.Range(2, 24)
CURVES = {
    "smooth": gettext_lazy("smoothly"),
    "linear": gettext_lazy("in a straight line"),
    "exponential": gettext_lazy("fast at first, then ever slower"),
    "step": gettext_lazy("not at all, then with a jump"),
}
CURVE_CHARS = 5000


# What the spec's units are called on the page; others, as Hz, are the same in every language.
UNITS = {
    "characters": gettext_lazy("characters"),
    "lines": gettext_lazy("lines"),
    "beds": gettext_lazy("sounds"),
    "seconds": gettext_lazy("seconds"),
    "minutes": gettext_lazy("minutes"),
}


def figure(value: float) -> str:
    """A number as the page's language writes it: 7.5 or 7,5."""
    return number_format(f"{value:g}")


def in_words(limits: spec.Range) -> str:
    """A range as in “from 20 to 1500 Hz”."""
    text = _("from %(low)s to %(high)s") % {
        "low": figure(limits.low), "high": figure(limits.high)
    }  # fmt: skip
    return f"{text} {UNITS.get(limits.unit, limits.unit)}".rstrip()


def at_most(limits: spec.Range) -> str:
    """What may have no more than so many, but none as well."""
    return _("must have at most %(high)s %(unit)s") % {
        "high": figure(limits.high), "unit": UNITS.get(limits.unit, limits.unit)
    }  # fmt: skip


class Number(forms.FloatField):
    """A number for the place ``path`` of a spec, where it is divided by ``per`` (100 for percent).

    The browser is told the limits, which are the spec's own; they hold without it as well.
    Left empty, the spec's usual value is taken.
    """

    def __init__(self, label, path: str, limits: spec.Range, *, per=1, step="any", **options):
        self.path, self.per = path, per
        self.limits = spec.Range(
            limits.low * per, limits.high * per, "" if per > 1 else limits.unit
        )
        attrs = {"min": f"{self.limits.low:g}", "max": f"{self.limits.high:g}", "step": step}
        widget = forms.NumberInput(attrs=attrs)
        super().__init__(label=label, widget=widget, **{"required": False} | options)

    def validate(self, value):
        """Refuse what is no number, or out of the limits."""
        super().validate(value)
        if value is not None and not self.limits.low <= value <= self.limits.high:
            raise forms.ValidationError(_("Must be %(range)s.") % {"range": in_words(self.limits)})


class WholeNumber(Number):
    """A number without a fraction."""

    def __init__(self, *args, **options):
        super().__init__(*args, **{"step": "1"} | options)

    def to_python(self, value):
        """The number as an int; no fraction is rounded away in silence."""
        number = super().to_python(value)
        if number is None or not number.is_integer():
            if number is not None and abs(number) < float("inf"):
                whole = forms.IntegerField.default_error_messages["invalid"]
                raise forms.ValidationError(whole, code="invalid")
            return number
        return int(number)


class Choice(forms.ChoiceField):
    """One of a few words for the place ``path`` of a spec; left empty, the spec's usual one."""

    def __init__(self, label, path: str, choices, **options):
        self.path, self.per = path, None
        super().__init__(label=label, choices=choices, **{"required": False} | options)


class Points(forms.CharField):
    """The course of a beat as somebody drew it: JSON ``[[share, hz, curve], …]``.

    ``share`` is that of the track, from 0 to 1; so the course fits a track of any length.
    """

    def to_python(self, value) -> tuple[Point, ...]:
        """The points; none for an empty field."""
        text = super().to_python(value)
        if not text:
            return ()
        try:
            drawn = json.loads(text[: CURVE_CHARS + 1])
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("The curve cannot be read. Draw it again.")) from None
        if not isinstance(drawn, list):
            raise forms.ValidationError(_("The curve cannot be read. Draw it again."))
        if not POINTS.low <= len(drawn) <= POINTS.high:
            raise forms.ValidationError(
                _("The curve must have from %(low)d to %(high)d points.")
                % {"low": POINTS.low, "high": POINTS.high}
            )
        points = tuple(_point(number, point) for number, point in enumerate(drawn, start=1))
        _check_order(points)
        return points


def _point(number: int, point: object) -> Point:
    if not isinstance(point, list) or len(point) != 3:
        raise _problem(number, _("is not a point"))
    share, hz, curve = point
    if not _is_between(share, 0, 1):
        raise _problem(number, _("must lie within the track"))
    if not _is_between(hz, BEAT_HZ.low, BEAT_HZ.high):
        raise _problem(number, _("must be %(range)s") % {"range": in_words(BEAT_HZ)})
    if not isinstance(curve, str) or curve not in CURVES:
        raise _problem(number, _("goes on in no way that there is"))
    return Point(float(share), float(hz), curve)


def _is_between(value: object, low: float, high: float) -> bool:
    """Whether it is a number in the limits; true and false are none, and NaN is in no limits."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _check_order(points: tuple[Point, ...]) -> None:
    for number, (here, there) in enumerate(itertools.pairwise(points), start=2):
        if there.share <= here.share:
            raise _problem(number, _("must come after the one before"))


def _problem(number: int, what: str) -> forms.ValidationError:
    text = _("Point %(number)d %(what)s.")
    return forms.ValidationError(text % {"number": number, "what": what})
