"""Where in a recording somebody speaks."""

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from audio.spec import TrackSpec

BAND_HZ = 500.0, 4000.0
STEPS_A_SECOND = 20

# What both ears share in this band is speech where it stands this far above what they always
# share, and not this far below the loudest.
ABOVE_USUAL_DB, BELOW_LOUDEST_DB = 10.0, -22.0

# Lines are levelled, so each comes this near to the loudest somewhere.
LOUD_PART_DB = -10.0
USUAL_S = 60.0

# Pauses within a line are shorter, and so are clicks.
LEAST_PAUSE_S, LEAST_SPEECH_S = 0.5, 0.2


@dataclass(frozen=True)
class HeardSpeech:
    """``places_s`` are start and end in seconds of each spoken line, as far as it stands out;
    ``lines_meant`` how many the spec has, None without one."""

    places_s: tuple[tuple[float, float], ...]
    lines_meant: int | None

    @property
    def count(self) -> int:
        """Lines heard."""
        return len(self.places_s)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"count": self.count, "lines_meant": self.lines_meant, "places_s": self.places_s}


class VoiceFinder:
    """Finds stretches of speech in a stereo sound that is handed over in blocks.

    A voice is the same in both ears, beds are not: so the product of the ears, band-passed and
    averaged, rises where somebody speaks, however loud the bed.
    """

    def __init__(self, *, sample_rate: int) -> None:
        self._filter = scipy.signal.butter(4, BAND_HZ, "bandpass", fs=sample_rate, output="sos")
        self._memory = np.zeros((len(self._filter), 2, 2))
        self._length = sample_rate // STEPS_A_SECOND
        self._begun = np.zeros(0)
        self._shared = array("d")

    def add(self, block: np.ndarray) -> None:
        """Take in the next frames, float64 of shape (frames, 2)."""
        band, self._memory = scipy.signal.sosfilt(self._filter, block, axis=0, zi=self._memory)
        shared = np.concatenate([self._begun, band[:, 0] * band[:, 1]])
        whole = len(shared) // self._length * self._length
        self._shared.extend(shared[:whole].reshape(-1, self._length).mean(axis=1))
        self._begun = shared[whole:]

    def result(self, spec: TrackSpec | None) -> HeardSpeech:
        """All the speech until now; ``spec`` says how many lines were meant."""
        if spec is None:
            return HeardSpeech(tuple(self.stretches()), None)
        if spec.speech is None:
            return HeardSpeech((), 0)
        meant = len(spec.speech.lines) * spec.speech.repetitions
        return HeardSpeech(tuple(self.stretches()), meant)

    def stretches(self) -> list[tuple[float, float]]:
        """Start and end in seconds of each stretch."""
        shared = np.array(self._shared)
        speaking = shared > self._threshold(shared)
        edges = np.flatnonzero(np.diff(speaking, prepend=False, append=False)) / STEPS_A_SECOND
        joined: list[tuple[float, float]] = []
        for start, stop in edges.reshape(-1, 2).tolist():
            if joined and start - joined[-1][1] < LEAST_PAUSE_S:
                start = joined.pop()[0]
            joined.append((start, stop))
        least = self._loudest(shared) * 10 ** (LOUD_PART_DB / 10)
        return [
            (start, stop)
            for start, stop in joined
            if stop - start >= LEAST_SPEECH_S
            and shared[round(start * STEPS_A_SECOND) : round(stop * STEPS_A_SECOND)].max() > least
        ]

    @staticmethod
    def _loudest(shared: np.ndarray) -> float:
        return float(np.percentile(shared, 99.5)) if len(shared) else 0.0

    def _threshold(self, shared: np.ndarray) -> np.ndarray:
        """What counts as speech at each step."""
        length = round(USUAL_S * STEPS_A_SECOND)
        parts = [shared[at : at + length] for at in range(0, len(shared), length)]
        usual = [np.full(len(part), np.percentile(np.abs(part), 30)) for part in parts]
        least = max(1e-12, self._loudest(shared) * 10 ** (BELOW_LOUDEST_DB / 10))
        return np.maximum(np.concatenate([*usual, []]) * 10 ** (ABOVE_USUAL_DB / 10), least)
