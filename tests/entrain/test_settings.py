"""The environment is read strictly: a run starts as asked for, or says everything it lacks."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import clean_environment

ROOT = Path(__file__).parents[2]

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SITE_URL": "https://entrain.example",
    "SECRET_KEY": "k9-Zr2!vQ8#mT5xW1@cB7&nL4*pS6^dF3+gH0=jJ_uYeXaRoIqM",
    "DATABASE_URL": "postgres://entrain:word-of-the-database@db.example:5432/entrain",
    "REDIS_URL": "rediss://:word-of-redis@redis.example:6379/0",
    "STORAGE_TYPE": "r2",
    "R2_ACCOUNT_ID": "account",
    "R2_ACCESS_KEY_ID": "key-id",
    "R2_SECRET_ACCESS_KEY": "word-of-r2",
    "R2_BUCKET_NAME": "tracks",
    "GOOGLE_CLIENT_ID": "client.apps.googleusercontent.com",
    "GOOGLE_CLIENT_SECRET": "word-of-google",
    "ELEVENLABS_API_KEY": "word-of-elevenlabs",
    "SUPPORT_EMAIL": "help@entrain.example",
}


def start(*command: str, folder: Path, **environment: str):
    """Run Python in an environment that holds nothing but ``environment``."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT, env=clean_environment(folder, **environment), capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.fixture
def settings_of(tmp_path):
    """The settings, as strings, of a process that starts with this environment."""
    program = (
        "import json; from entrain import settings; "
        "print(json.dumps({n: getattr(settings, n) for n in dir(settings) if n.isupper()}, "
        "default=lambda value: getattr(value, '__dict__', None) or str(value), sort_keys=True))"
    )

    def settings_of(**environment: str) -> dict:
        process = start("-c", program, folder=tmp_path, **environment)
        assert process.returncode == 0, process.stderr
        return json.loads(process.stdout)

    return settings_of


@pytest.fixture
def faults_of(tmp_path):
    """What a process with this environment says, by setting, when it refuses to start."""

    def faults_of(**environment: str) -> dict[str, str]:
        process = start("-c", "import entrain.settings", folder=tmp_path, **environment)
        assert process.returncode == 1
        assert process.stdout == ""
        heading, *lines = process.stderr.splitlines()
        assert heading.startswith("Entrain does not start")
        return dict(re.fullmatch(r"  (\w+): (.+)", line).groups() for line in lines)

    return faults_of


class TestLocal:
    """Needs nothing, and keeps to this machine."""

    def test_starts_with_an_empty_environment(self, tmp_path):
        process = start("-Werror", "manage.py", "check", folder=tmp_path)
        assert (process.returncode, process.stderr) == (0, "")

    def test_what_it_takes_by_itself(self, settings_of, tmp_path):
        settings = settings_of()
        assert settings["PRODUCTION"] is False
        assert settings["DEBUG"] is False
        assert settings["DEMO_ACCOUNT"] is True
        assert settings["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
        assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "entrain.sqlite3")
        assert settings["CELERY_BROKER_URL"] == f"sqla+sqlite:///{tmp_path}/broker.sqlite3"

    def test_makes_one_secret_key_for_itself_and_keeps_it_private(self, settings_of, tmp_path):
        key = settings_of()["SECRET_KEY"]
        assert len(key) >= 50
        assert settings_of()["SECRET_KEY"] == key
        assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]

    def test_google_takes_the_place_of_the_demo_account(self, settings_of):
        settings = settings_of(GOOGLE_CLIENT_ID="client", GOOGLE_CLIENT_SECRET="secret")
        assert settings["DEMO_ACCOUNT"] is False
        [app] = settings["SOCIALACCOUNT_PROVIDERS"]["google"]["APPS"]
        assert (app["client_id"], app["secret"]) == ("client", "secret")

    def test_google_without_its_secret_is_refused(self, faults_of):
        assert list(faults_of(GOOGLE_CLIENT_ID="client")) == ["GOOGLE_CLIENT_SECRET"]

    def test_r2_needs_its_four_settings(self, faults_of):
        assert list(faults_of(STORAGE_TYPE="r2")) == [
            "R2_ACCESS_KEY_ID", "R2_ACCOUNT_ID", "R2_BUCKET_NAME", "R2_SECRET_ACCESS_KEY",
        ]  # fmt: skip

    def test_every_malformed_value_is_named_at_once_and_none_repeated(self, faults_of):
        malformed = {
            "SITE_URL": "http://entrain.example/zq1",
            "DATABASE_URL": "postgres://entrain:zq2@host:port/name",
            "REDIS_URL": "http://:zq3@host",
            "STORAGE_TYPE": "zq4",
            "DEBUG": "zq5",
            "LOG_LEVEL": "zq6",
            "SUPPORT_EMAIL": "zq7",
            "ELEVENLABS_BASE_URL": "zq8",
            "ELEVENLABS_CONCURRENCY": "0",
            "JOB_LEASE_SECONDS": "zq9",
            "JOB_SWEEP_SECONDS": "1.5",
            "JOB_RESEND_SECONDS": "-1",
            "JOB_MAX_ATTEMPTS": "",
        }
        faults = faults_of(**malformed)
        assert set(faults) == set(malformed)
        assert "zq" not in " ".join(faults.values())

    @pytest.mark.parametrize("folder", ["", " "])
    def test_no_folder_is_none(self, faults_of, folder):
        assert faults_of(DATA_DIR=folder, SECRET_KEY="x" * 50) == {"DATA_DIR": "Is empty."}

    def test_neither_local_nor_production_is_neither(self, faults_of):
        assert list(faults_of(ENVIRONMENT="staging")) == ["ENVIRONMENT"]

    def test_a_file_gives_settings_and_the_environment_goes_before_it(self, settings_of, tmp_path):
        file = tmp_path / "my.env"
        file.write_text("JOB_MAX_ATTEMPTS=7\nJOB_LEASE_SECONDS=8\n")
        settings = settings_of(ENV_FILE=str(file), JOB_LEASE_SECONDS="9")
        assert (settings["JOB_MAX_ATTEMPTS"], settings["JOB_LEASE_SECONDS"]) == (7, 9)


