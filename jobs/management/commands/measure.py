"""`manage.py measure FILE`"""

import json
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audio import (
    AudioError,
    Clip,
    DirectoryClipStore,
    SpeechError,
    TrackSpec,
    fetch_clips,
    kept_clips,
)
from audio.heard.noise import NoiseSlope
from audio.heard.readings import Reading
from audio.measure import Certificate, measure, recipe_of
from jobs.speech import synthesiser_for
from jobs.storage import StorageClipStore


class Command(BaseCommand):
    help = "Measure a finished recording: length, loudness, peak, beat, noise and speech."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="for programs instead of people")

    def handle(self, *, file, **options):
        try:
            with tempfile.TemporaryDirectory(prefix="entrain-") as folder:
                certificate = measure(file, clips=_clips(recipe_of(file), Path(folder)))
        except (AudioError, OSError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(certificate.to_dict(), indent=2))
        else:
            for name, value in _lines(certificate):
                self.stdout.write(f"{name:22} {value}")


def _clips(spec: TrackSpec | None, folder: Path) -> dict[str, Clip]:
    """The clips to look for: what was paid for if it is kept, the offline voice's made again."""
    if spec is None or spec.speech is None:
        return {}
    voice = {"synthesiser": synthesiser_for(spec.speech.voice), "folder": folder}
    if not spec.speech.voice.startswith("espeak:"):
        return kept_clips(spec.speech, store=StorageClipStore(), **voice)
    try:
        return fetch_clips(spec.speech, store=DirectoryClipStore(folder / "store"), **voice)
    except SpeechError:
        return {}


def _lines(found: Certificate):
    loudness = found.loudness
    meant = "" if found.target_lufs is None else f", meant {found.target_lufs:.1f}"
    yield "length", f"{found.duration_s:.3f} s, {found.sample_rate} Hz, {found.subtype}"
    yield "integrated loudness", f"{loudness.integrated_lufs:.1f} LUFS{meant}"
    yield "loudness range", f"{loudness.range_lu:.1f} LU"
    yield "true peak", f"{loudness.true_peak_db:.1f} dBTP"
    for beat in found.beats:
        for reading in beat.readings:
            yield f"{beat.kind} at {reading.time_s:.0f} s", _reading(reading)
    if found.noise:
        yield "noise slope", _slope(found.noise)
    meant = "" if found.speech.lines_meant is None else f" of {found.speech.lines_meant} meant"
    yield "spoken lines heard", f"{found.speech.count}{meant}"
    for start, stop in found.speech.places_s:
        yield "", f"{start:.2f} to {stop:.2f} s"


def _reading(found: Reading) -> str:
    parts = []
    for name, hz, error in (
        ("beat", found.beat_hz, found.beat_error_hz),
        ("carrier", found.carrier_hz, found.carrier_error_hz),
    ):
        if hz is not None:
            parts.append(f"{name} {hz:.6f} Hz")
        if error is not None:
            parts[-1] += f" (off by {error:+.1e})"
    if found.snr_db is not None:
        parts.append(f"{found.snr_db:.1f} dB over the rest")
    if found.depth is not None:
        parts.append(f"{100 * found.depth:.0f} % deep")
    return ", ".join(parts) or "does not stand out"


def _slope(noise: NoiseSlope) -> str:
    text = f"{noise.db_per_octave:+.2f} dB per octave, bands within {noise.deviation_db:.1f} dB"
    if noise.meant_db_per_octave is not None:
        text += f"; meant {noise.meant_db_per_octave:+.2f}"
    return f"{text}; together with {', '.join(noise.mixed_with)}" if noise.mixed_with else text
