"""The brainwave bands: what each is called, where it ends, and the beat that stands for it."""

from typing import NamedTuple

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audio.curves import Value, keyframes_of, values_at
from audio.spec import BEAT_HZ, TrackSpec


class Band(NamedTuple):
    """A range of beats, up to and including ``high_hz``; ``beat_hz`` stands for it."""

    key: str
    name: str | Promise
    beat_hz: float
    high_hz: float
    used_for: str | Promise


# Limits as commonly given: delta 0.5–4, theta 4–8, alpha 8–13, beta 13–30, gamma 30–45 Hz. Light
# delta is another beat of delta's to choose; whatever is told of a beat, it is delta.
BANDS = (
    Band("delta", _("Delta"), 2, 4, _("deep sleep")),
    Band("delta4", _("Light delta"), 4, 4, _("falling asleep")),
    Band("theta", _("Theta"), 6, 8, _("meditation")),
    Band("alpha", _("Alpha"), 10, 13, _("calm and relaxation")),
    Band("beta", _("Beta"), 20, 30, _("alertness and focus")),
    Band("gamma", _("Gamma"), 40, BEAT_HZ.high, _("intense concentration")),
)
BEAT_OF = {band.key: band.beat_hz for band in BANDS}

# A moving beat is looked at so many times on its way.
_LOOKS = 201


def band_at(beat_hz: float) -> Band:
    """The classical band that a beat lies in."""
    return next(band for band in BANDS if beat_hz <= band.high_hz)


def band_of(beat_hz: Value, duration_s: float | None = None) -> Band:
    """The band in the middle of those through which a beat goes, each for as long as it stays.

    Without ``duration_s`` the track ends with the last keyframe.
    """
    end_s = keyframes_of(beat_hz)[-1].time_s if duration_s is None else duration_s
    return band_at(float(np.median(values_at(beat_hz, np.linspace(0, end_s, _LOOKS)))))


def band_of_track(track: TrackSpec) -> str:
    """The key of the band of a track's first beat; empty if it has no beat."""
    return band_of(track.beats[0].beat_hz, track.duration_s).key if track.beats else ""
