"""What a track will come to, told before anything is spent: credits, size, and a time to wait."""

from typing import NamedTuple

from audio import SpecError, TrackSpec
from audio.placement import Spacing, foreseen, spacing
from jobs.models import Job
from jobs.pricing import credits_for

# Bytes a second of a 16-bit FLAC: words and a tone over digital silence, and what beds add.
QUIET_BYTES_A_SECOND = 60_000
BED_BYTES_A_SECOND = 60_000

# Seconds that a worker takes: for a job at all, for each line, and how many times faster than
# it plays it mixes a track. Cautious: a person who waits less than told is not sorry.
START_S = 3.0
LINE_S = 0.3
SPEED = 60

# More than this nobody tells apart, and the answer would grow long.
MOST_MARKS = 2000


class Quote(NamedTuple):
    """What a track will cost, how its lines will lie in it, and what comes of it when.

    ``marks`` are the lines as ``[start_s, stop_s]``, as well as can be told; the browser shows
    them and plays around them.
    """

    credits: int
    spacing: Spacing
    bytes: int
    making_s: float
    marks: list[list[float]]

    def wait_s(self) -> float:
        """Seconds until it is there, with everybody's tracks that wait now before it."""
        return self.making_s * (1 + Job.objects.active().count())


def quote_of(recipe: dict) -> Quote | None:
    """The quote of a spec as far as it is chosen; None while words, voice or length are missing."""
    beds = len(recipe["beds"])
    try:
        words = {name: recipe[name] for name in ("duration_s", "speech", "seed")}
        track = TrackSpec.parse({"title": "quote"} | words)
    except SpecError:
        return None
    lines = len(track.speech.distinct_lines)
    marks = foreseen(track.speech, track.duration_s, seed=track.seed)
    return Quote(
        credits=credits_for(track.speech),
        spacing=spacing(track.speech, track.duration_s),
        bytes=round(track.duration_s * (QUIET_BYTES_A_SECOND + bool(beds) * BED_BYTES_A_SECOND)),
        marks=[[round(start, 2), round(stop, 2)] for start, stop in marks[:MOST_MARKS]],
        making_s=START_S + LINE_S * lines + track.duration_s / SPEED,
    )
