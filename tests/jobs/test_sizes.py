"""A file's size is said the same way everywhere."""

import pytest
from django.utils import translation

from jobs.templatetags.sizes import file_size


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 kB"),
        (968_100, "968 kB"),
        (1_440_000, "1.4 MB"),
        (7_000_000, "7 MB"),
        (320_400_000, "320 MB"),
        (5_000_000_000, "5 GB"),
    ],
)
def test_a_size_in_words(size, words):
    assert file_size(size) == words.replace(" ", "\N{NO-BREAK SPACE}")


def test_a_size_in_german():
    with translation.override("de"):
        assert file_size(1_440_000) == "1,4\N{NO-BREAK SPACE}MB"
