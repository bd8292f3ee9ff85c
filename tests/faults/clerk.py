"""Does what a test asks, with Entrain's own code in a process of a plant's own.

One expression a line comes in as JSON, over what the names below mean; its value goes out.
"""

import json
import sys

import django

django.setup()

from django.db import close_old_connections  # noqa: E402

from accounts import ledger  # noqa: E402
from accounts.models import User  # noqa: E402
from audio import TrackSpec  # noqa: E402
from jobs import housekeeping, lifecycle, storage, tasks  # noqa: E402
from jobs.models import Job, Report  # noqa: E402


def submit_many(person: int, count: int) -> None:
    """Submit so many short tracks at one go."""
    spec = TrackSpec.parse(
        {
            "title": "One of many",
            "duration_s": 60,
            "beats": [{"kind": "binaural", "beat_hz": 6}],
            "speech": {"lines": ["I am calm"], "voice": "espeak:en-us+f3"},
        }
    )
    for number in range(count):
        lifecycle.submit_job(User(pk=person), spec, key=str(number))


NAMES = {
    "Job": Job,
    "Report": Report,
    "TrackSpec": TrackSpec,
    "User": User,
    "housekeeping": housekeeping,
    "ledger": ledger,
    "lifecycle": lifecycle,
    "storage": storage,
    "submit_many": submit_many,
    "tasks": tasks,
}

print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    close_old_connections()
    try:
        answer = {"value": eval(json.loads(line), NAMES)}
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer, default=str), flush=True)
