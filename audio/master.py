"""The gain and the limiter that bring a whole track to its loudness, known before it is rendered.

Layers that have nothing in common add in power. So the course of the loudness follows from the
K-weighted energy of each part in each tenth of a second (``guesses``). How loud the whole then is,
and what a limiter leaves of it, is heard in moments of the mix itself (``rehearsal``), which stand
for all others (``survey``).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import scipy

from audio.guesses import Course, Foretelling, Line, Part, ones
from audio.levels import amplitude_of
from audio.limiter import CEILING_DB, REACH_S
from audio.loudness import STEPS_A_SECOND, integrated_lufs, lufs, windowed
from audio.rehearsal import Rehearsal
from audio.survey import Survey

# Where the limiter holds a track below its loudness, more gain is tried, and then a shorter reach,
# which lets the sound between two peaks be louder but bends low tones: pairs of a reach in seconds
# and the most gain, in dB over what would do without a limiter.
LIMITERS = ((REACH_S, 8), (0.016, 4), (0.005, 4), (0.0015, 24))
CLOSE_LU = 0.001

CEILING = amplitude_of(CEILING_DB)


class Mastering(NamedTuple):
    """The factor on the mix, and the reach in seconds of the limiter behind it."""

    gain: float = 1.0
    reach_s: float = REACH_S


def mastering(
    parts: Sequence[Part],
    *,
    target_lufs: float,
    total_frames: int,
    sample_rate: int,
    speech: Part | None = None,
    lines: Sequence[Line] = (),
    fade: Course = ones,
    look: Callable[[], None] = lambda: None,
) -> Mastering:
    """What brings the mix, once limited, to an integrated loudness of ``target_lufs``.

    Parameters
    ----------
    parts : everything that sounds but the speech.
    target_lufs : integrated loudness wanted, in LUFS.
    total_frames : length of the track, 0.4 s or more.
    sample_rate : in Hz.
    speech : the spoken lines, all in one layer.
    lines : where they are, their room and echo included.
    fade : gain of the whole at times in seconds.
    look : called every now and then; may raise, to stop.

    Returns
    -------
    Mastering
        One that changes nothing, for a track that makes no sound; where the ceiling leaves no room
        for the target, the nearest to it that was found.
    """
    blocks = _foretold(
        Foretelling(total_frames=total_frames, sample_rate=sample_rate, fade=fade, look=look),
        parts,
        speech,
        lines,
    )
    if not blocks.any():
        return Mastering()
    parts = [*parts, speech] if speech else parts
    about_db = _gain_db(blocks, target_lufs)
    survey = Survey(blocks * amplitude_of(about_db) ** 2)
    rehearsal = Rehearsal(
        parts,
        fade=fade,
        sample_rate=sample_rate,
        ceiling=CEILING,
        exact_above=CEILING / amplitude_of(about_db),
        look=look,
    )
    while True:
        rehearsal.hear(survey.draw() / STEPS_A_SECOND)
        found = _brought_to(target_lufs, survey, rehearsal, from_db=about_db)
        if survey.is_enough(rehearsal.energies(*found)):
            return found


def _foretold(
    foretelling: Foretelling, parts: Sequence[Part], speech: Part | None, lines: Sequence[Line]
) -> np.ndarray:
    """Energies of all the gating blocks."""
    steps = sum((foretelling.of_part(part) for part in parts), np.zeros(1, np.float32))
    return windowed(steps + foretelling.of_lines(speech, lines) if speech else steps)


def _gain_db(blocks: np.ndarray, target_lufs: float) -> float:
    """What brings blocks of these energies to an integrated loudness, without a limiter."""
    # First as if all were as loud as the loudest: then the absolute gate lets enough through.
    gain_db = target_lufs - lufs(blocks.max())
    for _ in range(4):
        gain_db += target_lufs - integrated_lufs(blocks * amplitude_of(gain_db) ** 2)
    return gain_db


def _brought_to(
    target_lufs: float, survey: Survey, rehearsal: Rehearsal, *, from_db: float
) -> Mastering:
    """As far as it is known."""
    tried: list[tuple[float, Mastering]] = []

    def missing_lu(gain_db: float, reach_s: float | None) -> float:
        found = Mastering(amplitude_of(gain_db), reach_s)
        missing = target_lufs - survey.integrated_lufs(rehearsal.energies(*found))
        if reach_s is not None:
            tried.append((abs(missing), found))
        return missing

    open_db = from_db
    if not np.isfinite(missing_lu(open_db, None)):
        # Nothing of what is foretold was heard.
        return Mastering(amplitude_of(open_db))
    for _ in range(4):
        open_db += missing_lu(open_db, None)
    for reach_s, push_db in LIMITERS:
        most_db = open_db + push_db
        # The way there may have jumps: with more gain, what is quiet comes to count.
        if missing_lu(open_db, reach_s) > CLOSE_LU and missing_lu(most_db, reach_s) <= 0:
            scipy.optimize.brentq(missing_lu, open_db, most_db, (reach_s,), xtol=1e-9)
        if min(tried)[0] <= CLOSE_LU:
            break
    return min(tried)[1]