@pytest.mark.parametrize(
    "url",
    [
        "entrain.example", "http://entrain.example", "ftp://entrain.example", "https://", "",
        "https://entrain.example/path", "https://entrain.example?x=1", "https://me:pw@entrain.example",
        "https://entrain.example:port", "https://[entrain", "//entrain.example",
        "https://*", "https://.entrain.example", "https://*.entrain.example", "https://entrain.",
        "https://en train.example", "https://entrain..example", "https://-entrain.example",
        "https://[2001:db8::1]", "https://entrain.example,evil.example",
    ],
)  # fmt: skip
def test_a_site_has_an_address_of_its_own(faults_of, url):
    assert list(faults_of(SITE_URL=url)) == ["SITE_URL"]


class TestProduction:
    """Asked for by name or by a public address; falls back to nothing."""

    @pytest.mark.parametrize("asked", ["ENVIRONMENT", "SITE_URL"])
    def test_names_every_setting_that_is_missing(self, faults_of, asked):
        faults = faults_of(**{asked: PRODUCTION[asked]})
        assert set(faults) == set(PRODUCTION) - {"ENVIRONMENT", asked}
        assert set(faults.values()) == {"Environment variable not set."}

    def test_empty_is_missing(self, faults_of):
        asked = {"ENVIRONMENT": "production", "SITE_URL": PRODUCTION["SITE_URL"]}
        faults = faults_of(**(dict.fromkeys(PRODUCTION, "") | asked))
        assert set(faults) == set(PRODUCTION) - set(asked)

    def test_complete_it_passes_django_s_deployment_checks(self, tmp_path):
        process = start(
            "-Werror", "manage.py", "check", "--deploy", "--fail-level", "INFO",
            folder=tmp_path, **PRODUCTION,
        )  # fmt: skip
        assert (process.returncode, process.stderr) == (0, "")
        assert "no issues (0 silenced)" in process.stdout

    def test_serves_no_pages_before_their_static_files_are_there(self, tmp_path):
        def web():
            return start("-c", "import entrain.wsgi", folder=tmp_path, **PRODUCTION)

        refused = web()
        assert refused.returncode == 1
        assert refused.stderr.startswith("Entrain does not start")
        assert "collectstatic" in refused.stderr
        collect = ["manage.py", "collectstatic", "--noinput"]
        assert start(*collect, folder=tmp_path, **PRODUCTION).returncode == 0
        assert (web().returncode, web().stderr) == (0, "")

    def test_what_it_takes_from_the_environment(self, settings_of, tmp_path):
        settings = settings_of(**PRODUCTION, DEBUG="true")
        assert settings["DEBUG"] is False
        assert settings["DEMO_ACCOUNT"] is False
        assert settings["ALLOWED_HOSTS"] == ["entrain.example"]
        assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://entrain.example"]
        for kind in ("SESSION", "CSRF", "LANGUAGE"):
            assert settings[f"{kind}_COOKIE_SECURE"] is True
        assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.postgresql"
        assert settings["DATABASES"]["default"]["PASSWORD"] == "word-of-the-database"
        assert settings["CELERY_BROKER_URL"] == PRODUCTION["REDIS_URL"]
        assert settings["CACHES"]["default"]["LOCATION"] == PRODUCTION["REDIS_URL"]
        bucket = settings["STORAGES"]["default"]["OPTIONS"]
        assert bucket["endpoint_url"] == "https://account.r2.cloudflarestorage.com"
        assert (bucket["access_key"], bucket["secret_key"]) == ("key-id", "word-of-r2")
        assert not (tmp_path / "secret_key").exists()

    def test_messages_of_the_scheduler_do_not_pile_up_while_no_worker_is_there(self, settings_of):
        schedule = settings_of(**PRODUCTION)["CELERY_BEAT_SCHEDULE"]
        assert all(entry["options"]["expires"] for entry in schedule.values())

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("STORAGE_TYPE", "local"),
            ("DATABASE_URL", "sqlite:///entrain.sqlite3"),
            ("DATABASE_URL", "mysql://entrain:pw@db.example/entrain"),
            ("DATABASE_URL", "postgres://entrain:pw@db.example/"),
            ("REDIS_URL", "sqla+sqlite:///broker.sqlite3"),
            ("REDIS_URL", "redis://redis.example:6379/abc"),
            ("REDIS_URL", "redis://redis.example:6379/0/1"),
            ("SECRET_KEY", "short"),
            ("SUPPORT_EMAIL", "nobody"),
            ("TRUSTED_PROXY_COUNT", "-1"),
            ("R2_ENDPOINT_URL", "http://files.example"),
            ("JOB_LEASE_SECONDS", "14"),
        ],
    )
    def test_refuses_what_will_not_do(self, faults_of, name, value):
        faults = faults_of(**(PRODUCTION | {name: value}))
        assert list(faults) == [name]
        assert value not in faults[name]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SITE_URL", "https://xn--entrn-gra.co-op.example:8443"),
            ("REDIS_URL", "redis://redis.example"),
            ("REDIS_URL", "redis://redis.example/"),
            ("REDIS_URL", "rediss://redis.example:6379/15?ssl_cert_reqs=none"),
            ("JOB_LEASE_SECONDS", "15"),
        ],
    )
    def test_takes_what_will_do(self, settings_of, name, value):
        assert str(settings_of(**(PRODUCTION | {name: value}))[name]) == value

    def test_a_host_is_one_in_capitals_too(self, settings_of):
        settings = settings_of(**(PRODUCTION | {"SITE_URL": "https://Entrain.Example"}))
        assert settings["ALLOWED_HOSTS"] == ["entrain.example"]
        assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://entrain.example"]


