"""What was measured of a finished track, in human words, and the figures behind them.

A certificate comes from the report as plain values, see :meth:`audio.measure.Certificate.to_dict`.
"""

import math
from collections.abc import Iterator
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

Found = dict[str, Any]

# Music as streamed today lies around −14 LUFS, spoken programmes around −19, broadcast at −23.
COMFORTABLE_LUFS = (-21.0, -15.0)
# dB per octave of the noises that have a name, and how near one has to come to be called so.
NOISES = {
    0.0: gettext_lazy("white"),
    -3.01: gettext_lazy("pink"),
    -6.02: gettext_lazy("brown"),
    3.01: gettext_lazy("blue"),
    6.02: gettext_lazy("violet"),
}
NEAR_DB = 0.4
STEADY_HZ = 0.005
LEAST_HZ = 1e-6


def in_words(found: Found) -> list[str]:
    """The certificate as sentences, the most telling first."""
    parts = [_loudness, _beats, _noise, _speech, _peak]
    return [sentence for part in parts for sentence in part(found)]


def figures(found: Found) -> list[tuple[str, str]]:
    """Every figure with its name, as `manage.py measure` prints them."""
    return [*_sound_figures(found), *_beat_figures(found), *_other_figures(found)]


def _loudness(found: Found) -> Iterator[str]:
    lufs = found["loudness"]["integrated_lufs"]
    if lufs is None:
        return
    low, high = COMFORTABLE_LUFS
    values = {"lufs": _number(lufs, 1)}
    if lufs < low:
        yield _("It measures %(lufs)s LUFS: quieter than most music.") % values
    elif lufs > high:
        yield _("It measures %(lufs)s LUFS: about as loud as music.") % values
    else:
        yield _("It measures %(lufs)s LUFS: comfortable beside other music.") % values


def _beats(found: Found) -> Iterator[str]:
    for beat in found["beats"]:
        readings = [r for r in beat["readings"] if r["beat_hz"] is not None]
        if not readings:
            continue
        measured = [reading["beat_hz"] for reading in readings]
        low, high = min(measured), max(measured)
        if high - low < STEADY_HZ:
            sentence = _("The beat is %(hz)s Hz") % {"hz": _number(low, 3)}
        else:
            values = {
                "first": _clock(readings[0]["time_s"]),
                "last": _clock(readings[-1]["time_s"]),
                "low": _number(low, 2),
                "high": _number(high, 2),
            }
            sentence = (
                _("From %(first)s to %(last)s the beat moves between %(low)s and %(high)s Hz")
                % values
            )
        errors = [abs(r["beat_error_hz"]) for r in readings if r["beat_error_hz"] is not None]
        yield f"{sentence}{_exactness(max(errors)) if errors else ''}."


def _exactness(error_hz: float) -> str:
    if error_hz <= LEAST_HZ:
        return _(", exact to a millionth of a hertz")
    if error_hz <= 1e-3:
        return _(", exact to a thousandth of a hertz")
    return _(", within %(error)s Hz of what was meant") % {"error": _bound(error_hz, 3)}


def _noise(found: Found) -> Iterator[str]:
    noise = found["noise"]
    if not noise:
        return
    slope = noise["db_per_octave"]
    values = {"slope": _number(abs(slope), 2)}
    name = next((name for at, name in NOISES.items() if abs(slope - at) <= NEAR_DB), None)
    if noise["mixed_with"] or name is None:
        if slope < -NEAR_DB:
            yield _("The sounds around it grow softer by %(slope)s dB each octave.") % values
    elif abs(slope) <= NEAR_DB:
        yield _("The noise is even over all pitches, as white noise is.")
    else:
        way = _("falls") if slope < 0 else _("rises")
        yield _("The noise %(way)s by %(slope)s dB each octave, as %(name)s noise does.") % {
            **values, "way": way, "name": name,
        }  # fmt: skip


