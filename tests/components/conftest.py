from collections.abc import Iterator

import pytest
from components.postgres import Postgres, missing, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL; tests that need it are skipped with a word where there is none."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    with running_postgres() as server:
        yield server
