"""The rooms of the house: who may import whom, what the database can undo, what is pinned."""

import ast
import re
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from django.db import connection

from tests.services import clean_environment

ROOT = Path(__file__).parents[2]
ROOMS = ("accounts", "audio", "entrain", "jobs")
MAY_IMPORT = {"accounts": set(), "audio": set(), "entrain": set(), "jobs": {"accounts", "audio"}}
NETWORK = {"requests", "urllib3"}
AUDIO_NEEDS = {"av", "espeakng_loader", "numpy", "pydantic", "pydantic_core", "scipy", "soundfile"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {
    module_name(path): path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
}


def nodes(tree: ast.AST, *, into_functions: bool):
    """Everything in the tree, with or without what runs only when a function is called."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if into_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from nodes(node, into_functions=into_functions)


def imports_of(name: str, *, into_functions: bool = True) -> set[str]:
    """Every module that ``name`` imports, ours by the most exact name that is a module."""
    found = set()
    for node in nodes(ast.parse(MODULES[name].read_text()), into_functions=into_functions):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports by a relative name"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {one if one in MODULES else node.module for one in inner}
    return found


def top(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_point_one_way(room):
    for name in MODULES:
        if top(name) == room:
            others = {top(one) for one in imports_of(name)} & set(ROOMS) - {room}
            assert others <= MAY_IMPORT[room], name


def test_audio_imports_sound_and_nothing_of_the_web():
    allowed = set(sys.stdlib_module_names) | AUDIO_NEEDS | NETWORK | {"audio"}
    for name in MODULES:
        if top(name) == "audio":
            assert {top(one) for one in imports_of(name)} <= allowed, name


def test_audio_speaks_to_the_network_only_for_speech():
    for name in MODULES:
        if top(name) == "audio" and NETWORK & set(map(top, imports_of(name))):
            assert name.startswith("audio.speech."), name


def test_audio_runs_where_there_is_no_django(tmp_path):
    names = sorted(name for name in MODULES if top(name) == "audio")
    program = (
        "import importlib, sys\n"
        "for absent in ('django', 'celery', 'allauth'): sys.modules[absent] = None\n"
        f"for name in {names}: importlib.import_module(name)\n"
        f"print(*sorted(set(sys.modules) & {set(ROOMS)}))"
    )
    process = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=clean_environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (process.stderr, process.stdout) == ("", "audio\n")


def test_the_web_does_not_load_the_encoders(tmp_path):
    """PyAV comes with parts under the GPL; only the workers that encode have a use for it."""
    program = "import sys, entrain.wsgi, entrain.urls; print('av' in sys.modules)"
    environment = clean_environment(tmp_path) | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (process.stderr, process.stdout) == ("", "False\n")


def test_rooms_do_not_reach_for_each_other_s_private_names():
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and top(node.module) in {*ROOMS} - {top(name)}:
                parts = [*node.module.split("."), *(alias.name for alias in node.names)]
                assert not any(part.startswith("_") for part in parts), (name, node.module)


def test_no_module_needs_itself_to_be_loaded():
    graph = {
        name: imports_of(name, into_functions=False) & set(MODULES) - {name} for name in MODULES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.fixture
def manage(db, tmp_path):
    """Run a command of manage.py on an empty database of the suite's own kind; its output."""
    environment = clean_environment(tmp_path)
    if connection.vendor == "postgresql":
        environment["DATABASE_URL"] = _new_postgresql_database(tmp_path.name)

    def manage(*command: str) -> str:
        process = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert process.returncode == 0, process.stdout + process.stderr
        return process.stdout

    return manage


def _new_postgresql_database(name: str) -> str:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{name}"


def test_no_migration_is_missing(manage):
    assert "No changes detected" in manage("makemigrations", "--check", "--dry-run")


def test_migrations_can_be_undone_and_done_again(manage):
    schema = "import sys; from django.db import connection; from tests.entrain import schema"
    schema = f"{schema}; print(schema.described(connection))"
    manage("migrate", "--verbosity=0")
    before = manage("shell", "--command", schema)
    assert "ledger_no_overdraft" in before
    manage("migrate", "accounts", "0001", "--verbosity=0")
    assert "ledger_no_overdraft" not in manage("shell", "--command", schema)
    manage("migrate", "accounts", "zero", "--verbosity=0")
    between = manage("shell", "--command", schema)
    assert not re.search(r"\b(accounts|jobs|ledger)_", between)
    manage("migrate", "--verbosity=0")
    assert manage("shell", "--command", schema) == before


def test_jobs_of_the_first_version_live_on(manage):
    store = """
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
apps = MigrationExecutor(connection).loader.project_state(("jobs", "0001_initial")).apps
user = apps.get_model("accounts", "User").objects.create(email="ada@example.com")
spec = {"duration_s": 600, "beats": [{"beat_hz": 6}]}
apps.get_model("jobs", "Job").objects.create(
    user_id=user.pk, submission="x", title="Calm", spec=spec, price=1,
    state="completed", track="tracks/x/1.flac", track_bytes=5,
)
"""
    columns = "'delivered', 'duration_s', 'band'"
    look = f"from jobs.models import Job; print(*Job.objects.values_list({columns}))"
    manage("migrate", "jobs", "0001", "--verbosity=0")
    manage("shell", "--no-imports", "--command", store)
    manage("migrate", "--verbosity=0")
    assert manage("shell", "--command", look).splitlines()[-1] == "(True, 600.0, 'theta')"


PIN = r"^([a-z0-9.-]+)(?:\[[a-z,0-9]+\])?==([^\s;\\]+)[^\\\n]*"
HASHES = r"((?:\\\n    --hash=sha256:[0-9a-f]{64} ?)+)$"


def pinned(file: str) -> dict[str, str]:
    """The version of each package in a lock file; every one has to have its hashes."""
    text = (ROOT / file).read_text()
    entries = re.findall(PIN + HASHES, text, re.MULTILINE)
    starts = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert len(entries) == len(starts), f"{file} has a line that is no pin with hashes"
    return {name: version for name, version, _ in entries}


def direct(requirements) -> set[str]:
    return {re.match(r"[A-Za-z0-9.-]+", one)[0].lower() for one in requirements}


class TestLockFiles:
    """What is installed is exactly what was tried."""

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = "requirements.lock"
    test = ".ci/requirements-test.lock"

    def test_every_direct_dependency_is_pinned(self):
        needed = direct(self.project["project"]["dependencies"])
        assert needed <= set(pinned(self.runtime))
        assert needed | direct(self.project["dependency-groups"]["test"]) <= set(pinned(self.test))

    def test_the_tests_run_on_what_production_runs_on(self):
        assert pinned(self.runtime).items() <= pinned(self.test).items()

    @pytest.mark.parametrize("file", [runtime, test])
    def test_pins_name_no_place(self, file):
        text = (ROOT / file).read_text()
        assert not re.search(r"://|--(extra-)?index-url|--find-links|@ |^-e", text, re.MULTILINE)
