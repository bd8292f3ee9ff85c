"""What a track costs."""

from math import ceil

from audio import Speech

LINES_A_CREDIT = 50


def credits_for(speech: Speech) -> int:
    """One credit for each 50 distinct lines or part of it; repeating a line is free."""
    return ceil(len(speech.distinct_lines) / LINES_A_CREDIT)
