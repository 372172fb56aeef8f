"""A session for each request.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Annotated

from fastapi import Depends, Request

from app.core.database import Database


def get_database(request: Request) -> Database:
    """Return the database, whose sessions handlers open themselves.

    A session from a dependency with `yield` would hold its connection while the request waits
    for a thread: under load, no thread is left to close it.
    """
    database: Database = request.app.state.database
    return database


DatabaseDep = Annotated[Database, Depends(get_database)]
