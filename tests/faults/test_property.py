"""Ten thousand steps in random order, see machine.py."""

import pytest

from tests.faults.machine import play

RUNS, EXAMPLES, STEPS_IN_ALL = 4, 28, 10_000


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", range(RUNS))
def test_whatever_happens_credits_and_tracks_are_right(run, monkeypatch, settings):
    steps = play(monkeypatch, settings, number=run, examples=EXAMPLES)
    assert steps >= STEPS_IN_ALL / RUNS
