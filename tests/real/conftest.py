"""Sites to visit."""

import pytest

from tests.jobs.choices import CHOICES

AFFIRMATIONS = ["I am calm and safe", "My breath is slow and deep", "I sleep well tonight"]


@pytest.fixture
def choices():
    """Three affirmations over five minutes, theta at 200 Hz."""
    return CHOICES | {"affirmations": "\r\n".join(AFFIRMATIONS)}
