"""The application under test, and what tests do to its database.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from app.config import Settings
from app.main import create_app
from app.models import metadata
from tests.support import SECRET, Fetch, Row, Rows, Store

Result = TypeVar("Result")


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """The application, on a database of its own; TEST_DATABASE_URL names another one."""
    url = os.environ.get("TEST_DATABASE_URL", "sqlite://")
    return create_app(Settings(secret=SECRET, database_url=url))


@pytest.fixture(scope="session")
def running(app: FastAPI) -> Iterator[TestClient]:
    """A client of the running application."""
    with TestClient(app, raise_server_exceptions=False) as client:
        call(client, app.state.database.create_tables)
        yield client


@pytest.fixture
def client(app: FastAPI, running: TestClient) -> Iterator[TestClient]:
    """A client, with empty tables."""

    async def prepare() -> None:
        async with app.state.database.sessions() as session:
            for table in reversed(metadata.sorted_tables):
                await session.exec(table.delete())
            await session.commit()

    call(running, prepare)
    yield running


@pytest.fixture
def store(app: FastAPI, client: TestClient) -> Store:
    """Puts a row into the database."""

    def store_row(row: Row) -> Row:
        async def save() -> None:
            async with app.state.database.sessions() as session:
                session.add(row)
                await session.commit()

        call(client, save)
        return row

    return store_row


@pytest.fixture
def fetch(app: FastAPI, client: TestClient) -> Fetch:
    """Reads a row from the database, by its key."""

    def fetch_row(cls: type[Row], key: Any) -> Row | None:
        async def load() -> Row | None:
            async with app.state.database.sessions() as session:
                row: Row | None = await session.get(cls, key)
                return row

        return call(client, load)

    return fetch_row


@pytest.fixture
def rows(app: FastAPI, client: TestClient) -> Rows:
    """Reads every row of a table."""

    def all_rows(cls: type[Row]) -> list[Row]:
        async def load() -> list[Row]:
            async with app.state.database.sessions() as session:
                found = await session.exec(select(cls))
                return list(found.all())

        return call(client, load)

    return all_rows


def call(client: TestClient, function: Callable[[], Awaitable[Result]]) -> Result:
    """Run a coroutine where the application runs."""
    if client.portal is None:
        raise RuntimeError("The client has not been entered.")
    return client.portal.call(function)
