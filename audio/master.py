"""The one gain that brings a whole track to its loudness, known before the track is rendered.

Layers that have nothing in common add in power. So the loudness of the mix follows from the
K-weighted energy of each part in each tenth of a second, with gates, fades, ducking and the limiter
applied to those energies.
"""

import math
from collections.abc import Sequence

import numpy as np

from audio.excerpts import Listener
from audio.guesses import Curve, Line, Part, PartGuess, SpeechGuess, ones
from audio.levels import amplitude_of
from audio.limiter import CEILING_DB
from audio.loudness import integrated_lufs, windowed

# A part is heard again as long as what is not known of it could move the loudness of the whole by
# more than this.
DOUBT_LU = 0.12

# The limiter flattens what it cannot lift: beyond this much over the first guess nothing is won.
_MOST_PUSH_DB = 6.0
_CLOSE_ENOUGH_LU = 0.02


def master_gain(
    parts: Sequence[Part],
    *,
    target_lufs: float,
    total_frames: int,
    sample_rate: int,
    speech: Part | None = None,
    lines: Sequence[Line] = (),
    fade: Curve = ones,
    ceiling: float = amplitude_of(CEILING_DB),
) -> float:
    """Factor that brings the mix, once limited, to an integrated loudness of ``target_lufs``.

    Parameters
    ----------
    parts : everything that sounds but the speech.
    target_lufs : integrated loudness wanted, in LUFS.
    total_frames : length of the track.
    sample_rate : in Hz.
    speech : the spoken lines, all in one layer.
    lines : where they are, their room and echo included.
    fade : gain of the whole at times in seconds.
    ceiling : of the limiter behind the gain.

    Returns
    -------
    float
        1.0 for a track that makes no sound.
    """
    listener = Listener(total_frames, sample_rate)
    spoken = SpeechGuess(listener, speech or Part(_Silence()), lines, fade)
    guesses = [PartGuess(listener, part, fade) for part in parts]
    _settle_doubts(guesses, spoken.energies(len(listener.times_s)))
    mix = _Mix(guesses, spoken, len(listener.times_s))

    first_db = target_lufs - mix.loudness_lufs(gain=1.0, ceiling=np.inf)
    if not np.isfinite(first_db):
        return 1.0
    gain_db = first_db
    for _ in range(8):
        missing_db = target_lufs - mix.loudness_lufs(gain=amplitude_of(gain_db), ceiling=ceiling)
        gain_db = min(gain_db + missing_db, first_db + _MOST_PUSH_DB)
        if abs(missing_db) < _CLOSE_ENOUGH_LU:
            break
    return amplitude_of(gain_db)


class _Silence:
    def add_to(self, block: np.ndarray, start: int) -> None:
        pass


def _settle_doubts(guesses: Sequence[PartGuess], spoken: np.ndarray) -> None:
    """Hear more of what is least known, until no doubt about a part could move the loudness.

    A part may do that by its own energy, or by lifting many steps above the gate.
    """
    while unsure := [guess for guess in guesses if not guess.is_known_well]:
        whole = spoken + sum(guess.energies for guess in guesses)
        doubts_lu = [_moved_lu(whole, guess.doubt * guess.energies) for guess in unsure]
        if max(doubts_lu) <= DOUBT_LU:
            break
        unsure[int(np.argmax(doubts_lu))].hear_more()


def _moved_lu(steps: np.ndarray, doubt: np.ndarray) -> float:
    """How far apart the loudness is with ``doubt`` less, and more, energy in each step."""
    found = [_gated_lufs(steps + side * doubt) for side in (-1, 0, 1)]
    return max(found) - min(found) if max(found) > -math.inf else 0.0


def _gated_lufs(steps: np.ndarray) -> float:
    return integrated_lufs(windowed(steps))


class _Mix:
    """Everything together."""

    def __init__(self, guesses: Sequence[PartGuess], spoken: SpeechGuess, steps: int) -> None:
        self._guesses, self._spoken, self._steps = guesses, spoken, steps
        self._energies = [guess.energies for guess in guesses]
        self.peaks = sum(self._peaks_without(None))

    def _peaks_without(self, left_out: PartGuess | None) -> tuple[np.ndarray, np.ndarray]:
        """Peaks of tones, which add up; and of the rest, which seldom meet, nor those of voices."""
        tonal, rough = np.zeros((2, self._steps), np.float32)
        for guess in self._guesses:
            if guess is left_out:
                continue
            if guess.tonal:
                tonal += guess.peaks
            else:
                rough += guess.peaks**2
        return tonal, np.sqrt(rough)

    def loudness_lufs(self, *, gain: float, ceiling: float) -> float:
        """Integrated loudness behind a factor ``gain`` and a limiter at ``ceiling``."""
        left = [np.ones(self._steps, np.float32) for _ in self._guesses]
        for guess in self._guesses:
            tones, others = map(float, map(np.median, self._peaks_without(guess)))
            limited = guess.limited(gain=gain, ceiling=ceiling, tones=tones, others=others)
            if limited:
                for other, power in zip(self._guesses, left, strict=True):
                    np.minimum(power, limited[other is not guess], out=power)
        spoken, turned = self._spoken.limited(self.peaks, gain=gain, ceiling=ceiling)
        for energies, power in zip(self._energies, left, strict=True):
            spoken += energies * np.minimum(power, turned)
        return _gated_lufs(gain**2 * spoken)
