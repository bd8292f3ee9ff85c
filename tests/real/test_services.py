"""The same way on PostgreSQL, Redis, an S3 server and ElevenLabs, each moved to by its settings."""

from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import redis as redis_client
from psycopg.rows import namedtuple_row

from audio.speech.prepare import prepare
from tests import services, standins
from tests.jobs.choices import CHOICES
from tests.real import listening
from tests.real.conftest import AFFIRMATIONS
from tests.real.site import Visitor, running_site

VOICE = f"elevenlabs:{standins.VOICE['voice_id']}"


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """A site with no embedded part left, and what it stands on."""
    with (
        services.postgresql() as database,
        services.redis() as broker,
        services.s3() as bucket,
        standins.elevenlabs() as (speech, asked),
        running_site(
            tmp_path_factory.mktemp("site"),
            DATABASE_URL=database, REDIS_URL=broker, **bucket, **speech,
        ) as site,
    ):  # fmt: skip
        yield site, database, broker, bucket, asked


@pytest.fixture(scope="module")
def visit(everything):
    """A visitor who is signed in."""
    with Visitor(everything[0]) as visitor:
        visitor.sign_in()
        everything[0].manage("grant_credits", "demo@entrain.local", "5", "--reason", "tests")
        yield visitor


@pytest.fixture(scope="module")
def job_url(visit):
    """A finished track, each line of which is spoken three times."""
    lines = "\r\n".join([*AFFIRMATIONS, AFFIRMATIONS[0]])
    choices = CHOICES | {"affirmations": lines, "voice": VOICE, "repetitions": "3"}
    url = visit.submit("/studio/", "/studio/", **choices).url
    assert "/jobs/" in url
    visit.wait_for_track(url)
    return url


def test_the_track_is_what_was_asked_for(visit, job_url, tmp_path):
    track = visit.get(f"{job_url}download/").content
    (tmp_path / "track.flac").write_bytes(track)
    assert listening.flac_is_sound(tmp_path / "track.flac")
    sound = listening.samples_of(track)
    assert len(sound) == 300 * listening.RATE
    assert listening.peak_hz(sound[:, 0], 150, 250) == pytest.approx(203, abs=0.001)
    assert listening.peak_hz(sound[:, 1], 150, 250) == pytest.approx(197, abs=0.001)
    for line, times in zip(AFFIRMATIONS, (6, 3, 3), strict=True):
        clip = prepare(standins.spoken_mp3(line), level_db=-15)
        assert listening.times_heard(sound, clip) == times


def test_each_distinct_line_was_bought_once(everything, job_url):
    assert sorted(everything[-1]) == sorted(AFFIRMATIONS)


def test_the_rows_are_in_postgresql(everything, job_url):
    with psycopg.connect(everything[1]) as connection:
        states = connection.execute("SELECT state FROM jobs_job").fetchall()
        balance = connection.execute("SELECT sum(amount) FROM accounts_ledgerentry").fetchone()
    assert states == [("completed",)]
    assert balance == (5,)


def test_the_messages_went_through_redis(everything, job_url):
    with redis_client.Redis.from_url(everything[2]) as client:
        assert any(b"celery" in key for key in client.scan_iter())


def test_the_bucket_holds_one_track_and_each_clip_once(everything, job_url):
    client = services.s3_client(everything[3])
    keys = [item["Key"] for item in client.list_objects_v2(Bucket="tracks")["Contents"]]
    assert len([key for key in keys if key.endswith(".flac")]) == 1
    assert len([key for key in keys if key.startswith("clips/")]) == len(AFFIRMATIONS)


CODECS = {"flac": "flac", "opus": "opus", "m4a": "aac", "mp3": "mp3"}


def test_beside_the_track_come_other_formats_that_play(everything, visit, job_url, tmp_path):
    site, database = everything[:2]
    site.wait_until(lambda: _report(database).due_at is None, "everything beside the track")
    for kind, codec in CODECS.items():
        path = tmp_path / f"track.{kind}"
        path.write_bytes(visit.get(f"{job_url}download/?as={kind}").content)
        sound = listening.probe(path)
        assert sound["streams"][0]["codec_name"] == codec
        assert float(sound["format"]["duration"]) == pytest.approx(300, abs=0.1)
        # Ogg's words belong to the stream.
        tags = sound["format"].get("tags", {}) | sound["streams"][0].get("tags", {})
        assert {name.lower(): text for name, text in tags.items()}["title"] == "Calm evening"
    for picture in ("cover/?as=png", "spectrogram/"):
        path = tmp_path / "picture.png"
        path.write_bytes(visit.get(job_url + picture).content)
        assert listening.probe(path)["streams"][0]["codec_name"] == "png"


def test_the_certificate_is_measured_and_the_waveform_drawn(everything, visit, job_url):
    site, database = everything[:2]
    site.wait_until(lambda: _report(database).due_at is None, "everything beside the track")
    certificate = _report(database).certificate
    assert certificate["duration_s"] == 300
    assert certificate["beats"][0]["readings"][0]["beat_hz"] == pytest.approx(6, abs=0.001)
    assert len(visit.get(f"{job_url}waveform/").json()["data"]) > 1000


def _report(database):
    with psycopg.connect(database, row_factory=namedtuple_row) as connection:
        return connection.execute("SELECT * FROM jobs_report").fetchone()


def test_the_browser_fetches_from_the_bucket_by_a_link_of_one_hour(everything, visit, job_url):
    link = visit.get(f"{job_url}download/", allow_redirects=False).headers["Location"]
    assert link.startswith(everything[3]["R2_ENDPOINT_URL"])
    query = parse_qs(urlsplit(link).query)
    assert query["X-Amz-Expires"] == ["3600"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["response-content-disposition"] == ['attachment; filename="Calm evening.flac"']
    assert "test-secret" not in link


def test_the_bucket_answers_parts_for_seeking(visit, job_url):
    whole = visit.get(f"{job_url}download/").content
    part = visit.get(f"{job_url}download/", headers={"Range": "bytes=500-999"})
    assert (part.status_code, part.content) == (206, whole[500:1000])
    assert part.headers["Content-Disposition"] == 'attachment; filename="Calm evening.flac"'


def test_the_page_may_play_from_the_bucket(everything, visit, job_url):
    policy = visit.get(job_url).headers["Content-Security-Policy"]
    assert everything[3]["R2_ENDPOINT_URL"] in policy.split("media-src")[1].split(";")[0]


def test_deleting_the_track_empties_its_place_in_the_bucket(everything, visit, job_url):
    delete = job_url.removeprefix(everything[0].url) + "delete/"
    assert visit.submit(delete, delete).ok
    client = services.s3_client(everything[3])
    everything[0].wait_until(
        lambda: "Contents" not in client.list_objects_v2(Bucket="tracks", Prefix="tracks/"),
        "the last of its files to go",
    )
