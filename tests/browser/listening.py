"""What the browser plays and what the engine renders, as samples to compare."""

import base64
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from audio import TrackSpec, render

_OFFLINE = """async ([module, spec, options]) => {
    const { renderOffline } = await import(module);
    const buffer = await renderOffline(spec, options);
    const ears = [0, 1].map((ear) => new Uint8Array(buffer.getChannelData(ear).buffer));
    const text = (bytes) => {
        let out = "";
        for (let i = 0; i < bytes.length; i += 32768)
            out += String.fromCharCode(...bytes.subarray(i, i + 32768));
        return btoa(out);
    };
    return ears.map(text);
}"""


def played(page, spec: dict, *, from_s: float, duration_s: float, rate=44_100, marks=()):
    """What the preview plays of ``spec``, float64 of shape (frames, 2)."""
    options = {"from_s": from_s, "duration_s": duration_s, "sampleRate": rate, "marks": marks}
    module = "/static/js/preview/preview.js"
    ears = page.evaluate(_OFFLINE, [module, spec, options])
    sound = [np.frombuffer(base64.b64decode(ear), np.float32) for ear in ears]
    return np.stack(sound, axis=1).astype(np.float64)


def rendered(spec: dict, clips=None) -> np.ndarray:
    """The whole track as the engine renders it, float64 of shape (frames, 2)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "track.wav")
        render(TrackSpec.parse(spec), path, clips=clips or {})
        return soundfile.read(path)[0]


def level_db(sound: np.ndarray) -> np.ndarray:
    """Level of each ear in dBFS after AES17."""
    return 10 * np.log10(2 * np.mean(np.square(sound), axis=0) + 1e-12)
