"""Beside each finished track come its other formats, its cover and its certificate."""

import json

import av
import numpy as np
import pytest
import soundfile
from django.core.files.base import ContentFile, File

import audio
from jobs import companions, discards, extras, housekeeping, lifecycle, rendering
from jobs.models import Job, Report, TrackFile
from jobs.storage import companion_key, delete_tracks, track_key, tracks

SPECTROGRAM = TrackFile.Kind.SPECTROGRAM
KINDS = {"opus", "m4a", "mp3", "cover.png", SPECTROGRAM}


@pytest.fixture
def spec(spec):
    """The shortest track, its words barely heard."""
    speech = spec.speech.model_copy(update={"level_db": -40.0})
    return spec.model_copy(update={"speech": speech})


@pytest.fixture
def rendered(claim, tmp_path):
    """A job whose recording is a second of silence."""
    key, spectrogram = track_key(claim.job.pk, 1), companion_key(claim.job.pk, 1, 0, SPECTROGRAM)
    soundfile.write(tmp_path / "silence.flac", np.zeros((44_100, 2), "int16"), 44_100)
    with (tmp_path / "silence.flac").open("rb") as file:
        tracks().save(key, File(file))
    tracks().save(spectrogram, ContentFile(b"png"))
    lifecycle.finish(claim, track=key, track_bytes=1, spectrogram=(spectrogram, 3))
    yield Job.objects.get()
    delete_tracks(claim.job.pk, range(9))


@pytest.fixture
def stored(job):
    """Names of the files that are stored for the job now."""
    return lambda: set(tracks().listdir(f"tracks/{job.pk}")[1])


@pytest.fixture
def made(rendered):
    companions.make(extras.claim(rendered.pk))
    return Job.objects.get()


def _read(job, kind) -> bytes:
    with tracks().open(job.files.get(kind=kind).key) as file:
        return file.read()


def test_everything_is_made_and_is_what_it_says(spoken, stored):
    rendering.render(spoken)
    companions.make(extras.claim(spoken.job.pk))
    made = Job.objects.get()
    files = {file.kind: file for file in made.files.all()}
    assert set(files) == KINDS
    assert stored() == {made.track.rpartition("/")[2]} | {
        file.key.rpartition("/")[2] for file in files.values()
    }
    for kind, file in files.items():
        assert tracks().size(file.key) == file.bytes, kind
    for kind, codec in (("opus", "opus"), ("m4a", "aac"), ("mp3", "mp3float")):
        with tracks().open(files[kind].key) as file, av.open(file) as sound:
            assert sound.streams.audio[0].codec_context.name in (codec, f"lib{codec}")
            assert sound.duration / av.time_base == pytest.approx(60, abs=0.1)
    assert _read(made, "cover.png").startswith(b"\x89PNG")
    assert _read(made, "spectrogram.png").startswith(b"\x89PNG")
    assert made.report.waveform["length"] == len(made.report.waveform["data"]) // 4
    assert made.report.certificate["duration_s"] == 60
    assert made.report.certificate["speech"]["count"] == 2
    assert json.dumps(made.report.certificate, allow_nan=False)
    assert made.report.due_at is None
    delete_tracks(made.pk, range(9))


def test_files_bear_the_title_that_the_track_has_when_they_are_made(spoken):
    def rename(title):
        Job.objects.update(title=title)

    rename("Ruhig: ein längerer Titel")
    rendering.render(lifecycle.Claim(Job.objects.get(), spoken.attempt, spoken.step))
    # As long as a title may be, so that nothing but the recipe's room will do.
    rename("ß" * 120)
    companions.make(extras.claim(spoken.job.pk))
    made = Job.objects.get()
    titles = {}
    for kind, key in [("flac", made.track), *made.files.values_list("kind", "key")]:
        if kind in ("flac", "opus", "m4a", "mp3"):
            with tracks().open(key) as file, av.open(file) as sound:
                said = sound.metadata | sound.streams.audio[0].metadata
                titles[kind] = next(said[name] for name in said if name.lower() == "title")
    assert titles.pop("flac") == "Ruhig: ein längerer Titel"
    assert titles == dict.fromkeys(["opus", "m4a", "mp3"], "ß" * 120)
    assert made.report.certificate["speech"]["lines_meant"] == 2
    assert made.track_spec.title == "Calm"
    delete_tracks(made.pk, range(9))