def settings_read() -> set[str]:
    """The names that entrain/settings.py asks the environment for."""
    calls = ast.walk(ast.parse((ROOT / "entrain/settings.py").read_text()))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and getattr(call.func.value, "id", None) == "env"
        and call.args
    }


class TestExample:
    """`.env.example` explains the settings, and is true."""

    text = (ROOT / ".env.example").read_text()
    lines = dict(re.findall(r"^#([A-Z][A-Z0-9_]*)=(.*)$", text, re.MULTILINE))

    def test_names_exactly_the_settings_that_are_read(self):
        assert set(self.lines) == settings_read()
        assert len(re.findall(r"^#\w+=", self.text, re.MULTILINE)) == len(self.lines)

    def test_explains_each(self):
        for name in self.lines:
            assert re.search(rf"^# .+\n#{name}=", self.text, re.MULTILINE), name

    def test_marks_exactly_what_production_needs(self):
        marked = re.findall(r"^# \* .+\n(?:# .+\n)*#(\w+)=", self.text, re.MULTILINE)
        assert {*marked, "ENVIRONMENT"} == set(PRODUCTION)

    def test_copied_it_changes_nothing(self):
        assert [line for line in self.text.splitlines() if line and line[0] != "#"] == []

    def test_its_defaults_are_the_real_ones(self, settings_of):
        defaults = {name: value for name, value in self.lines.items() if value}
        assert settings_of(**defaults) == settings_of()


def test_a_process_leaves_the_other_cores_to_others(tmp_path):
    program = (
        "import os, entrain, numpy\n"
        "numpy.ones((600, 600)) @ numpy.ones((600, 600))\n"
        "print(len(os.listdir('/proc/self/task')))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=clean_environment(tmp_path), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == "1\n"
