"""What lies under the words: one file a sound.

``noise`` and the soundscapes ``ocean``, ``wind``, ``drone`` are made of ``grains``; those of the
first three come from long ``rows`` of noise, in moving ``bands`` for waves and wind. ``rain``,
``stream`` and ``fire`` strew small events over such bands (``drops``); ``bowls`` are struck;
``music`` is a person's own file (``recording``).
"""

from collections.abc import Callable

import numpy as np

from audio.beds.bowls import BowlsLayer
from audio.beds.drone import DroneLayer
from audio.beds.fire import FireLayer
from audio.beds.layer import BedLayer
from audio.beds.music import MusicLayer
from audio.beds.noise import NoiseLayer
from audio.beds.ocean import OceanLayer
from audio.beds.rain import RainLayer
from audio.beds.stream import StreamLayer
from audio.beds.wind import WindLayer
from audio.spec import SAMPLE_RATE, Bed

LAYERS: dict[str, type[BedLayer]] = {
    "noise": NoiseLayer,
    "rain": RainLayer,
    "ocean": OceanLayer,
    "stream": StreamLayer,
    "wind": WindLayer,
    "fire": FireLayer,
    "bowls": BowlsLayer,
    "drone": DroneLayer,
    "music": MusicLayer,
}


def bed_layer(
    bed: Bed,
    *,
    seed: int,
    sample_rate: int = SAMPLE_RATE,
    level_db: float | None = None,
    dtype: type = np.float64,
    look: Callable[[], None] = lambda: None,
) -> BedLayer:
    """The sound of ``bed`` in a track with this ``seed``.

    ``level_db`` takes the place of the bed's own level: 0 where that moves and is applied later.
    ``dtype`` is that of sums (see :class:`~audio.beds.layer.BedLayer`).
    ``look`` is called every now and then while a recording is read, and may raise to stop that.

    Raises
    ------
    AudioError
        The file of a music bed cannot be used.
    """
    own = {name: getattr(bed, name) for name in type(bed).model_fields}
    kind = own.pop("kind")
    if level_db is not None:
        own["level_db"] = level_db
    own |= {"seed": (seed, own["seed"]), "sample_rate": sample_rate, "dtype": dtype, "look": look}
    return LAYERS[kind](**own)
