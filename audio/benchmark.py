"""What a render costs: time beside that of encoding alone, memory, and exactness after hours.

Everything runs in processes of its own, which know nothing but this package.
"""

import math
import multiprocessing
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import soundfile

from audio.errors import Cancelled
from audio.output import EFFORT
from audio.randomness import Stream, random_bits
from audio.render import render
from audio.sessions import course
from audio.spec import SAMPLE_RATE, Speech, TrackSpec
from audio.speech.clips import Clip

T = TypeVar("T")

LINES, REPETITIONS = 50, 3
LIBRARY_EFFORT = 0.625

CARRIER_HZ, BEAT_HZ = 201.3, 4.7


class Taken(NamedTuple):
    """Seconds by the clock, and of the processor; and what was written meanwhile."""

    wall_s: float
    processor_s: float
    file_bytes: int = 0


def whole_track(minutes: float) -> TrackSpec:
    """A ramped binaural beat, pink noise, waves, and 50 lines three times, ducking the rest."""
    duration_s = minutes * 60
    beat_hz, phases = course("meditation", duration_s=duration_s)
    return TrackSpec.parse(
        {
            "title": "Benchmark",
            "duration_s": duration_s,
            "beats": [{"kind": "binaural", "beat_hz": beat_hz, "carrier_hz": 200}],
            "beds": [{"kind": "noise", "colour": "pink"}, {"kind": "ocean"}],
            "speech": {
                "lines": [f"line {n}" for n in range(max(1, round(LINES * min(1, minutes / 40))))],
                "voice": "none",
                "repetitions": REPETITIONS,
            },
            "phases": phases,
        }
    )


def ramped_tone(hours: float) -> TrackSpec:
    """A beat alone, which moves all the time until the last tenth of the track."""
    until_s = 0.9 * hours * 3600
    beat = {
        "kind": "binaural",
        "beat_hz": [[0, 12, "smooth"], [until_s, BEAT_HZ]],
        "carrier_hz": [[0, 310, "exponential"], [until_s, CARRIER_HZ]],
    }
    return TrackSpec.parse({"title": "Tone", "duration_s": hours * 3600, "beats": [beat]})


def clips_of(speech: Speech, folder: Path) -> dict[str, Clip]:
    """Syllables of noise instead of words: a voice of its level without a synthesiser."""
    words = random_bits(1, Stream.ORDER).random_raw(3 * SAMPLE_RATE)
    noise = words / 2**63 - 1
    syllables = np.sin(2 * np.pi * 2 * np.arange(len(noise)) / SAMPLE_RATE) ** 2
    voice = 0.12 * noise * syllables
    return {
        line: Clip.save(voice[: len(voice) - 400 * number], folder / f"{number}.npy")
        for number, line in enumerate(speech.lines)
    }


def times(minutes: float, rounds: int) -> dict[str, Taken]:
    """The best of some rounds of each way to make the same recording.

    ``render`` makes it, ``encode`` and ``encode as we do`` write its samples again with libsndfile
    alone, at the effort that is its default and at ours; ``sox | flac`` is a like track from an
    independent generator, once, where these are installed.
    """
    with tempfile.TemporaryDirectory(prefix="entrain-") as name:
        folder, track = Path(name), whole_track(minutes)
        clips, finished = clips_of(track.speech, folder), folder / "finished.flac"
        render(track, finished, clips=clips)
        samples, _ = soundfile.read(finished, dtype="int16")
        ways = {
            "render": lambda path: render(track, path, clips=clips),
            "encode": lambda path: _encode(samples, path, LIBRARY_EFFORT),
            "encode as we do": lambda path: _encode(samples, path, EFFORT[16]),
        }
        taken = [{way: _writing(work, folder) for way, work in ways.items()} for _ in range(rounds)]
        best = {way: min(one[way] for one in taken) for way in ways}
        if shutil.which("sox") and shutil.which("flac"):
            best["sox | flac"] = _writing(lambda path: _sox(minutes * 60, path), folder)
        return best


def peak_memory_mb(track: TrackSpec) -> float:
    """The most memory that this process has ever had, after rendering ``track``."""
    with tempfile.TemporaryDirectory(prefix="entrain-") as name:
        clips = clips_of(track.speech, Path(name)) if track.speech else {}
        render(track, Path(name) / "track.flac", clips=clips)
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def errors_in_the_last_minute_hz(hours: float) -> tuple[float, float]:
    """How far carrier and beat of a long track are off, told from the file's last minute."""
    with tempfile.TemporaryDirectory(prefix="entrain-") as name:
        path, track = Path(name) / "tone.flac", ramped_tone(hours)
        render(track, path, clips={})
        with soundfile.SoundFile(path) as file:
            file.seek(track.frames - 60 * SAMPLE_RATE)
            left, right = file.read(always_2d=True).T
    errors = [
        _error_hz(left, CARRIER_HZ + BEAT_HZ / 2),
        _error_hz(right, CARRIER_HZ - BEAT_HZ / 2),
    ]
    return sum(errors) / 2, errors[0] - errors[1]


