"""What accounts and jobs promise on SQLite, they keep on PostgreSQL."""

import os
import subprocess
import sys

from tests import services
from tests.real.site import ROOT

PROMISES = [
    "tests/accounts", "tests/jobs", "tests/faults/test_ledger_faults.py",
    "tests/entrain/test_architecture.py::test_jobs_of_the_first_version_live_on",
]  # fmt: skip


def test_accounts_and_jobs_keep_their_promises_on_postgresql():
    outside = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    with services.postgresql() as url:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *PROMISES, "-q", "-n", "2"],
            cwd=ROOT, env=outside | {"DATABASE_URL": url}, capture_output=True, text=True,
        )  # fmt: skip
    assert run.returncode == 0, run.stdout[-5000:]
    assert " passed" in run.stdout
