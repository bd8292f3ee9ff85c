"""`manage.py render SPEC.json OUT.flac`"""

import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

import audio
from jobs.speech import synthesiser_for


class Command(BaseCommand):
    help = "Render a track spec to a FLAC file, without a database."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("spec", type=Path, metavar="SPEC.json")
        parser.add_argument("out", type=Path, metavar="OUT.flac")

    def handle(self, *, spec, out, **options):
        try:
            track = audio.TrackSpec.parse(spec.read_bytes())
            with tempfile.TemporaryDirectory(prefix="entrain-") as folder:
                clips = self._speak(track, Path(folder))
                with _bar("Mixing") as bar:
                    audio.render(track, out, clips=clips, progress=bar)
        except (audio.AudioError, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{out}: {track.duration_s:g} s")

    def _speak(self, track, folder: Path):
        if track.speech is None:
            return {}
        with _bar("Speaking") as bar:
            return audio.fetch_clips(
                track.speech,
                synthesiser=synthesiser_for(track.speech.voice),
                store=audio.DirectoryClipStore(folder / "store"),
                folder=folder,
                progress=bar,
            )


@contextmanager
def _bar(label: str):
    """A progress callback that draws a bar on stderr."""
    with tqdm(total=100, desc=label, bar_format="{l_bar}{bar}| {elapsed}") as bar:
        yield lambda fraction: bar.update(fraction * 100 - bar.n)
