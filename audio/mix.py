"""The sum of a track's layers, block after block."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from audio.beds import bed_layer
from audio.beds.layer import BedLayer
from audio.curves import highest, keyframes_of
from audio.ducking import Ducking
from audio.fades import Fades
from audio.guesses import STEP_S, Course, Line, Part, ones
from audio.layers import Layer, MovingBed, Together
from audio.master import Mastering, mastering
from audio.panning import energy_at
from audio.placement import Placement
from audio.spec import Beat, Bed, TrackSpec
from audio.speech.clips import Clip
from audio.speech.layer import SpeechLayer, placements, tail_frames
from audio.tones import BeatLayer, Gate, pulse_energy, pulses_energy
from audio.watch import Watch

# Worked on at a time: enough that calls cost little, and few enough to stay in the cache.
CHUNK_FRAMES = 65_536

# What tracks of 16 and 24 bits are mixed in. The rounding of float32 lies 150 dB below the sound,
# but where it falls depends on the processor, which would show in the last of 24 bits.
_FLOATS = {16: np.float32, 24: np.float64}


class Mix:
    """Everything that sounds in a track.

    Parameters
    ----------
    spec : the track.
    clips : the clip of each spoken line.
    watch : is looked at every now and then, and may end the work.

    Raises
    ------
    SpeechDoesNotFitError
        The clips are longer than the track.
    AudioError
        A clip is missing, or the file of a music bed cannot be used.
    """

    def __init__(
        self, spec: TrackSpec, *, clips: Mapping[str, Clip], watch: Watch | None = None
    ) -> None:
        self._spec, self._look = spec, (watch or Watch()).look
        self._places = placements(spec, clips) if spec.speech else []
        self._ducking = _ducking(spec, self._places) if spec.speech else None
        self._fades = Fades(
            fade_in_s=spec.fade_in_s,
            fade_out_s=spec.fade_out_s,
            total_frames=spec.frames,
            sample_rate=spec.sample_rate,
        )
        self._sounds = [_sound(spec, n, self._look) for n in range(len(spec.beds))]
        self._beds = [self._bed(number) for number in range(len(spec.beds))]
        self._tones = [beat for beat in spec.beats if beat.kind != "embedded"]
        self._beats = Together([BeatLayer(b, sample_rate=spec.sample_rate) for b in self._tones])
        self._voice: Layer = Together([])
        if spec.speech:
            self._voice = SpeechLayer(
                spec.speech,
                clips=clips,
                placements=self._places,
                sample_rate=spec.sample_rate,
            )

    def blocks(
        self, block_frames: int, *, gain: float = 1.0, start: int = 0
    ) -> Iterator[np.ndarray]:
        """Yield the track as float blocks of shape (``block_frames``, 2), the last shorter.

        ``start`` is the first frame of the first block.

        Faded at both ends, multiplied by ``gain``, and not yet limited: the sum of loud layers
        goes beyond ±1. Each ear lies in one piece in memory, which the next block uses again.
        They are float32 for 16 bits and float64 for 24.
        """
        shape = 2, min(block_frames, self._spec.frames)
        memory = np.empty(shape, _FLOATS[self._spec.bit_depth])
        for first in range(start, self._spec.frames, block_frames):
            frames = min(block_frames, self._spec.frames - first)
            block = memory[:, :frames].T
            block.fill(0)
            for at in range(0, len(block), CHUNK_FRAMES):
                self._look()
                self._fill(block[at : at + CHUNK_FRAMES], first + at, gain)
            yield block

    def _fill(self, chunk: np.ndarray, start: int, gain: float) -> None:
        for bed in self._beds:
            bed.add_to(chunk, start)
        duck = self._ducking.gains(start, len(chunk)) if self._ducking else None
        if duck is not None:
            chunk[:, 0] *= duck
            chunk[:, 1] *= duck
        self._beats.add_to(chunk, start)
        self._voice.add_to(chunk, start)
        if gain != 1:
            chunk *= np.float32(gain)
        self._fades.apply(chunk, start)

    def mastered_to(self, target_lufs: float) -> Mastering:
        """The gain for :meth:`blocks`, and the limiter, that bring the track to ``target_lufs``."""
        spec, speech = self._spec, self._spec.speech

        parts = [
            Part(
                Together([self._beds[number] for number in numbers]),
                self._beds_course(numbers),
                gain=self._ducking.at if self._ducking else ones,
            )
            for numbers in _in_step(spec.beds)
        ]
        if self._tones:
            parts.append(Part(self._beats, self._beats_course))
        return mastering(
            parts,
            target_lufs=target_lufs,
            total_frames=spec.frames,
            sample_rate=spec.sample_rate,
            speech=Part(self._voice, self._voice_course) if speech else None,
            lines=[Line(p.line, p.start, p.stop - p.start) for p in self._places],
            fade=self._fades.at,
            look=self._look,
        )

    def _beats_course(self, times_s: np.ndarray) -> np.ndarray:
        return sum(
            energy_at(times_s, level_db=beat.level_db, pan=beat.pan, spin_hz=beat.spin_hz)
            * pulse_energy(beat, times_s, STEP_S)
            for beat in self._tones
        )

    def _voice_course(self, times_s: np.ndarray) -> np.ndarray:
        return energy_at(times_s, level_db=self._spec.speech.level_db, pan=self._spec.speech.pan)

    def _beds_course(self, numbers: list[int]) -> Course:
        """The energy of one bed; or of beds in step, whose amplitudes add up."""
        courses = [self._bed_course(number) for number in numbers]
        return lambda times_s: sum(np.sqrt(course(times_s)) for course in courses) ** 2

    def _bed_course(self, number: int) -> Course:
        level_db, sound = self._spec.beds[number].level_db, self._sounds[number]
        beats = _embedded(self._spec, number)
        return lambda times_s: (
            energy_at(times_s, level_db=level_db)
            * sound.energy_at(times_s)
            * pulses_energy(beats, times_s, STEP_S)
        )

    def _bed(self, number: int) -> Layer:
        rate, bed, sound = self._spec.sample_rate, self._spec.beds[number], self._sounds[number]
        gates = [Gate(beat, sample_rate=rate) for beat in _embedded(self._spec, number)]
        if gates or _moves(bed):
            return MovingBed(sound, gates, level_db=bed.level_db, sample_rate=rate)
        return sound


def _sound(spec: TrackSpec, number: int, look: Callable[[], None]) -> BedLayer:
    """The sound of a bed at its level, or at 0 dB where :class:`MovingBed` applies that."""
    bed = spec.beds[number]
    level_db = 0.0 if _moves(bed) or _embedded(spec, number) else highest(bed.level_db)
    # Two beds that are alike must not sound in step.
    seed = spec.seed + number
    return bed_layer(
        bed,
        seed=seed,
        sample_rate=spec.sample_rate,
        level_db=level_db,
        dtype=_FLOATS[spec.bit_depth],
        look=look,
    )


def _moves(bed: Bed) -> bool:
    return len(keyframes_of(bed.level_db)) > 1


def _in_step(beds: Sequence[Bed]) -> list[list[int]]:
    """The beds' numbers, together where they sound in step: one recording, or bowls struck at the
    same times. What sounds by chance adds in power instead."""
    together: dict[object, list[int]] = {}
    for number, bed in enumerate(beds):
        key: object = number
        if bed.kind == "music":
            key = bed.file, bed.crossfade_s
        elif bed.kind == "bowls" and bed.strikes == "regular":
            key = bed.kind, bed.interval_s
        together.setdefault(key, []).append(number)
    return list(together.values())


def _embedded(spec: TrackSpec, number: int) -> list[Beat]:
    """The beats that pulse in bed ``number``."""
    beats = (beat for beat in spec.beats if beat.kind == "embedded")
    return [beat for beat in beats if beat.bed in (None, number)]


def _ducking(spec: TrackSpec, places: list[Placement]) -> Ducking:
    speech, tail = spec.speech, tail_frames(spec.speech, spec.sample_rate)
    return Ducking(
        [(place.start, place.stop - tail) for place in places],
        duck_db=speech.duck_db,
        attack_s=speech.duck_attack_s,
        release_s=speech.duck_release_s,
        sample_rate=spec.sample_rate,
    )