def _speech(found: Found) -> Iterator[str]:
    places, meant = found["speech"]["places_s"], found["speech"]["lines_meant"]
    if not places:
        return
    values = {"n": len(places), "first": _clock(places[0][0]), "last": _clock(places[-1][1])}
    if len(places) != meant:
        yield _("Words are heard from %(first)s to %(last)s.") % values
    elif meant == 2:
        yield _("Both spoken lines are there, from %(first)s to %(last)s.") % values
    else:
        yield (
            ngettext(
                "The spoken line is there, at %(first)s.",
                "All %(n)d spoken lines are there, from %(first)s to %(last)s.",
                len(places),
            )
            % values
        )


def _peak(found: Found) -> Iterator[str]:
    peak_db = found["loudness"]["true_peak_db"]
    if peak_db is not None and peak_db <= -0.9:
        yield _("Its highest peak is %(peak)s dBTP: nothing distorts on the way to your ears.") % {
            "peak": _number(peak_db, 1)
        }


def _sound_figures(found: Found) -> Iterator[tuple[str, str]]:
    loudness = found["loudness"]
    parts = [f"{_number(found['duration_s'], 3)} s", f"{found['sample_rate']} Hz"]
    yield _("Length"), ", ".join([*parts, _depth(found["subtype"])])
    meant = found["target_lufs"]
    aim = "" if meant is None else _(", meant %(lufs)s") % {"lufs": _number(meant, 1)}
    yield _("Integrated loudness"), f"{_number(loudness['integrated_lufs'], 1)} LUFS{aim}"
    yield _("Loudness range"), f"{_number(loudness['range_lu'], 1)} LU"
    yield _("True peak"), f"{_number(loudness['true_peak_db'], 1)} dBTP"


def _beat_figures(found: Found) -> Iterator[tuple[str, str]]:
    for beat in found["beats"]:
        for reading in beat["readings"]:
            name = _("Beat at %(time)s") % {"time": _clock(reading["time_s"])}
            yield name, _reading(reading)


def _reading(reading: Found) -> str:
    parts = []
    for name, hz, error in (
        ("", reading["beat_hz"], reading["beat_error_hz"]),
        (_("on "), reading["carrier_hz"], reading["carrier_error_hz"]),
    ):
        if hz is not None:
            off = "" if error is None else f" ({_deviation(error)})"
            parts.append(f"{name}{_number(hz, 6)} Hz{off}")
    if reading["depth"] is not None:
        parts.append(_("%(percent)s %% deep") % {"percent": _number(100 * reading["depth"], 0)})
    return ", ".join(parts) or _("does not stand out")


def _deviation(hz: float) -> str:
    """Measured less meant, in two figures that count."""
    if abs(hz) < LEAST_HZ:
        return _("less than %(hz)s Hz off") % {"hz": _number(LEAST_HZ, 6)}
    decimals = max(1, 1 - math.floor(math.log10(abs(hz))))
    # A final zero would promise a figure more.
    text = f"{abs(hz):.{decimals}f}".rstrip("0").rstrip(".")
    sign = "−" if hz < 0 else "+"
    return f"{sign}{number_format(text)} Hz"


def _depth(subtype: str) -> str:
    """How samples are kept, for who does not know libsndfile's names."""
    if subtype.startswith("PCM_"):
        return _("%(n)s bit") % {"n": subtype.removeprefix("PCM_")}
    return subtype


def _other_figures(found: Found) -> Iterator[tuple[str, str]]:
    if noise := found["noise"]:
        values = {
            "slope": _number(noise["db_per_octave"], 2),
            "stray": _bound(noise["deviation_db"], 1),
        }
        yield (
            _("Noise"),
            _("%(slope)s dB per octave, bands within %(stray)s dB") % values,
        )
    heard, meant = found["speech"]["count"], found["speech"]["lines_meant"]
    if meant is None or heard or meant:
        of = "" if meant is None else _(" of %(meant)s meant") % {"meant": meant}
        yield _("Spoken lines heard"), f"{heard}{of}"


def _number(value: float | None, decimals: int) -> str:
    if value is None:
        return "−∞"
    return number_format(value, decimals).replace("-", "−")


def _bound(value: float, decimals: int) -> str:
    """A figure that is promised: never less than what was measured."""
    steps = 10**decimals
    return _number(math.ceil(round(steps * value, 6)) / steps, decimals)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
