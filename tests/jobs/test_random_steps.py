"""Some hundred steps in random order; tests/faults/test_property.py takes ten thousand."""

import pytest

from tests.faults.machine import play


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_credits_and_tracks_are_right(monkeypatch, settings):
    assert play(monkeypatch, settings, number=10, examples=6) >= 400
