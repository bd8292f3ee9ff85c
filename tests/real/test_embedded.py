"""With nothing but Python, one command gives a site on which a person gets their track."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audio import TrackSpec
from audio.speech.espeak import Espeak
from audio.speech.prepare import prepare
from tests.real import listening
from tests.real.conftest import AFFIRMATIONS
from tests.real.site import ROOT, Site, Visitor, running_site
from tests.services import clean_environment, free_port


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_from_a_person_s_words_to_their_track(tmp_path, choices):
    with running_site(tmp_path) as site, Visitor(site) as visitor:
        visitor.sign_in()
        response = visitor.submit("/studio/", "/studio/", **choices)
        assert "/jobs/" in response.url, response.text
        track = visitor.wait_for_track(response.url)
        _hear(track, tmp_path)

        assert "0 credits" in visitor.see("/accounts/credits/")
        again = visitor.submit("/studio/", "/studio/", **choices | {"title": "Another", "key": ""})
        assert "costs 1 credit and you have 0" in again.text
        assert "I sleep well tonight" in again.text

        part = visitor.get(f"{response.url}download/", headers={"Range": "bytes=1000-1999"})
        assert (part.status_code, part.content) == (206, track[1000:2000])
        assert 'filename="Calm evening.flac"' in part.headers["Content-Disposition"]


def _hear(track: bytes, folder: Path) -> None:
    path = folder / "track.flac"
    path.write_bytes(track)
    assert listening.flac_is_sound(path)
    sound = listening.samples_of(track)
    assert len(sound) == 300 * listening.RATE
    assert listening.peak_hz(sound[:, 0], 150, 250) == pytest.approx(203, abs=0.001)
    assert listening.peak_hz(sound[:, 1], 150, 250) == pytest.approx(197, abs=0.001)
    assert abs(sound).max() < 0.9
    assert listening.quietest_db(sound) > -60
    for line in AFFIRMATIONS:
        spoken = Espeak().speak(line, "espeak:en-us+f3")
        assert listening.times_heard(sound, prepare(spoken, level_db=-15)) == 1


def test_ctrl_c_ends_everything_and_the_data_is_there_again(tmp_path):
    for times, how in enumerate((signal.SIGINT, signal.SIGTERM), start=1):
        with running_site(tmp_path) as site, Visitor(site) as visitor:
            visitor.sign_in()
            assert "1 credit" in visitor.see("/accounts/credits/")
            workers = 3 * times
            site.wait_until(lambda: site.log.count(" ready.") == workers, "the workers")  # noqa: B023
            children = site.children()
            assert len(children) >= 3
            asked = time.monotonic()
            assert site.stop(how) == 0
            assert time.monotonic() - asked < 10
            assert "SIGKILL" not in site.log
            assert not [pid for pid in children if _is_alive(pid)]


@pytest.mark.parametrize("part", ["gunicorn", "worker", "beat"])
def test_when_a_part_dies_all_ends_and_says_so(tmp_path, part):
    with running_site(tmp_path) as site:
        site.wait_until(lambda: _processes_of(site, part), f"the {part}")
        children = site.children()
        # The topmost process of the part: its own workers come after it.
        subprocess.run(["kill", "-9", str(min(_processes_of(site, part)))], check=True)
        assert site.process.wait(timeout=20) > 0
        assert not [pid for pid in children if _is_alive(pid)]


def _processes_of(site: Site, part: str) -> list[int]:
    """Those that have begun to be it; before that, they are copies of their parent."""
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in site.children()}
    return [pid for pid, words in commands.items() if part in words.split("\0")]


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", port],
            cwd=ROOT, env=clean_environment(tmp_path), capture_output=True, text=True,
        )  # fmt: skip
    assert result.returncode != 0
    assert f"Port {port} cannot be used" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_track_in_the_making_survives_a_restart(tmp_path, choices):
    long = choices | {"duration_min": "30"}
    with running_site(tmp_path) as site, Visitor(site) as visitor:
        visitor.sign_in()
        job_url = visitor.submit("/studio/", "/studio/", **long).url
        site.wait_until(
            lambda: "Mixing the sound" in visitor.get(f"{job_url}status/").text, "mixing"
        )
    # The session is kept as well: the same browser goes on.
    with running_site(tmp_path, JOB_SWEEP_SECONDS="1") as again:
        visitor.site = again
        track = visitor.wait_for_track(job_url.replace(site.url, again.url))
    visitor.close()
    assert len(listening.samples_of(track)) == 1800 * listening.RATE


def test_render_needs_no_database(tmp_path):
    spec = TrackSpec.parse(
        {
            "title": "By hand", "duration_s": 60, "beats": [{"kind": "monaural", "beat_hz": 4}],
            "speech": {"lines": ["I am calm"], "voice": "espeak:en-us+f3"},
        }
    )  # fmt: skip
    (tmp_path / "spec.json").write_text(spec.to_json())
    command = [sys.executable, "manage.py", "render"]
    environment = clean_environment(tmp_path / "data", DATABASE_URL="postgres://127.0.0.1:1/none")
    done = subprocess.run(
        [*command, str(tmp_path / "spec.json"), str(tmp_path / "out.flac")],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Mixing: 100%" in done.stderr
    assert listening.flac_is_sound(tmp_path / "out.flac")

    (tmp_path / "spec.json").write_text('{"title": "x", "duration_s": 5, "loudness": 3}')
    refused = subprocess.run(
        [*command, str(tmp_path / "spec.json"), str(tmp_path / "no.flac")],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "duration_s: must be from 60 to 28800 seconds" in refused.stderr
    assert "loudness" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "no.flac").exists()


@pytest.mark.parametrize(
    "unreachable",
    [{"DATABASE_URL": "postgres://x@127.0.0.1:1/x"}, {"REDIS_URL": "redis://127.0.0.1:1/0"}],
    ids=["database", "broker"],
)
def test_a_server_that_does_not_answer_is_said_in_a_line(tmp_path, unreachable):
    result = subprocess.run(
        [sys.executable, "manage.py", "up", "--port", str(free_port())],
        cwd=ROOT, env=clean_environment(tmp_path, **unreachable), capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode != 0
    assert "does not answer" in result.stderr
    assert "Traceback" not in result.stderr
