"""A worker told to stop gives back what it has; one that was stopped for taking too long pays."""

import signal

import pytest

from jobs.stopping import given_back_when_told_to_stop


@pytest.mark.parametrize(("limit_s", "expected"), [(60, "released"), (0, "handed back")])
def test_what_is_over_its_time_counts(limit_s, expected):
    done = []

    def note(what):
        # A second signal, which would end the process, waits.
        done.append((what, signal.getsignal(signal.SIGTERM)))

    before = signal.getsignal(signal.SIGTERM)
    with (
        pytest.raises(SystemExit),
        given_back_when_told_to_stop(
            "it",
            release=lambda: note("released"),
            hand_back=lambda: note("handed back"),
            limit_s=limit_s,
        ),
    ):
        raise SystemExit
    assert done == [(expected, signal.SIG_IGN)]
    assert signal.getsignal(signal.SIGTERM) == before
