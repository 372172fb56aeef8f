"""How migrations reach the database.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import asyncio
import os

from alembic import context
from sqlalchemy import URL, Connection, NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import DEFAULT_DATABASE_URL
from app.db.session import normalize_url
from app.models import metadata


def database_url() -> URL:
    """Return where to migrate; behind a pooler, MIGRATION_DATABASE_URL names the direct host."""
    url = os.environ.get("MIGRATION_DATABASE_URL") or os.environ.get("DATABASE_URL")
    return normalize_url(url or DEFAULT_DATABASE_URL)


def migrate(connection: Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_database() -> None:
    """Connect and migrate.

    The engine is one of its own: SQLite changes a table by copying and dropping it, which must
    not delete the rows that refer to it, so foreign keys are not enforced here.
    """
    engine = create_async_engine(database_url(), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def print_migrations() -> None:
    """Write the SQL instead of running it: `alembic upgrade head --sql`."""
    url = database_url().render_as_string(hide_password=False)
    context.configure(url=url, target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    print_migrations()
else:
    asyncio.run(migrate_database())
