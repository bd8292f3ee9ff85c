"""Steps in random order: whatever happens to jobs, the credits stay right.

Hypothesis plays several people, the staff, the sweeper and workers, which die and wake up late.
Every rule compares what the code answers with what the rows said a moment before; after each
step the ledger is counted by hand.
"""

from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from entrain import celery_app
from tests.faults.people import People
from tests.faults.workers import Workers

STEPS = 100


class JobsAndCredits(People, Workers):
    """Everybody at once."""


def play(monkeypatch, settings, *, number: int, examples: int) -> int:
    """Play the so-manieth game of so many examples; gives the number of steps taken.

    Not every example comes to its last step.
    """
    # Leases end, and messages are lost, when a rule says so, however slow the machine is.
    settings.JOB_LEASE_SECONDS = settings.JOB_RESEND_SECONDS = 3600
    machine = seed(number)(type("Game", (JobsAndCredits,), {}))
    monkeypatch.setattr(celery_app, "send_task", lambda *args, **options: None)
    how = hypothesis_settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(machine, settings=how)
    return machine.steps
