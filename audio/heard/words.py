"""Whether each line is where it was meant to be, told from its clip: also where no ear finds it.

A clip that is laid against the recording fits in one place alone. Noise fits nowhere, however much
louder it is, as long as the clip has enough to compare; so words at the edge of hearing, or below
it, are found as well.
"""

import math
from collections.abc import Mapping

import numpy as np
import scipy
import soundfile

from audio.heard.voices import HeardSpeech
from audio.spec import TrackSpec
from audio.speech.clips import Clip
from audio.speech.layer import SpeechLayer, placements, tail_frames
from audio.watch import Watch

# A line is looked for this long before and after the place that was meant.
REACH_S = 0.25

# What carries speech, and lies above the rumble of most beds.
BAND_HZ = 150.0, 5000.0

# Loud frequencies, a tone's or a bed's, count no more than others: what is usual within so much of
# the spectrum is the measure of each.
USUAL_HZ = 15.0

# A line is there if its best place stands so many deviations above the others, where noise alone
# comes to 5; and so much of what the better ones of the lines come to, as voices are alike.
STANDS_OUT, PART_OF_OTHERS = 8.0, 0.15


def words_heard(
    file: soundfile.SoundFile,
    spec: TrackSpec,
    clips: Mapping[str, Clip],
    *,
    frames: int,
    watch: Watch | None = None,
) -> HeardSpeech:
    """Those of the lines of ``spec``, which has speech, that the first ``frames`` of ``file`` hold.

    Parameters
    ----------
    clips : of each distinct line, as it was mixed; another recording of the same words fits not.
    watch : is looked at before each line.

    Raises
    ------
    AudioError
        A clip is missing or damaged.
    SpeechDoesNotFitError
        The clips are longer than the track: they are others than were mixed.
    """
    rate, watch = file.samplerate, watch or Watch()
    places = placements(spec.model_copy(update={"sample_rate": rate}), clips)
    tail, reach = tail_frames(spec.speech, rate), round(REACH_S * rate)
    layer = SpeechLayer(spec.speech, clips=clips, placements=places, sample_rate=rate)
    starts_s, outstanding = np.empty(len(places)), np.empty(len(places))
    for n, place in enumerate(places):
        watch.look()
        line = np.zeros((place.stop - place.start, 2), np.float32)
        layer.add_to(line, place.start)
        first = min(max(0, place.start - reach), frames)
        file.seek(first)
        around = file.read(place.stop + reach - first, dtype="float32", always_2d=True)
        tried = max(1, place.start + reach - first)
        starts_s[n], outstanding[n] = _best_place(around, line, rate, among=tried)
        starts_s[n] += first / rate
    there = outstanding > max(STANDS_OUT, PART_OF_OTHERS * np.percentile(outstanding, 75))
    lengths_s = (np.array([place.stop - place.start for place in places]) - tail) / rate
    found_s = np.stack([starts_s, starts_s + lengths_s], axis=1)[there].tolist()
    return HeardSpeech(tuple(map(tuple, found_s)), len(places))


def _best_place(
    around: np.ndarray, line: np.ndarray, rate: int, *, among: int
) -> tuple[float, float]:
    """Seconds into ``around`` at which ``line`` fits best, of the frames ``among`` which it begins,
    and by how many deviations better than elsewhere.

    The matched filter for noise that is not white: frequency by frequency, divided by the power
    that is there.
    """
    length = scipy.fft.next_fast_len(len(around) + len(line), real=True)
    low, high = (round(hz / rate * length) for hz in BAND_HZ)
    sound, meant = (scipy.fft.rfft(ears.T, length)[:, :high] for ears in (around, line))
    power = np.abs(sound) ** 2
    usual = scipy.ndimage.uniform_filter1d(power, math.ceil(USUAL_HZ / rate * length), axis=1)
    likeness = (sound * meant.conj() / np.maximum(usual, 1e-12 * usual.max() + 1e-30)).sum(axis=0)
    likeness[:low] = 0
    # Above the band there is nothing, so fewer points tell as much.
    points = scipy.fft.next_fast_len(2 * high, real=True)
    fits = scipy.fft.irfft(likeness, points)
    tried = fits[: math.ceil(among / length * points)]
    best = int(np.argmax(tried))
    # Of a normal distribution half lies within 0.6745 deviations; the best one moves that little.
    deviation = np.median(np.abs(tried)) / 0.6745
    return best / points * length / rate, float(tried[best] / (deviation + 1e-30))