def test_what_fails_keeps_nothing_else_from_being_made(rendered, monkeypatch, caplog, balance):
    def broken(work, path):
        raise audio.AudioError("no encoder today")

    monkeypatch.setitem(companions.FILES, "opus", broken)
    companions.make(extras.claim(rendered.pk))
    job = Job.objects.get()
    assert set(job.files.values_list("kind", flat=True)) == KINDS - {"opus"}
    assert job.report.certificate
    assert job.report.due_at is not None
    assert "no encoder today" in caplog.text
    assert (job.state, balance()) == (Job.State.COMPLETED, 0)

    monkeypatch.undo()
    made = []
    monkeypatch.setattr(companions, "make_rendition", lambda *a, **k: made.append(a) or _fake(*a))
    companions.make(extras.claim(rendered.pk))
    assert [path.suffix for _, path in made] == [".opus"]
    assert Report.objects.get().due_at is None


def _fake(source, path):
    path.write_bytes(b"sound")


@pytest.mark.parametrize("moment", ["before the upload", "after the upload"])
@pytest.mark.parametrize("end", [lifecycle.archive, lifecycle.remove, lifecycle.make_again])
def test_a_worker_that_comes_too_late_publishes_and_leaves_nothing(
    rendered, stored, monkeypatch, end, moment
):
    def gone():
        end(Job.objects.get())
        discards.clear()

    def cover(work, path):
        if moment == "before the upload":
            gone()
        path.write_bytes(b"picture")

    save = tracks().save

    def saved(key, file):
        save(key, file)
        if moment == "after the upload":
            gone()

    monkeypatch.setitem(companions.FILES, "cover.png", cover)
    monkeypatch.setattr(tracks(), "save", saved, raising=False)
    companions.make(extras.claim(rendered.pk))
    assert stored() == set()
    assert not TrackFile.objects.exists()


def test_it_stops_soon_when_it_is_not_wanted_any_more(rendered, monkeypatch):
    monkeypatch.setattr(companions, "BEAT_SECONDS", 0)
    make_rendition, codings = companions.make_rendition, []

    def archived_meanwhile(source, path, **options):
        codings.append(path)
        lifecycle.archive(Job.objects.get())
        make_rendition(source, path, **options)

    monkeypatch.setattr(companions, "make_rendition", archived_meanwhile)
    companions.make(extras.claim(rendered.pk))
    assert len(codings) == 1
    assert not TrackFile.objects.exists()


def test_a_worker_that_was_replaced_leaves_what_the_next_has_just_stored(made, stored, monkeypatch):
    """It wakes up after its last file, in the moment before the other publishes its own."""

    def replaced(work, path):
        Report.objects.update(lease_until=None)
        second = extras.claim(made.pk)
        key = companion_key(made.pk, second.report.attempt, second.try_, "opus")
        tracks().save(key, ContentFile(b"sound"))
        raise audio.AudioError("no encoder today")

    assert extras.make_anew(made, "opus")
    first = extras.claim(made.pk)
    monkeypatch.setitem(companions.FILES, "opus", replaced)
    companions.make(first)
    assert f"{first.report.attempt}-{first.try_ + 1}.opus" in stored()


def test_what_a_worker_left_that_was_killed_is_removed_by_the_next(rendered, stored):
    dead = f"tracks/{rendered.pk}/1-1.opus"
    first = extras.claim(rendered.pk)
    with tracks().open(rendered.track) as file:
        tracks().save(dead.replace("/1-", f"/{first.report.attempt}-"), file)
    Report.objects.update(lease_until=None)
    companions.make(extras.claim(rendered.pk))
    assert len(stored()) == 1 + len(KINDS)
    assert not [name for name in stored() if name.endswith("-1.opus")]


def test_housekeeping_knows_what_belongs_to_a_track(made, stored):
    before = stored()
    key = f"tracks/{made.pk}/{made.report.attempt}-7.opus"
    with tracks().open(made.track) as file:
        tracks().save(key, file)
    age = housekeeping.ORPHAN_AGE
    assert housekeeping.remove_orphans(older_than=age) == 0
    assert housekeeping.remove_orphans(older_than=age * 0) >= 1
    assert stored() == before


def test_deleting_the_job_deletes_every_file(made, stored):
    lifecycle.remove(made)
    discards.clear()
    assert stored() == set()
    assert not TrackFile.objects.exists()
    assert not Report.objects.exists()
