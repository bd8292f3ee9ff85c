"""Sound out of grains, each of which fades into the next while power stands still."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from audio.beds.pieces import PiecesLayer

# Pieces that are planned together, because few numbers at a time are slow.
STRETCH = 16

# The series of chances that says from which places the grains are taken.
PLACES = 16


class GrainsLayer(PiecesLayer):
    """Grains of ``GRAIN`` frames that have nothing in common, ``GRAINS`` of them a piece.

    Each fades into the next over ``FADE`` frames along quarter sines, whose squares sum to one:
    power stands still, and there is no seam. Several are made at a time because that is fastest.
    """

    GRAIN: ClassVar[int] = 4096
    FADE: ClassVar[int] = 512
    GRAINS: ClassVar[int] = 8

    def __init_subclass__(cls) -> None:
        cls.STEP = cls.GRAIN - cls.FADE
        cls.HOP, cls.TAIL = cls.GRAINS * cls.STEP, cls.FADE

    def _prepare(self) -> None:
        rise = np.sin(np.pi / 2 * (np.arange(self.FADE) + 0.5) / self.FADE)
        self._rise = rise.astype(np.float32)
        self._grains = np.empty((self.GRAINS, 2, self.GRAIN), np.float32)
        self._whole = np.zeros((2, self.HOP + self.TAIL), np.float32)
        self._planned: int | None = None

    @abstractmethod
    def _fill(self, grains: np.ndarray, number: int) -> None:
        """Put the grains of piece ``number`` into ``grains``, shape (GRAINS, 2, GRAIN)."""

    def _places(self, number: int, *, among: int) -> list[int]:
        """A random whole number below ``among`` for each grain of piece ``number`` and ear."""
        stretch, place = divmod(number, STRETCH)
        if stretch != self._planned:
            grains = 2 * self.GRAINS * STRETCH
            chances = self._chance(PLACES, stretch * grains + np.arange(grains))
            self._plan = (chances * among).astype(np.int64).reshape(STRETCH, -1).tolist()
            self._planned = stretch
        return self._plan[place]

    def _piece(self, number: int) -> np.ndarray:
        grains, whole = self._grains, self._whole
        self._fill(grains, number)
        grains[..., : self.FADE] *= self._rise
        grains[..., self.STEP :] *= self._rise[::-1]
        steps = whole[:, : self.HOP].reshape(2, self.GRAINS, self.STEP).swapaxes(0, 1)
        np.copyto(steps, grains[..., : self.STEP])
        steps[1:, :, : self.FADE] += grains[:-1, :, self.STEP :]
        whole[:, self.HOP : self.HOP + self.FADE] = grains[-1, :, self.STEP :]
        whole[:, self.HOP + self.FADE :] = 0
        return whole
