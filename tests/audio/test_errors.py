"""An error says the same in another process: workers hand it on."""

import pickle

import pytest

from audio import Problem, SpecError, SpeechDoesNotFitError


@pytest.mark.parametrize(
    "error",
    [
        SpecError(Problem("beats", "too many", "most", {"most": 8}), Problem("title", "is empty")),
        SpeechDoesNotFitError(83.4),
    ],
)
def test_an_error_is_the_same_in_another_process(error):
    there = pickle.loads(pickle.dumps(error))
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert vars(there) == vars(error)
    assert "beats: too many" in str(error) or "at least 83 seconds" in str(error)
