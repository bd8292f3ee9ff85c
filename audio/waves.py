"""The forms a tone can have: an exact sine, and sums of harmonics without aliases."""

from collections.abc import Callable

import numpy as np

from audio.scratch import Scratch

# sin(2πu) ≈ u · P(u²) for |u| ≤ 1/4, the greatest error being the least possible: 3.3e-9, or
# −169 dB. Only sums and products, so that every processor gives the same bits.
_SINE = (
    6.283185160093928,
    -41.34165503268077,
    81.60100416191415,
    -76.54978449786631,
    39.53672385778191,
)

# Harmonics stay below this share of the sample rate, and end where no more can be told apart.
HIGHEST_HARMONIC = 0.45
MOST_HARMONICS = 64
TABLE_FRAMES = 2**15

# A square whose harmonics fade out around the seventh has round corners.
SOFTNESS = 7


def wave_form(wave: str, *, highest_hz: float, sample_rate: int) -> Callable:
    """A function from cycles since a zero crossing, less a quarter, to samples in −1…1.

    It takes float64 in −0.5…0.5 of any shape and returns float32, in memory it uses again. With
    the quarter taken off, a sine is the cosine, which is even and needs no sign.

    ``highest_hz`` is the highest frequency the tone ever has: as many harmonics sound throughout
    as fit below half the sample rate then.
    """
    if wave == "sine":
        return Cosine()
    count = int(min(MOST_HARMONICS, max(1, HIGHEST_HARMONIC * sample_rate / highest_hz)))
    return _Table(_one_cycle(wave, count))


class Cosine:
    """cos(2π · cycles): the phase is exact in float64, so float32 is enough for the wave.

    What rounding adds lies 143 dB below the tone.
    """

    def __init__(self) -> None:
        self._scratch = Scratch()

    def __call__(self, cycles: np.ndarray) -> np.ndarray:
        """Samples for ``cycles``, float64 in −0.5…0.5."""
        folded, square, wave = (
            self._scratch(name, cycles.shape, np.float32) for name in ("folded", "square", "wave")
        )
        np.copyto(folded, cycles, casting="same_kind")
        np.abs(folded, out=folded)
        np.subtract(0.25, folded, out=folded)
        return quarter_sine(folded, square=square, wave=wave)


def quarter_sine(
    cycles: np.ndarray, *, square: np.ndarray | None = None, wave: np.ndarray | None = None
) -> np.ndarray:
    """sin(2π · ``cycles``) for cycles in −0.25…0.25, in ``wave`` if that is given."""
    square = np.multiply(cycles, cycles, out=square)
    wave = np.multiply(square, _SINE[-1], out=wave)
    for term in _SINE[-2:0:-1]:
        wave += term
        wave *= square
    wave += _SINE[0]
    wave *= cycles
    return wave


def _harmonics(wave: str, count: int) -> np.ndarray:
    """Amplitudes of the first ``count`` harmonics, all of them sines."""
    number = np.arange(1, count + 1)
    if wave == "band_limited":
        return 1 / number
    odd = number % 2
    if wave == "triangle":
        return odd * np.where(number % 4 == 1, 1, -1) / number**2
    return odd * np.exp(-((number / SOFTNESS) ** 2)) / number


def _one_cycle(wave: str, count: int) -> np.ndarray:
    """One cycle from phase −0.25 on, one point more than a whole, with a peak of 1."""
    cycles = np.arange(TABLE_FRAMES + 2) / TABLE_FRAMES - 0.25
    table = np.zeros(len(cycles))
    for number, amplitude in enumerate(_harmonics(wave, count), start=1):
        table += amplitude * np.sin(2 * np.pi * number * cycles)
    return (table / np.abs(table).max()).astype(np.float32)


class _Table:
    """A form looked up in a table of one cycle, with straight lines between its points."""

    def __init__(self, table: np.ndarray) -> None:
        self._table, self._scratch = table, Scratch()

    def __call__(self, cycles: np.ndarray) -> np.ndarray:
        place, index, beyond, above, wave = (
            self._scratch(name, cycles.shape, kind)
            for name, kind in zip("pibaw", ("f8", "i8", "f4", "f4", "f4"), strict=True)
        )
        np.add(cycles, 0.5, out=place)
        place *= TABLE_FRAMES
        np.copyto(index, place, casting="unsafe")
        np.subtract(place, index, out=beyond, casting="same_kind")
        # Nothing is out of range; "clip" only spares the copy that safe modes make.
        self._table.take(index, out=wave, mode="clip")
        self._table[1:].take(index, out=above, mode="clip")
        above -= wave
        above *= beyond
        wave += above
        return wave
