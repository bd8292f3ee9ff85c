"""Some blocks, drawn and heard, tell the loudness of a whole track however it was foretold."""

import numpy as np
import pytest

from audio.loudness import energy_of, integrated_lufs
from audio.survey import FIRST, MOST, Survey

BLOCKS = 20_000
RNG = np.random.default_rng(5)

STEADY = np.full(BLOCKS, energy_of(-18))
BUSY = energy_of(-18) * RNG.lognormal(0, 0.7, BLOCKS)
# A voice for a tenth of the time, and a bed far below the gate.
SPOKEN = np.where(RNG.uniform(size=BLOCKS) < 0.1, BUSY, energy_of(-40))
PAUSING = np.where(np.arange(BLOCKS) % 50 < 20, BUSY, 0)

TRACKS = {"steady": STEADY, "busy": BUSY, "spoken": SPOKEN, "pausing": PAUSING}
WRONG = {
    "right": 1.0,
    "1 dB off all over": 1.26,
    "off here and there": RNG.lognormal(0, 0.4, BLOCKS),
    "steady": None,
}


def surveyed(foretold: np.ndarray, energies: np.ndarray) -> tuple[float, int]:
    """The loudness told, and how many blocks were drawn."""
    survey, drawn = Survey(foretold), np.zeros(0, int)
    while True:
        drawn = np.concatenate([drawn, survey.draw()])
        if survey.is_enough(energies[drawn]):
            assert len(drawn) == len(set(drawn.tolist()))
            return survey.integrated_lufs(energies[drawn]), len(drawn)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("track", TRACKS)
def test_the_loudness_is_told_whether_foretold_well_or_badly(track, wrong):
    energies = TRACKS[track]
    foretold = STEADY if WRONG[wrong] is None else energies * WRONG[wrong]
    found, drawn = surveyed(foretold, energies)
    assert found == pytest.approx(integrated_lufs(energies), abs=0.3)
    assert drawn <= MOST


def test_what_was_foretold_well_is_known_from_the_first_blocks():
    assert surveyed(BUSY, BUSY)[1] == FIRST


def test_a_track_that_is_drawn_whole_is_known_exactly():
    energies = BUSY[:150]
    survey, drawn = Survey(energies * RNG.lognormal(0, 1, 150)), np.zeros(0, int)
    while len(drawn) < 150:
        drawn = np.concatenate([drawn, survey.draw()])
    assert survey.integrated_lufs(energies[drawn]) == pytest.approx(integrated_lufs(energies))
    assert survey.is_enough(energies[drawn])
