"""The brainwave bands a person chooses from, each with the beat it stands for."""

from typing import NamedTuple

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audio import TrackSpec
from audio.curves import values_at


class Band(NamedTuple):
    """A named beat: ``beat_hz`` lies in the band that ``name`` says."""

    key: str
    name: str | Promise
    beat_hz: float
    used_for: str | Promise


# Limits of the bands: delta 0.5–4, theta 4–8, alpha 8–13, beta 13–30, gamma 30–45 Hz.
BANDS = (
    Band("delta", _("Delta"), 2, _("deep sleep")),
    Band("delta4", _("Light delta"), 4, _("falling asleep")),
    Band("theta", _("Theta"), 6, _("meditation")),
    Band("alpha", _("Alpha"), 10, _("calm and relaxation")),
    Band("beta", _("Beta"), 20, _("alertness and focus")),
    Band("gamma", _("Gamma"), 40, _("intense concentration")),
)
# Where each band ends, in Hz; what lies above the last is gamma too.
ENDS = {"delta": 4, "theta": 8, "alpha": 13, "beta": 30, "gamma": 45}
MOMENTS = 201
CUSTOM = "custom"
BEAT_OF = {band.key: band.beat_hz for band in BANDS}


def band_of(beat_hz: float) -> str:
    """The key of the band that stands for exactly this beat, else ``custom``."""
    return next((band.key for band in BANDS if band.beat_hz == beat_hz), CUSTOM)


def band_at(beat_hz: float) -> str:
    """The key of the classical band in which a beat lies; each ends where the next begins."""
    return next((key for key, end in ENDS.items() if beat_hz <= end), "gamma")


def band_of_track(track: TrackSpec) -> str:
    """The key of the band in which the track's first beat spends most of its time; "" without."""
    if not track.beats:
        return ""
    moments = np.linspace(0, track.duration_s, MOMENTS)
    return band_at(float(np.median(values_at(track.beats[0].beat_hz, moments))))
