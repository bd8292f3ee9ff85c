"""The programs that tests of real parts need: found, or the test says which one is missing."""

import os
import shutil

import pytest


def program(*names: str, folder: str = "") -> str:
    """Path of the first of ``names`` on this machine.

    A person without it sees the test skipped with the program's name; in CI that is a failure.
    """
    path = os.pathsep.join(filter(None, [os.environ.get("PATH", ""), folder]))
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    missing = f"{' or '.join(names)} is not installed"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
