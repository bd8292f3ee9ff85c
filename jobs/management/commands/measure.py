"""`manage.py measure FILE`"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audio import AudioError
from audio.measure import Certificate, measure


class Command(BaseCommand):
    help = "Measure a finished recording: length, loudness, peak, beat, noise and speech."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="for programs instead of people")

    def handle(self, *, file, **options):
        try:
            certificate = measure(file)
        except (AudioError, OSError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(certificate.as_dict(), indent=2))
        else:
            for name, value in _lines(certificate):
                self.stdout.write(f"{name:22} {value}")


def _lines(found: Certificate):
    loudness = found.loudness
    yield "length", f"{found.duration_s:.3f} s, {found.sample_rate} Hz, {found.subtype}"
    yield "integrated loudness", f"{loudness.integrated_lufs:.1f} LUFS"
    yield "loudness range", f"{loudness.range_lu:.1f} LU"
    yield "true peak", f"{loudness.true_peak_db:.1f} dBTP"
    for tone in found.tones:
        yield f"beat at {tone.time_s:.0f} s", _tone(tone)
    if found.noise:
        slope, strays = found.noise.db_per_octave, found.noise.deviation_db
        yield "noise slope", f"{slope:+.2f} dB per octave, bands within {strays:.1f} dB"
    meant = "" if found.lines_meant is None else f" of {found.lines_meant} meant"
    yield "stretches of speech", f"{len(found.spoken_s)}{meant}"
    for start, stop in found.spoken_s:
        yield "", f"{start:.2f} to {stop:.2f} s"


def _tone(tone) -> str:
    text = f"{tone.beat_hz:.6f} Hz on {tone.carrier_hz:.6f} Hz, {tone.snr_db:.1f} dB over the rest"
    if tone.beat_error_hz is None:
        return text
    return f"{text}; off by {tone.beat_error_hz:+.1e} and {tone.carrier_error_hz:+.1e} Hz"
