"""A track in words, and all that its file says of itself."""

from datetime import date

from audio import cover
from audio.curves import Keyframe, keyframes_of
from audio.spec import Beat, Bed, TrackSpec
from audio.tags import Chapter, Tags

_BEDS = {"bowls": "singing bowls", "ocean": "ocean waves"}


def tags_of(spec: TrackSpec, *, day: date) -> Tags:
    """The tags of a track that was made on ``day``; its phases are the chapters."""
    return Tags(
        title=spec.title,
        date=day.isoformat(),
        description=describe(spec),
        recipe=spec.to_json(),
        chapters=tuple(Chapter(phase.name, phase.start_s) for phase in spec.phases),
        cover=cover.png(spec),
    )


def describe(spec: TrackSpec) -> str:
    """One sentence on what sounds in the track; empty if nothing does."""
    parts = [*map(_beat, spec.beats), *map(_bed, spec.beds)]
    if spec.speech:
        count = len(spec.speech.lines) * spec.speech.repetitions
        parts.append(f"{count} spoken {'line' if count == 1 else 'lines'}")
    if not parts:
        return ""
    *others, last = parts
    sentence = f"{', '.join(others)} and {last}" if others else last
    advice = " Listen with headphones." if any(b.kind == "binaural" for b in spec.beats) else ""
    return f"{sentence[0].upper()}{sentence[1:]}.{advice}"


def _beat(beat: Beat) -> str:
    article = "an" if beat.kind[0] in "aeiou" else "a"
    rate = f"{article} {beat.kind} beat of {_span(beat.beat_hz)} Hz"
    return rate if beat.kind == "embedded" else f"{rate} on a tone of {_span(beat.carrier_hz)} Hz"


def _bed(bed: Bed) -> str:
    return f"{bed.colour} noise" if bed.kind == "noise" else _BEDS.get(bed.kind, bed.kind)


def _span(value: float | tuple[Keyframe, ...]) -> str:
    """Where a value begins and ends; or, if it goes beyond both, between what it moves."""
    values = [frame.value for frame in keyframes_of(value)]
    first, last = values[0], values[-1]
    low, high = min(values), max(values)
    if {low, high} != {first, last}:
        return f"between {low:g} and {high:g}"
    return f"{first:g}" if first == last else f"{first:g} to {last:g}"
