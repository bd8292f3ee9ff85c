"""What all tests of sound start from."""

from hypothesis import settings

# A machine that is slow for a moment is not a fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
