"""Migrations, up and down.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from pathlib import Path as FilePath

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from app.models import metadata

ALEMBIC = Config(str(FilePath(__file__).parents[1] / "alembic.ini"))


def test_migrations_lead_to_the_tables_of_the_models(
    tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up, down and up again: at the top, the database is what the models say."""
    url = f"sqlite:///{tmp_path / 'migrated.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.delenv("MIGRATION_DATABASE_URL", raising=False)

    command.upgrade(ALEMBIC, "head")
    command.downgrade(ALEMBIC, "base")
    command.upgrade(ALEMBIC, "head")

    engine = create_engine(url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert differences == []
