"""`manage.py render SPEC.json OUT.flac`"""

import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

import audio
from audio import output, renditions
from jobs.speech import synthesiser_for

ENDINGS = (*output.ENDINGS, *renditions.ENDINGS)


class Command(BaseCommand):
    help = "Render a track spec to a sound file, without a database."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("spec", type=Path, metavar="SPEC.json")
        parser.add_argument(
            "out",
            type=Path,
            metavar="OUT",
            help=f"ends in {', '.join(ENDINGS)}: that is its format",
        )

    def handle(self, *, spec, out, **options):
        if out.suffix.lower() not in ENDINGS:
            raise CommandError(f"{out}: must end in {', '.join(ENDINGS)}")
        try:
            track = audio.TrackSpec.parse(spec.read_bytes())
            with tempfile.TemporaryDirectory(prefix="entrain-") as folder:
                self._make(track, out, Path(folder))
        except (audio.AudioError, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{out}: {track.duration_s:g} s")

    def _make(self, track, out: Path, folder: Path) -> None:
        clips = self._speak(track, folder)
        coded = out.suffix.lower() in renditions.ENDINGS
        recording = folder / "track.flac" if coded else out
        with _bar("Mixing") as bar:
            audio.render(track, recording, clips=clips, progress=bar)
        if coded:
            with _bar("Encoding") as bar:
                renditions.make_rendition(recording, out, progress=bar)

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
