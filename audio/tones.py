"""The beat: binaural, monaural or isochronic."""

import numpy as np

from audio.levels import amplitude_of
from audio.spec import SAMPLE_RATE, Beat

# An isochronic edge takes a tenth of the period: soft at every rate, and at slow rates never so
# long that the pulse stops being a pulse.
EDGE_CYCLES = 0.1
LONGEST_EDGE_S = 0.02

GRID_FRAMES = 1024


class BeatLayer:
    """The samples of a :class:`~audio.spec.Beat`.

    Stateless: every sample follows from its index alone, so blocks may be asked for in any size.
    """

    def __init__(self, beat: Beat) -> None:
        self._beat = beat
        self._amplitude = amplitude_of(beat.level_db)

    def add_to(self, block: np.ndarray, start: int) -> None:
        """Add the beat to ``block``, float64 of shape (frames, 2), that begins at ``start``."""
        beat, frames = self._beat, len(block)
        if beat.kind == "isochronic":
            tone = _sine(start, frames, beat.carrier_hz)
            tone *= _gate(start, frames, beat.beat_hz)
            tone *= self._amplitude
            block += tone[:, np.newaxis]
            return
        left = _sine(start, frames, beat.carrier_hz + beat.beat_hz / 2)
        right = _sine(start, frames, beat.carrier_hz - beat.beat_hz / 2)
        if beat.kind == "monaural":
            left += right
            left *= self._amplitude / 2
            block += left[:, np.newaxis]
        else:
            left *= self._amplitude
            right *= self._amplitude
            block[:, 0] += left
            block[:, 1] += right


def _sine(start: int, frames: int, frequency_hz: float) -> np.ndarray:
    """sin(2π · frequency · n / rate) for ``frames`` samples from n = ``start`` on, float64.

    Only the first sample of each row of the grid has its sine computed; the others follow by
    sin(a + b) = sin a · cos b + cos a · sin b. That is several times faster and, the grid being
    fixed in the track, every sample is the same in whatever block it is asked for.
    """
    first_row, last_row = start // GRID_FRAMES, -(-(start + frames) // GRID_FRAMES)
    rows = 2 * np.pi * _cycles(np.arange(first_row, last_row) * GRID_FRAMES, frequency_hz)
    columns = 2 * np.pi * _cycles(np.arange(GRID_FRAMES), frequency_hz)
    wave = np.outer(np.sin(rows), np.cos(columns))
    wave += np.outer(np.cos(rows), np.sin(columns))
    skipped = start - first_row * GRID_FRAMES
    return wave.reshape(-1)[skipped : skipped + frames]


def _cycles(index: np.ndarray, frequency_hz: float) -> np.ndarray:
    """Phase in cycles at each sample, reduced to −0.5…0.5.

    The product is a float64 of at most 1500 Hz × 7200 s ≈ 10⁷ cycles, so the phase is good to
    10⁻⁹ cycles (−160 dB) at the end of the longest track. It is reduced before it is multiplied
    by 2π, which would round it once more.
    """
    cycles = index * (frequency_hz / SAMPLE_RATE)
    cycles -= np.rint(cycles)
    return cycles


def _gate(start: int, frames: int, beat_hz: float) -> np.ndarray:
    """Gain 0…1 that is on for half of each period, measured at half height.

    Each edge is a raised cosine. The period begins at the foot of the rising edge, so a track
    starts in silence.
    """
    edge = min(EDGE_CYCLES, LONGEST_EDGE_S * beat_hz)
    index = np.arange(start, start + frames, dtype=np.float64)
    from_middle = np.abs(_cycles(index - (0.25 + edge / 2) * SAMPLE_RATE / beat_hz, beat_hz))
    height = np.clip((0.25 - from_middle) / edge + 0.5, 0, 1)
    return np.sin(np.pi / 2 * height) ** 2
