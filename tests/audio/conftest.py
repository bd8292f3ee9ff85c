"""What all tests of sound start from."""

from hypothesis import settings

# A machine that is slow for a moment is not a fault, and what is green once stays green.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
