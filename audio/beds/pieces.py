"""Endless sound out of overlapping pieces, each made from its number alone."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from audio.beds.layer import BedLayer


class PiecesLayer(BedLayer):
    """A sound of pieces that begin ``HOP`` frames apart and ring on for ``TAIL`` frames more.

    A piece follows from the seed and its number, so the sound is the same in blocks of any size
    and can be asked for from any frame on. It never repeats and takes the same memory for ever.
    """

    HOP: ClassVar[int]
    TAIL: ClassVar[int]  # at most HOP

    _number: int | None = None

    @abstractmethod
    def _piece(self, number: int) -> np.ndarray:
        """Piece ``number`` (−1 and up) at its level, float32 of shape (2, HOP + TAIL).

        The memory may be that of the piece before.
        """

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the frames from ``start`` on to ``block``, floats of shape (frames, 2)."""
        done = 0
        while done < len(block):
            number, skipped = divmod(start + done, self.HOP)
            sound = self._sound_of(number)[:, skipped : skipped + len(block) - done]
            part = block[done : done + sound.shape[1]]
            part[:, 0] += sound[0]
            part[:, 1] += sound[1]
            done += len(part)

    def _sound_of(self, number: int) -> np.ndarray:
        """The ``HOP`` frames from where piece ``number`` begins, the one before ringing out."""
        if number != self._number:
            if self._number is None or number != self._number + 1:
                self._ringing = self._narrowed(self._piece(number - 1))[:, self.HOP :].copy()
            piece = self._narrowed(self._piece(number))
            piece[:, : self.TAIL] += self._ringing
            self._sound, self._ringing = piece[:, : self.HOP], piece[:, self.HOP :].copy()
            self._number = number
        return self._sound

    def _bits(self, number: int) -> np.random.PCG64:
        return np.random.PCG64(self._seeds(1, number + 1))
