"""Every kind of bed there is, as a spec would hold it."""

import numpy as np
import soundfile

from audio import spec
from audio.beds import bed_layer
from tests.audio.physics import RATE, layer_samples

SYNTHESISED = {
    "white": spec.Noise(colour="white"),
    "pink": spec.Noise(colour="pink"),
    "brown": spec.Noise(colour="brown"),
    "blue": spec.Noise(colour="blue"),
    "violet": spec.Noise(colour="violet"),
    "rain": spec.Rain(),
    "ocean": spec.Ocean(),
    "stream": spec.Stream(),
    "wind": spec.Wind(),
    "fire": spec.Fire(),
    "bowls": spec.Bowls(interval_s=8),
    "bowls at random": spec.Bowls(interval_s=8, strikes="random"),
    "drone": spec.Drone(),
}


def sound(bed, seconds, *, seed=1, rate=RATE, start=0, block=None) -> np.ndarray:
    """``seconds`` of a bed, float64 of shape (frames, 2)."""
    layer = bed_layer(bed, seed=seed, sample_rate=rate)
    return layer_samples(layer, start, round(seconds * rate), block=block)


def melody(path, *, seconds=4.0, rate=RATE, channels=2, level=0.2, **how):
    """Write noise as a recording; what is at each place is nowhere else."""
    samples = np.random.default_rng(1).normal(0, level, (round(seconds * rate), channels))
    soundfile.write(path, samples, rate, **how)
    return samples
