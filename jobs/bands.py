"""The brainwave bands a person chooses from, each with the beat it stands for."""

from typing import NamedTuple


class Band(NamedTuple):
    """A named beat: ``beat_hz`` lies in the band that ``name`` says."""

    key: str
    name: str
    beat_hz: float
    used_for: str


# Limits of the bands: delta 0.5–4, theta 4–8, alpha 8–13, beta 13–30, gamma 30–45 Hz.
BANDS = (
    Band("delta", "Delta", 2, "deep sleep"),
    Band("delta4", "Light delta", 4, "falling asleep"),
    Band("theta", "Theta", 6, "meditation"),
    Band("alpha", "Alpha", 10, "calm and relaxed"),
    Band("beta", "Beta", 20, "alert and focused"),
    Band("gamma", "Gamma", 40, "intense concentration"),
)
CUSTOM = "custom"
BEAT_OF = {band.key: band.beat_hz for band in BANDS}


def band_of(beat_hz: float) -> str:
    """The key of the band that stands for exactly this beat, else ``custom``."""
    return next((band.key for band in BANDS if band.beat_hz == beat_hz), CUSTOM)
