"""The package stands on its own."""

import subprocess
import sys

ALONE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"django", "accounts", "jobs", "entrain", "celery"}:
            raise ImportError(f"audio must not need {name}")

sys.meta_path.insert(0, Absent())
import audio
missing = [name for name in audio.__all__ if not hasattr(audio, name)]
slow = [name for name in ("scipy.signal", "requests", "espeakng_loader") if name in sys.modules]
from audio.speech import elevenlabs, espeak
print(missing, slow)
"""


def test_it_needs_nothing_of_the_rest_and_starts_lightly():
    command = [sys.executable, "-c", ALONE]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "[] []"
