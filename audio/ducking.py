"""The beds step back while somebody speaks."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from audio.curves import Value, softened, values_at
from audio.knots import between_knots, knots_of
from audio.levels import amplitude_of


class Ducking:
    """The gain of the beds: down before a line begins, up again after it has ended.

    Parameters
    ----------
    spoken : (start, stop) of each line in frames, sorted, none over another.
    duck_db : how far down.
    attack_s : seconds from unchanged to fully down, which is when the line begins.
    release_s : seconds from the end of the line to unchanged.
    """

    def __init__(
        self,
        spoken: Sequence[tuple[int, int]],
        *,
        duck_db: Value,
        attack_s: float,
        release_s: float,
        sample_rate: int,
    ) -> None:
        self._rate, self._duck_db = sample_rate, softened(duck_db)
        self._attack_s, self._release_s = attack_s, release_s
        edges = np.array(spoken, np.float64).reshape(-1, 2) / sample_rate
        self._starts_s = np.append(edges[:, 0], np.inf)
        self._stops_s = np.insert(edges[:, 1], 0, -np.inf)
        self._near_s = [
            (start_s - attack_s, stop_s + release_s) for start_s, stop_s in edges.tolist()
        ]

    def gains(self, start: int, frames: int) -> np.ndarray | None:
        """The gain at each frame, float32 of shape (frames,); None where it is 1 throughout."""
        knots = knots_of(start, frames)
        if not self._is_near(knots[0] / self._rate, knots[-1] / self._rate):
            return None
        return between_knots(self.at(knots / self._rate), start, frames)

    def _is_near(self, first_s: float, last_s: float) -> bool:
        """Whether the gain moves, or is down, between two times."""
        following = bisect_right(self._near_s, (last_s,))
        return following > 0 and self._near_s[following - 1][1] > first_s

    def at(self, times_s: np.ndarray) -> np.ndarray:
        """The gain at ``times_s``: in dB, down and up along half a cosine."""
        following = np.searchsorted(self._starts_s, times_s, side="right")
        coming = 1 - (self._starts_s[following] - times_s) / self._attack_s
        going = 1 - (times_s - self._stops_s[following]) / self._release_s
        near = np.clip(np.maximum(coming, going), 0, 1)
        return amplitude_of(-values_at(self._duck_db, times_s) * np.sin(np.pi / 2 * near) ** 2)
