"""MP3 files as pipes make them."""

import io

import av
import numpy as np

from tests.audio.physics import RATE


def uncounted_mp3(samples, *, bit_rate=0, quality=False) -> bytes:
    """An MP3 file whose first frame does not say how many there are, as pipes make it."""
    file = io.BytesIO()
    options = {"container_options": {"write_xing": "0", "id3v2_version": "0"}}
    with av.open(file, "w", format="mp3", **options) as made:
        stream = made.add_stream("libmp3lame", rate=RATE, layout="stereo")
        if quality:
            stream.codec_context.flags |= 2  # QSCALE
            stream.codec_context.global_quality = 2 * 118
        else:
            stream.bit_rate = bit_rate
        whole = np.ascontiguousarray(samples.T, np.float32)
        frame = av.AudioFrame.from_ndarray(whole, format="fltp", layout="stereo")
        frame.sample_rate = RATE
        made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return file.getvalue()
