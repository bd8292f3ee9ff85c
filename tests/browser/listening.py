"""What the browser plays and what the engine renders, as samples to compare."""

import base64
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from audio import TrackSpec, render

RATE = 44_100
PREVIEW = "/static/js/preview"

# Samples come over as text.
_TEXT_OF = """(samples) => {
    const bytes = new Uint8Array(Float32Array.from(samples).buffer);
    let out = "";
    for (let i = 0; i < bytes.length; i += 32768)
        out += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return btoa(out);
}"""
_OFFLINE = f"""async ([spec, options]) => {{
    const {{ renderOffline }} = await import("{PREVIEW}/preview.js");
    const buffer = await renderOffline(spec, options);
    return [0, 1].map((ear) => ({_TEXT_OF})(buffer.getChannelData(ear)));
}}"""
# The mix itself, without a browser's clock: each recipe in turn for so many seconds.
_FOLLOWING = f"""async ([specs, seconds]) => {{
    const {{ Mix }} = await import("{PREVIEW}/mix.js");
    const {{ completed }} = await import("{PREVIEW}/defaults.js");
    const [rate, size] = [{RATE}, 128];
    const [mix, blocks] = [new Mix(rate), Math.round((seconds * rate) / size)];
    const sound = [0, 1].map(() => new Float32Array(specs.length * blocks * size));
    let done = 0;
    for (const [number, spec] of specs.entries()) {{
        if (number) mix.update(completed(spec), {{}});
        else mix.start(completed(spec), {{ from_s: 10 }});
        for (let n = 0; n < blocks; n++, done += size)
            mix.process(sound.map((ear) => ear.subarray(done, done + size)), size);
    }}
    return sound.map({_TEXT_OF});
}}"""


def played(page, spec: dict, *, from_s: float, duration_s: float, rate=RATE, marks=(), voice=None):
    """What the preview plays of ``spec``, float64 of shape (frames, 2)."""
    options = {"from_s": from_s, "duration_s": duration_s, "marks": marks, "voice": voice}
    options["sampleRate"] = rate
    return _samples(page.evaluate(_OFFLINE, [spec, options]))


def followed(page, *specs: dict, seconds: float) -> np.ndarray:
    """What sounds when one recipe takes the place of the other every so many ``seconds``."""
    return _samples(page.evaluate(_FOLLOWING, [list(specs), seconds]))


def rendered(spec: dict, clips=None) -> np.ndarray:
    """The whole track as the engine renders it, float64 of shape (frames, 2)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "track.wav")
        render(TrackSpec.parse(spec), path, clips=clips or {})
        return soundfile.read(path)[0]


def _samples(ears: list[str]) -> np.ndarray:
    sound = [np.frombuffer(base64.b64decode(ear), np.float32) for ear in ears]
    return np.stack(sound, axis=1).astype(np.float64)


def level_db(sound: np.ndarray) -> np.ndarray:
    """Level of each ear in dBFS after AES17."""
    return 10 * np.log10(2 * np.mean(np.square(sound), axis=0) + 1e-12)


def levels_db(sound: np.ndarray, window: int) -> np.ndarray:
    """Level of each ear in each ``window`` frames, shape (windows, ears)."""
    windows = sound[: len(sound) // window * window].reshape(-1, window, sound.shape[1])
    return 10 * np.log10(2 * np.mean(np.square(windows), axis=1) + 1e-12)


def octave_levels_db(sound: np.ndarray, *, octaves: int = 8) -> np.ndarray:
    """Power per hertz in the octaves from 62.5 Hz on, both ears together."""
    power = (np.abs(np.fft.rfft(sound, axis=0)) ** 2).sum(axis=1)
    hz = np.fft.rfftfreq(len(sound), 1 / RATE)
    lows = 62.5 * 2.0 ** np.arange(octaves)
    return 10 * np.log10([power[(hz >= low) & (hz < 2 * low)].mean() + 1e-12 for low in lows])
