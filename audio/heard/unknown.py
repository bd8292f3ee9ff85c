"""Without a recipe: the tone that stands out in each ear, and what pulses it."""

from collections.abc import Iterator

import numpy as np

from audio.heard.lines import offset_hz, phase_of, snr_db_of, sum_of
from audio.heard.readings import Excerpt, Reading

# A tone stands this far above its neighbourhood, and what pulses it is no farther from it than the
# fastest beat, and no more than this far below it.
_LINE_DB = 30.0
_FARTHEST_HZ = 50.0
_SIDE_LINE = 0.1
_SAME_HZ = 0.002

# A pulse puts a line on either side, equally far away but for what noise makes of it.
_UNEVEN_HZ = 0.01


def strongest(excerpt: Excerpt) -> Iterator[tuple[str, Reading]]:
    """Without a recipe: the strongest line in each ear, if there is one, and what is beside it."""
    found = [_strongest_line_hz(ear, excerpt.rate) for ear in excerpt.sound.T]
    if None in found:
        return
    left, right = found
    frames = len(excerpt.sound)
    ways = [np.full(frames, left), np.full(frames, right)]
    kind, carrier, beat = "binaural", (left + right) / 2, left - right
    if abs(beat) > _FARTHEST_HZ:
        # What the ears hear is a chord.
        return
    if abs(beat) < _SAME_HZ:
        kind, carrier, beat, ways = _pulse_beside(excerpt, carrier)
    drift = np.linspace(-1, 1, frames)
    models = []
    for ear, own in zip(excerpt.sound.T, ways, strict=True):
        phases = [phase_of(way, excerpt.rate) for way in (ways if kind == "monaural" else [own])]
        tones = np.exp(1j * np.array(phases))
        models.append(sum_of(ear, np.concatenate([tones, tones * drift])))
    model = np.stack(models, axis=1)
    snr_db = None if kind == "isochronic" else snr_db_of(model, excerpt.sound - model)
    yield kind, Reading(excerpt.middle_s, carrier, beat, snr_db=snr_db)


def _strongest_line_hz(ear: np.ndarray, rate: int) -> float | None:
    powers = np.abs(np.fft.rfft((ear - ear.mean()) * np.hanning(len(ear)))) ** 2
    peak = int(powers.argmax())
    around = powers[max(0, peak - 200) : peak + 200]
    if powers[peak] <= np.median(around) * 10 ** (_LINE_DB / 10):
        return None
    near = peak * rate / len(ear)
    return near + (offset_hz(ear, np.full(len(ear), near), rate, 2 * rate / len(ear)) or 0.0)


def _pulse_beside(
    excerpt: Excerpt, carrier_hz: float
) -> tuple[str, float, float | None, list[np.ndarray]]:
    """Kind, carrier, beat and lines of a tone that is the same in both ears."""
    both, rate = excerpt.sound.mean(axis=1), excerpt.rate
    size = len(both)
    magnitudes = np.abs(np.fft.rfft(both * np.hanning(size)))
    centre, reach, skipped = (round(hz * size / rate) for hz in (carrier_hz, _FARTHEST_HZ, 0.4))
    sides = []
    for near, far in ((centre + skipped, centre + reach), (centre - reach, centre - skipped)):
        near, far = max(0, near), max(0, far)
        if far <= near:
            continue
        peak = near + int(magnitudes[near:far].argmax())
        if magnitudes[peak] > _SIDE_LINE * magnitudes[centre]:
            way = np.full(size, peak * rate / size)
            sides.append(way[0] + (offset_hz(both, way, rate, 2 * rate / size) or 0.0))
    line = [np.full(size, carrier_hz)] * 2
    if len(sides) == 2 and abs(sum(sides) - 2 * carrier_hz) < _UNEVEN_HZ:
        return "isochronic", carrier_hz, abs(sides[0] - sides[1]) / 2, line
    if len(sides) == 1:
        ways = [np.full(size, hz) for hz in (carrier_hz, sides[0])]
        return "monaural", (carrier_hz + sides[0]) / 2, abs(carrier_hz - sides[0]), ways
    return "tone", carrier_hz, None, line
