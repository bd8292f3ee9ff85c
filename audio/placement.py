"""Where in a track each spoken line begins.

:func:`spacing` plans from estimates, before anything is spoken; :func:`schedule` places the real
clips. The estimates are upper ones and the plan keeps a wider gap, so what was planned fits.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audio.errors import SpeechDoesNotFitError
from audio.randomness import Stream, random_bits
from audio.spec import SAMPLE_RATE, Speech
from audio.speech.pace import estimate_s

LEAD_IN_S = 5.0
LEAD_OUT_S = 5.0

# The least pause between two lines that is planned, and the least that is accepted once the
# clips are there and turn out longer than estimated.
MIN_GAP_S = 1.0
HARD_MIN_GAP_S = 0.3


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
    """One spoken line: its text, and the frame of the track in which it starts."""

    line: str
    start: int


def spacing(speech: Speech, duration_s: float) -> Spacing:
    """Plan the lines of ``speech`` in a track of ``duration_s`` seconds."""
    count = len(speech.lines) * speech.repetitions
    # The offline voice names the letters of a script that is not its own; the others read it.
    reads_every_script = not speech.voice.startswith("espeak:")
    once_s = sum(estimate_s(line, reads_every_script=reads_every_script) for line in speech.lines)
    spoken_s = once_s * speech.repetitions
    leads_s = LEAD_IN_S + LEAD_OUT_S
    gap_s = (duration_s - leads_s - spoken_s) / max(1, count - 1)
    needed_s = leads_s + spoken_s + (count - 1) * MIN_GAP_S
    return Spacing(
        count=count,
        spoken_s=spoken_s,
        gap_s=gap_s,
        every_s=gap_s + spoken_s / count,
        needed_s=needed_s,
        fits=needed_s <= duration_s,
    )


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
    order: Sequence[str], frames_of: Mapping[str, int], total_frames: int
) -> list[Placement]:
    """Spread the lines over a track: none dropped, none cut, none over another.

    The first starts where the lead-in ends, the last ends where the lead-out begins, and the
    pauses between them are equal to the frame.

    Parameters
    ----------
    order : the lines as they are to be spoken.
    frames_of : length in frames of the clip of each line.
    total_frames : length of the track.

    Raises
    ------
    SpeechDoesNotFitError
        The track is too short for the clips with 0.3 s between them.
    """
    lead_in, lead_out, least_gap = (
        round(s * SAMPLE_RATE) for s in (LEAD_IN_S, LEAD_OUT_S, HARD_MIN_GAP_S)
    )
    gaps = max(1, len(order) - 1)
    spoken = sum(frames_of[line] for line in order)
    silence = total_frames - lead_in - lead_out - spoken
    least_silence = least_gap * (len(order) - 1)
    if silence < least_silence:
        raise SpeechDoesNotFitError((total_frames - silence + least_silence) / SAMPLE_RATE)
    placements = []
    before = lead_in
    for number, line in enumerate(order):
        placements.append(Placement(line, before + silence * number // gaps))
        before += frames_of[line]
    return placements
