"""Sounds in moving bands tell beforehand how loud they will be when."""

import numpy as np
import pytest

from audio import spec
from audio.beds import bed_layer
from audio.loudness import StepEnergies, windowed
from tests.audio.physics import RATE, layer_samples

MINUTE_S = 60


@pytest.mark.parametrize("bed", [spec.Ocean(), spec.Wind(gusts=1)], ids=["ocean", "wind"])
def test_the_energy_that_was_told_is_heard(bed):
    layer = bed_layer(bed, seed=1)
    sound = layer_samples(layer, 0, MINUTE_S * RATE)
    heard = windowed(StepEnergies(sample_rate=RATE).of(sound).sum(axis=1))
    told = windowed(layer.energy_at((np.arange(10 * MINUTE_S) + 0.5) / 10))
    heard_db, missed_db = 10 * np.log10(heard), 10 * np.log10(heard / told)
    assert heard_db.std() > 2
    assert missed_db.std() < 0.5
