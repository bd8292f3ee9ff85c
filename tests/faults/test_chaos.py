"""The command that kills workers at random, on a small number of jobs."""

import subprocess
import sys

from tests.real.site import ROOT

# Two workers of which one dies; with fewer seconds between, most of the time is spent on starts.
OPTIONS = "--jobs 30 --workers 2 --every 8 --resend 10"


def test_jobs_end_right_while_workers_are_killed():
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults.chaos", *OPTIONS.split()],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert "completed: 30\n" in run.stdout
    assert "ended right: 30\n" in run.stdout
