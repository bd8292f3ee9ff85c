"""Which words a simple voice cannot read, for it knows their script by its letters alone."""

import unicodedata
from collections.abc import Iterable

SIMPLE = "espeak:"
# As they begin the names that Unicode gives letters. Heard: others are spelled, letter by letter.
READ = ("LATIN", "FULLWIDTH LATIN", "DEVANAGARI")


def spelled(lines: Iterable[str], voice_id: str) -> int:
    """How many of ``lines`` the voice would spell: those with most letters in such a script."""
    if not voice_id.startswith(SIMPLE):
        return 0
    return sum(map(_is_strange, lines))


def _is_strange(line: str) -> bool:
    letters = [char for char in line if char.isalpha()]
    read = sum(unicodedata.name(char, "").startswith(READ) for char in letters)
    return 2 * read < len(letters)
