"""`manage.py benchmark_renditions FILE`"""

import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import BaseCommand

from audio.renditions import CODINGS, Coding, make_rendition

KINDS = (".opus", ".mp3", ".m4a")


class Command(BaseCommand):
    help = (
        "Encode a FLAC file to Opus, MP3 and AAC, and again with ffmpeg's own command, in turns; "
        "print how much longer the first takes."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE.flac")
        parser.add_argument("--rounds", type=int, default=3, help="the best of each side counts")

    def handle(self, *, file, rounds, **options):
        with tempfile.TemporaryDirectory(prefix="entrain-") as folder:
            for kind in KINDS:
                ours, theirs = (Path(folder) / f"{name}{kind}" for name in ("ours", "theirs"))
                command = _ffmpeg(file, theirs, CODINGS[kind])
                times = [
                    (
                        _time(lambda: make_rendition(file, ours)),  # noqa: B023
                        _time(lambda: subprocess.run(command, check=True)),  # noqa: B023, S603
                    )
                    for _ in range(rounds)
                ]
                own, other = (
                    tuple(map(min, zip(*side, strict=True))) for side in zip(*times, strict=True)
                )
                self.stdout.write(
                    f"{kind:6} {own[0]:7.2f} s, ffmpeg {other[0]:7.2f} s: ratio "
                    f"{own[0] / other[0]:.2f}; of processor time {own[1] / other[1]:.2f}; "
                    f"{ours.stat().st_size:,} and {theirs.stat().st_size:,} bytes\n"
                )


def _ffmpeg(source: Path, path: Path, coding: Coding) -> list[str]:
    options = [part for name, text in coding.options.items() for part in (f"-{name}", text)]
    return [
        "ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(source), "-map", "0:a",
        "-c:a", coding.codec, "-b:a", str(coding.bit_rate), *options, str(path),
    ]  # fmt: skip


def _time(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor, children included."""
    wall_s, processor_s = time.perf_counter(), _processor_s()
    work()
    return time.perf_counter() - wall_s, _processor_s() - processor_s


def _processor_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
