"""One plant for all the tests that run in a process; each finds it whole."""

import pytest

from tests.faults.plant import running_plant


@pytest.fixture(scope="session")
def _plant(tmp_path_factory):
    with running_plant(tmp_path_factory.mktemp("plant")) as plant:
        yield plant


@pytest.fixture
def plant(_plant):
    """The plant in working order, its earlier jobs forgotten."""
    _plant.settle()
    yield _plant
    for label in set(_plant.processes) - {"speech", "worker", "beat"}:
        _plant.end(label)
