"""Sines whose frequency moves slowly: by the addition theorem, without a sine for each sample."""

import numpy as np

from audio.curves import Phase

# Frames made at a time, in rows; the phase is exact where rows meet.
STRETCH_FRAMES = 2**15
ROW_FRAMES = 2**8
ROWS = STRETCH_FRAMES // ROW_FRAMES

# Stretches whose rows are worked out together, because few numbers at a time are slow.
STRETCHES = 8

# So many radians may a row's phase leave that of its stretch's middle frequency: the third-order
# term, which is left out, then lies 150 dB below the tone.
MOST_RADIANS = 5e-3

_INDEX = np.arange(ROW_FRAMES)
_PART = _INDEX / ROW_FRAMES


class Oscillator:
    """Cosines of the phases of some tones.

    Notes
    -----
    Let a row begin at phase p, and f be the frequency in the middle of the stretch. The phase u of
    the way through the row is p + f·k + e with e = d·u + q·u·(1 − u), of which d is what the row
    has gone beyond f when it ends, and q tells how it bends. Then

        cos(p + fk + e) ≈ cos(p + fk) − e · sin(p + fk) − e²/2 · cos(p + fk),

    and as cos(p + fk) = cos p · cos fk − sin p · sin fk, all rows together are the product of a
    matrix with six numbers a row and one of six functions of k.
    """

    def __init__(self, phase: Phase) -> None:
        self._phase = phase
        self._number = -1
        self._product = np.empty((phase.tones, ROWS, ROW_FRAMES), np.float32)

    def stretch(self, number: int) -> np.ndarray | None:
        """The tones from frame ``number * STRETCH_FRAMES`` on.

        Returns
        -------
        ndarray, float32, shape (tones, STRETCH_FRAMES)
            In memory that the next call uses again. Or None, where a frequency jumps or moves too
            fast for this.
        """
        group, place = divmod(number, STRETCHES)
        if group != self._number:
            self._prepare(group)
        if not self._is_slow[place]:
            return None
        np.matmul(self._rows[:, place], self._functions[:, place], out=self._product)
        return self._product.reshape(len(self._product), STRETCH_FRAMES)

    def _prepare(self, group: int) -> None:
        start = group * STRETCHES * STRETCH_FRAMES
        middles = start + STRETCH_FRAMES // 2
        speeds = _wrapped(
            self._phase.cycles(middles + 1, STRETCHES, every=STRETCH_FRAMES).copy()
            - self._phase.cycles(middles, STRETCHES, every=STRETCH_FRAMES)
        )
        ends = self._phase.cycles(start, STRETCHES * ROWS + 1, every=ROW_FRAMES)
        gone = np.diff(ends).reshape(len(ends), STRETCHES, -1)
        beyond = 2 * np.pi * _wrapped(gone - ROW_FRAMES * speeds[..., np.newaxis])
        turns = 2 * np.pi * ends[:, :-1].reshape(beyond.shape)
        self._rows, self._functions = _rows(turns, beyond), _functions(2 * np.pi * speeds)
        self._is_slow = [
            self._phase.is_smooth(first, first + STRETCH_FRAMES + 1)
            and np.abs(beyond[:, place]).max() <= MOST_RADIANS
            for place, first in enumerate(start + STRETCH_FRAMES * np.arange(STRETCHES))
        ]
        self._number = group


def _rows(turns: np.ndarray, beyond: np.ndarray) -> np.ndarray:
    """Six numbers for each row, from shape (tones, stretches, rows) to (…, rows, 6)."""
    bent = np.gradient(beyond, axis=-1) / -2
    cosine, sine = np.cos(turns), np.sin(turns)
    once, twice = beyond + bent, beyond * beyond / 2
    rows = np.empty((*turns.shape, 6), np.float32)
    rows[..., 0], rows[..., 1] = cosine, -sine
    rows[..., 2], rows[..., 3] = -once * sine, -once * cosine
    rows[..., 4], rows[..., 5] = bent * sine - twice * cosine, bent * cosine + twice * sine
    return rows


def _functions(speeds: np.ndarray) -> np.ndarray:
    """cos fk and sin fk, times 1, u and u²; from (tones, stretches) to (…, 6, ROW_FRAMES)."""
    turns = speeds[..., np.newaxis] * _INDEX
    waves = np.stack([np.cos(turns), np.sin(turns)], axis=-2)
    return np.concatenate([waves, waves * _PART, waves * _PART**2], axis=-2).astype(np.float32)


def _wrapped(cycles: np.ndarray) -> np.ndarray:
    return cycles - np.rint(cycles)
