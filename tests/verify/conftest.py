from collections.abc import Iterator

import pytest
from verify.harness import ForkedProcesses


@pytest.fixture(scope="session")
def processes() -> Iterator[ForkedProcesses]:
    """Processes that start quickly, shared by all tests: each run is a fork of its own."""
    forked = ForkedProcesses()
    yield forked
    forked.close()