def _error_hz(minute: np.ndarray, hz: float) -> float:
    """How much faster than ``hz`` the tone is: from its phase in each second but the last ten."""
    turns = np.exp(-2j * np.pi * (hz * np.arange(len(minute)) / SAMPLE_RATE % 1))
    seconds = (minute * turns * np.tile(np.hanning(SAMPLE_RATE), 60)).reshape(60, -1).sum(axis=1)
    phases = np.unwrap(np.angle(seconds[:50])) / (2 * np.pi)
    return float(np.polyfit(np.arange(50), phases, 1)[0])


def longest_waits_s(minutes: float) -> tuple[float, float]:
    """The longest a caller waits for word of progress, and for a cancelled render to end."""
    with tempfile.TemporaryDirectory(prefix="entrain-") as name:
        path, track = Path(name) / "track.flac", whole_track(minutes)
        clips = clips_of(track.speech, Path(name))
        told = [time.perf_counter()]
        render(track, path, clips=clips, progress=lambda _: told.append(time.perf_counter()))
        # The first of them while the loudness is told.
        moments = np.linspace(0.05, 0.95, 7) * (told[-1] - told[0])
        endings = [_cancelled_after(moment, track, path, clips) for moment in moments]
        return float(np.diff(told).max()), max(endings)


def _cancelled_after(
    wait_s: float, track: TrackSpec, path: Path, clips: Mapping[str, Clip]
) -> float:
    """Seconds until a render has ended that is cancelled after ``wait_s``."""
    until = time.perf_counter() + wait_s
    with suppress(Cancelled):
        render(track, path, clips=clips, cancelled=lambda: time.perf_counter() > until)
    return time.perf_counter() - until


def pair_gain(minutes: float) -> float:
    """How many times the tracks of one process two of them make in the same time."""
    with multiprocessing.get_context("spawn").Pool(2) as processes:
        processes.map(_render_alone, [0.1] * 2, chunksize=1)
        one = _timed(lambda: processes.apply(_render_alone, (minutes,)))
        two = _timed(lambda: processes.map(_render_alone, [minutes] * 2, chunksize=1))
    return 2 * one.wall_s / two.wall_s


def _render_alone(minutes: float) -> None:
    with tempfile.TemporaryDirectory(prefix="entrain-") as name:
        track = whole_track(max(1, minutes))
        clips = clips_of(track.speech, Path(name))
        render(track, Path(name) / "track.flac", clips=clips, threads=False)


def in_a_process(work: Callable[..., T], *arguments: object) -> T:
    """What ``work`` returns in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as processes:
        return processes.apply(work, arguments)


def _encode(samples: np.ndarray, path: Path, effort: float) -> None:
    """Write ``samples``, int16, as libsndfile does by itself."""
    soundfile.write(path, samples, SAMPLE_RATE, "PCM_16", format="FLAC", compression_level=effort)


def _sox(duration_s: float, path: Path) -> None:
    """A binaural beat, pink noise and brown noise in slow waves, by sox, packed by flac."""
    length = str(math.ceil(duration_s))
    sound = ["synth", length, "sine", "203", "sine", "197", "gain", "-12"]
    sound += ["synth", length, "pinknoise", "mix", "pinknoise", "mix"]
    sound += ["synth", length, "brownnoise", "mix", "brownnoise", "mix", "tremolo", "0.1", "40"]
    wave = ["-n", "-r", str(SAMPLE_RATE), "-b", "16", "-c", "2", "-t", "wav", "-"]
    pack = ["flac", "--silent", "--force", "-o", path, "-"]
    quiet = {"stderr": subprocess.DEVNULL}
    with subprocess.Popen(  # noqa: S603 — words of our own
        ["sox", *wave, *sound],  # noqa: S607 — whichever is installed
        stdout=subprocess.PIPE,
        **quiet,
    ) as sox:
        subprocess.run(pack, stdin=sox.stdout, check=True, **quiet)  # noqa: S603


def _writing(work: Callable[[Path], object], folder: Path) -> Taken:
    """What ``work`` takes to write a file where there is none.

    Whoever writes over a file of its own is given back that file's memory, and whoever writes
    beside one has to find as much again: with 300 MB that alone makes half a second's difference.
    """
    path = folder / "timed.flac"
    taken = _timed(lambda: work(path))
    file_bytes = path.stat().st_size
    path.unlink()
    return taken._replace(file_bytes=file_bytes)


def _timed(work: Callable[[], object]) -> Taken:
    wall_s, processor_s = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - wall_s, time.process_time() - processor_s)
