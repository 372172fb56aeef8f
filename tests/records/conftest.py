"""An empty store and a fixed clock for everything about records."""

import pytest
from fakes import FixedClock
from record_fakes import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    """A store with nothing in it."""
    return MemoryStore()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still."""
    return FixedClock()
