from collections.abc import Iterator
from pathlib import Path

import pytest
from components.issuer import install
from components.postgres import Postgres, missing, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL; tests that need it are skipped with a word where there is none."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def node_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Better Auth installed; without npm, tests are skipped with a word."""
    folder = tmp_path_factory.mktemp("better-auth")
    why = install(folder)
    if why is not None:
        pytest.skip(why)
    return folder
