"""Create missing tables: python -m app.db.create_tables.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import asyncio
import os

from app.config import DEFAULT_DATABASE_URL
from app.db.session import Database


async def create_tables(url: str) -> None:
    """Create the tables that the database lacks."""
    database = Database(url)
    try:
        await database.create_tables()
    finally:
        await database.dispose()


if __name__ == "__main__":
    url = os.environ.get("DATABASE_URL") or DEFAULT_DATABASE_URL
    asyncio.run(create_tables(url))
