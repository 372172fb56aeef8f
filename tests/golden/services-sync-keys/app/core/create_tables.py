"""Create missing tables: python -m app.core.create_tables.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import os

from app.core.config import DEFAULT_DATABASE_URL
from app.core.database import Database


def create_tables(url: str) -> None:
    """Create the tables that the database lacks."""
    database = Database(url)
    try:
        database.create_tables()
    finally:
        database.dispose()


if __name__ == "__main__":
    url = os.environ.get("DATABASE_URL") or DEFAULT_DATABASE_URL
    create_tables(url)
