"""The sounds of the front page: ten minutes of each band, which the browser plays by itself."""

from audio import TrackSpec
from jobs.bands import BANDS

LENGTH_S = 600
CARRIER_HZ = 160
# What lies around the beat: slower bands by the sea, quicker ones in the rain.
SEA = (
    {"kind": "ocean", "level_db": -24, "period_s": 11},
    {"kind": "drone", "level_db": -34, "key": "A", "octave": 2, "chord": "fifth"},
    {"kind": "noise", "colour": "brown", "level_db": -36},
)
RAIN = (
    {"kind": "rain", "level_db": -26, "intensity": 0.4},
    {"kind": "drone", "level_db": -36, "key": "D", "octave": 3, "chord": "octave"},
)
RAIN_FROM_HZ = 10


def front_sounds() -> dict[str, dict]:
    """A track spec, ready for JSON, by the key of its band."""
    return {band.key: _sound(band.beat_hz) for band in BANDS}


def _sound(beat_hz: float) -> dict:
    spec = TrackSpec.parse(
        {
            "title": "Entrain",
            "duration_s": LENGTH_S,
            "beats": [
                {
                    "kind": "binaural",
                    "beat_hz": beat_hz,
                    "carrier_hz": CARRIER_HZ,
                    "level_db": -24,
                }
            ],
            "beds": RAIN if beat_hz >= RAIN_FROM_HZ else SEA,
            "fade_in_s": 3,
        }
    )
    return spec.model_dump(mode="json", exclude_unset=True)
