"""`manage.py benchmark`"""

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from django.core.management.base import BaseCommand

import audio
from audio.randomness import Stream, random_bits

LINES, REPETITIONS = 50, 3
ENCODED_FRAMES = 65_536


class Command(BaseCommand):
    help = (
        "Render a long track with everything in it, and encode the finished samples again with "
        "libsndfile alone, in turns; print how much longer the first takes."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--minutes", type=float, default=40)
        parser.add_argument("--rounds", type=int, default=3, help="the best of each side counts")

    def handle(self, *, minutes, rounds, **options):
        track = _track(minutes)
        self.stdout.write(f"{minutes:g} minutes, {track.frames} frames, best of {rounds}\n\n")
        with tempfile.TemporaryDirectory(prefix="entrain-") as name:
            folder = Path(name)
            clips = _clips(track.speech, folder)
            rendered, encoded = folder / "rendered.flac", folder / "encoded.flac"
            times = {"render": [], "encode": []}
            for _ in range(rounds):
                times["render"].append(_time(lambda: audio.render(track, rendered, clips=clips)))
                peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                times["encode"].append(_encode_alone(rendered, encoded))
        render, encode = (min(taken) for taken in times.values())
        for label, (wall_s, processor_s) in (
            ("rendering, loudness and encoding", render),
            ("encoding the finished samples", encode),
        ):
            speed = track.duration_s / wall_s
            self.stdout.write(
                f"{label:34} {wall_s:7.2f} s  {speed:6.0f} × real time  "
                f"{processor_s:7.2f} s of processor\n"
            )
        self.stdout.write(f"{'ratio':34} {render[0] / encode[0]:7.2f}\n")
        self.stdout.write(f"{'peak memory after rendering':34} {peak_mb:7.0f} MB\n")


def _track(minutes: float) -> audio.TrackSpec:
    """A ramped binaural beat, pink noise, waves, and 50 lines three times, ducking the rest."""
    duration_s = minutes * 60
    beat_hz, phases = audio.course("meditation", duration_s=duration_s)
    lines = max(1, round(LINES * min(1, minutes / 40)))
    return audio.TrackSpec.parse(
        {
            "title": "Benchmark",
            "duration_s": duration_s,
            "beats": [{"kind": "binaural", "beat_hz": beat_hz, "carrier_hz": 200}],
            "beds": [{"kind": "noise", "colour": "pink"}, {"kind": "ocean"}],
            "speech": {
                "lines": [f"line {number}" for number in range(lines)],
                "voice": "none",
                "repetitions": REPETITIONS,
            },
            "phases": phases,
        }
    )


def _clips(speech: audio.Speech, folder: Path) -> dict[str, audio.Clip]:
    """Syllables of noise instead of words: a voice of its level without a synthesiser."""
    words = random_bits(1, Stream.ORDER).random_raw(3 * audio.SAMPLE_RATE)
    noise = words / 2**63 - 1
    syllables = np.sin(2 * np.pi * 2 * np.arange(len(noise)) / audio.SAMPLE_RATE) ** 2
    voice = 0.12 * noise * syllables
    return {
        line: audio.Clip.save(voice[: len(voice) - 400 * number], folder / f"{number}.npy")
        for number, line in enumerate(speech.lines)
    }


def _encode_alone(rendered: Path, encoded: Path) -> tuple[float, float]:
    """Seconds, by the clock and of the processor, to encode what was rendered; reading is free."""
    taken = np.zeros(2)
    with (
        soundfile.SoundFile(rendered) as source,
        soundfile.SoundFile(
            encoded, "w", source.samplerate, 2, source.subtype, format="FLAC"
        ) as file,
    ):
        for block in source.blocks(ENCODED_FRAMES, dtype="int16"):
            taken += _time(lambda block=block: file.write(block))
    return tuple(taken)


def _time(work: Callable[[], None]) -> tuple[float, float]:
    wall_s, processor_s = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall_s, time.process_time() - processor_s
