"""Where in a track each spoken line begins.

:func:`spacing` and :func:`foreseen` plan from estimates, before anything is spoken;
:func:`schedule` places the real clips. The estimates are upper ones and the plan keeps a wider gap,
so what was planned fits.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from audio.errors import SpeechDoesNotFitError
from audio.randomness import Stream, random_bits
from audio.spec import SAMPLE_RATE, Speech
from audio.speech.pace import estimate_s
from audio.speech.room import tail_s

# The least pause between two lines that is planned, and the least that is accepted once the
# clips are there and turn out longer than estimated.
MIN_GAP_S = 1.0
HARD_MIN_GAP_S = 0.3

# How much of its estimate, which is an upper one, a plain line takes.
USUAL_SHARE = 0.62


@dataclass(frozen=True)
class Spacing:
    """How the lines of a track will be spread, as far as can be told before they are spoken.

    Attributes
    ----------
    count : lines spoken in all, repetitions included.
    spoken_s : estimated seconds of speech in all.
    gap_s : estimated pause between the end of a line and the start of the next; negative when
        the lines do not even fit without pauses. For a single line, the time left over.
    every_s : estimated seconds from the start of a line to the start of the next.
    needed_s : least length of a track that holds the lines.
    fits : whether the track is long enough.
    """

    count: int
    spoken_s: float
    gap_s: float
    every_s: float
    needed_s: float
    fits: bool

    @property
    def needed_min(self) -> int:
        """``needed_s`` in whole minutes, rounded up."""
        return math.ceil(self.needed_s / 60)


@dataclass(frozen=True)
class Placement:
    """One spoken line: its text, the frame of the track in which it starts, and the one in which
    nothing of it is heard any more."""

    line: str
    start: int
    stop: int


def spacing(
    speech: Speech, duration_s: float, *, fades_s: tuple[float, float] = (0.0, 0.0)
) -> Spacing:
    """Plan the lines of ``speech`` in a track of ``duration_s`` seconds with these fades."""
    count = len(speech.lines) * speech.repetitions
    once_s = sum(_estimate_s(speech, line) for line in speech.lines)
    spoken_s = once_s * speech.repetitions + tail_s(room=speech.room, echo=speech.echo) * count
    least_s = spoken_s + (count - 1) * _planned_gap_s(speech)
    needed_s = speech.lead_in_s + speech.lead_out_s + least_s
    gap_s = speech.gaps
    if gap_s == "even":
        left_s = duration_s - sum(_leads_s(speech, duration_s - least_s, fades_s)) - spoken_s
        gap_s = left_s / max(1, count - 1)
    return Spacing(
        count=count,
        spoken_s=spoken_s,
        gap_s=gap_s,
        every_s=gap_s + spoken_s / count,
        needed_s=needed_s,
        fits=needed_s <= duration_s,
    )


def _planned_gap_s(speech: Speech) -> float:
    return MIN_GAP_S if speech.gaps == "even" else speech.gaps


def _leads_s(speech: Speech, room_s: float, fades_s: tuple[float, float]) -> tuple[float, float]:
    """How long before the first line and after the last nobody speaks, where lines and pauses leave
    ``room_s``."""
    leads_s = speech.lead_in_s, speech.lead_out_s
    clear_s = max(leads_s[0], fades_s[0]), max(leads_s[1], fades_s[1])
    return clear_s if sum(clear_s) <= room_s else leads_s


def _estimate_s(speech: Speech, line: str) -> float:
    # The offline voice names the letters of a script that is not its own; the others read it.
    return estimate_s(line, reads_every_script=not speech.voice.startswith("espeak:"))


def foreseen(
    speech: Speech,
    duration_s: float,
    *,
    seed: int = 0,
    fades_s: tuple[float, float] = (0.0, 0.0),
) -> list[tuple[float, float]]:
    """Where the lines will lie, as well as can be told before they are spoken.

    Returns
    -------
    list of (start, stop)
        Of each line in seconds, sorted, room and echo left out; empty if the lines do not fit.
    """
    tail = tail_s(room=speech.room, echo=speech.echo)
    usual_s = {line: USUAL_SHARE * _estimate_s(speech, line) for line in speech.distinct_lines}
    frames_of = {line: round((usual_s[line] + tail) * SAMPLE_RATE) for line in usual_s}
    try:
        frames = round(duration_s * SAMPLE_RATE)
        places = schedule(speech, frames_of, frames, seed=seed, fades_s=fades_s)
    except SpeechDoesNotFitError:
        return []
    starts_s = [place.start / SAMPLE_RATE for place in places]
    return [(at, at + usual_s[p.line]) for at, p in zip(starts_s, places, strict=True)]


def spoken_order(speech: Speech, seed: int) -> tuple[str, ...]:
    """The lines in the order they are spoken, each repetition of the list complete.

    In order, the list is repeated as written. Shuffled, each repetition is a permutation that
    follows from ``seed``, and no line comes twice in a row unless there is no other way.
    """
    if speech.order == "in_order":
        return speech.lines * speech.repetitions
    bits = random_bits(seed, Stream.ORDER)
    order: list[str] = []
    for _ in range(speech.repetitions):
        keys = bits.random_raw(len(speech.lines))
        shuffled = [speech.lines[i] for i in keys.argsort(kind="stable")]
        order += _apart(shuffled, previous=order[-1] if order else None)
    return tuple(order)


def _apart(lines: list[str], *, previous: str | None) -> list[str]:
    """Reorder ``lines`` as little as needed for no line to follow itself, nor ``previous``.

    Greedy: take the first that differs from the one before. Only a line that makes up more than
    half of what is left must be taken at once, or its copies would end up side by side.
    """
    left = Counter(lines)
    repeated = [line for line, count in left.items() if count > 1]
    queue, order = list(lines), []
    while queue:
        crowded = (line for line in repeated if 2 * left[line] > len(queue))
        differing = (line for line in queue if line != previous)
        choice = next(crowded, None) or next(differing, queue[0])
        queue.remove(choice)
        left[choice] -= 1
        order.append(choice)
        previous = choice
    return order


def schedule(
    speech: Speech,
    frames_of: Mapping[str, int],
    total_frames: int,
    *,
    seed: int = 0,
    sample_rate: int = SAMPLE_RATE,
    fades_s: tuple[float, float] = (0.0, 0.0),
) -> list[Placement]:
    """Spread the lines over a track: none dropped, none cut, none over another.

    The first starts where the lead-in ends. With even gaps the last ends where the lead-out
    begins, and the pauses are equal to the frame; with chosen ones, silence is left at the end.
    Where there is room, nobody speaks while the track fades in or out either. Jitter then moves
    each line, at most so far that the least pause of 0.3 s is kept.

    Parameters
    ----------
    frames_of : length in frames of the sound of each line, its room and echo included.
    total_frames : length of the track.
    seed : of the track; feeds shuffling and jitter.
    fades_s : how long the track fades in and out.

    Raises
    ------
    SpeechDoesNotFitError
        The track is too short for the clips with the pauses chosen, or with 0.3 s between them.
    """
    order = spoken_order(speech, seed)
    even = speech.gaps == "even"
    count = max(1, len(order) - 1)
    spoken = sum(frames_of[line] for line in order)
    room_s = (total_frames - spoken) / sample_rate - (len(order) - 1) * _planned_gap_s(speech)
    lead_in, lead_out, hard_least = (
        round(s * sample_rate) for s in (*_leads_s(speech, room_s, fades_s), HARD_MIN_GAP_S)
    )
    least_gap = hard_least if even else round(speech.gaps * sample_rate)
    silence = total_frames - lead_in - lead_out - spoken
    least_silence = least_gap * (len(order) - 1)
    if silence < least_silence:
        raise SpeechDoesNotFitError((total_frames - silence + least_silence) / sample_rate)
    pauses = silence if even else least_gap * count
    starts, before = [], lead_in
    for number, line in enumerate(order):
        starts.append(before + pauses * number // count)
        before += frames_of[line]
    # Half of what a pause has to spare: two neighbours that come nearer share it.
    room = min(round(speech.jitter_s * sample_rate), (pauses // count - hard_least) // 2)
    moves = _moves(len(order), room, seed)
    latest = total_frames - lead_out
    placements = []
    for line, start, move in zip(order, starts, moves, strict=True):
        start = min(max(start + move, lead_in), latest - frames_of[line])
        placements.append(Placement(line, start, start + frames_of[line]))
    return placements


def _moves(count: int, most: int, seed: int) -> list[int]:
    """Whole numbers from −``most`` to ``most`` at random; all 0 where there is no room."""
    if most <= 0:
        return [0] * count
    words = random_bits(seed, Stream.JITTER).random_raw(count) >> np.uint64(32)
    return [int(word) * (2 * most + 1) // 2**32 - most for word in words]
