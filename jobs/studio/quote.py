"""What a track will come to, told before anything is spent: credits, size, and a time to wait."""

import math
from typing import NamedTuple

from audio import SpecError, TrackSpec
from audio.placement import Spacing, foreseen, spacing
from jobs.models import Job
from jobs.pricing import credits_for
from jobs.studio.scripts import spelled

# Bytes a second of a 16-bit FLAC, as measured: of words alone, with tones, and with noise in it.
WORDS_BYTES, TONES_BYTES, NOISE_BYTES = 16_000, 36_000, 120_000
TUNED_BEDS = ("bowls", "drone")

# Seconds that a worker takes: for a job at all, for each line, and how many times faster than
# it plays it mixes a track. Cautious: a person who waits less than told is not sorry.
START_S = 3.0
LINE_S = 0.3
SPEED = 80

# What of a spec says how long the words take.
WORDS = ("duration_s", "speech", "seed", "fade_in_s", "fade_out_s")

# More than this nobody tells apart, and the answer would grow long.
MOST_MARKS = 2000


class Quote(NamedTuple):
    """What a track will cost, how its lines will lie in it, and what comes of it when.

    ``marks`` are the lines as ``[start_s, stop_s]``, as well as can be told; the browser shows
    them and plays around them. ``spelled`` is how many of the lines the voice cannot read.
    """

    credits: int
    spacing: Spacing
    bytes: int
    making_s: float
    marks: list[list[float]]
    spelled: int

    @property
    def megabytes(self) -> int:
        """Size of the file, as round as it is sure."""
        size = max(1, round(self.bytes / 1e6))
        return round(size, min(0, 2 - len(str(size))))

    def wait_s(self) -> int:
        """Seconds until it is there, with everybody's tracks that wait now before it."""
        wait_s = self.making_s * (1 + Job.objects.active().count())
        step_s = 10 if wait_s < 50 else 60
        return step_s * math.ceil(wait_s / step_s)


def quote_of(recipe: dict) -> Quote | None:
    """The quote of a spec as far as it is chosen; None while words, voice or length are missing."""
    words = {name: recipe[name] for name in WORDS if name in recipe}
    try:
        track = TrackSpec.parse({"title": "quote"} | words)
    except SpecError:
        return None
    speech, duration_s, fades_s = track.speech, track.duration_s, track.fades_s
    marks = foreseen(speech, duration_s, seed=track.seed, fades_s=fades_s)
    return Quote(
        credits=credits_for(speech),
        spacing=spacing(speech, duration_s, fades_s=fades_s),
        bytes=round(duration_s * _bytes_a_second(recipe)),
        making_s=START_S + LINE_S * len(speech.distinct_lines) + duration_s / SPEED,
        marks=[[round(start, 2), round(stop, 2)] for start, stop in marks[:MOST_MARKS]],
        spelled=spelled(speech.lines, speech.voice),
    )


def _bytes_a_second(recipe: dict) -> int:
    if any(bed["kind"] not in TUNED_BEDS for bed in recipe["beds"]):
        return NOISE_BYTES
    return TONES_BYTES if recipe["beats"] or recipe["beds"] else WORDS_BYTES
