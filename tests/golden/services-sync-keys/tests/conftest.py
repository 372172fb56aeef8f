"""The application under test, and what tests do to its database.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import os
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from app.core.config import Settings
from app.main import create_app
from app.models import metadata
from tests.support import Fetch, Issuer, Row, Rows, Store


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """Publishes the key that signs the tokens of these tests."""
    with Issuer() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def app(issuer: Issuer) -> FastAPI:
    """The application, on a database of its own; TEST_DATABASE_URL names another one."""
    url = os.environ.get("TEST_DATABASE_URL", "sqlite://")
    return create_app(Settings(jwks_url=issuer.url, database_url=url))


@pytest.fixture(scope="session")
def running(app: FastAPI) -> Iterator[TestClient]:
    """A client of the running application."""
    with TestClient(app, raise_server_exceptions=False) as client:
        app.state.database.create_tables()
        yield client


@pytest.fixture
def client(app: FastAPI, running: TestClient) -> Iterator[TestClient]:
    """A client, with empty tables."""

    def prepare() -> None:
        with app.state.database.sessions() as session:
            for table in reversed(metadata.sorted_tables):
                session.exec(table.delete())
            session.commit()

    prepare()
    yield running


@pytest.fixture
def store(app: FastAPI, client: TestClient) -> Store:
    """Puts a row into the database."""

    def store_row(row: Row) -> Row:
        def save() -> None:
            with app.state.database.sessions() as session:
                session.add(row)
                session.commit()

        save()
        return row

    return store_row


@pytest.fixture
def fetch(app: FastAPI, client: TestClient) -> Fetch:
    """Reads a row from the database, by its key."""

    def fetch_row(cls: type[Row], key: Any) -> Row | None:
        def load() -> Row | None:
            with app.state.database.sessions() as session:
                row: Row | None = session.get(cls, key)
                return row

        return load()

    return fetch_row


@pytest.fixture
def rows(app: FastAPI, client: TestClient) -> Rows:
    """Reads every row of a table."""

    def all_rows(cls: type[Row]) -> list[Row]:
        def load() -> list[Row]:
            with app.state.database.sessions() as session:
                found = session.exec(select(cls))
                return list(found.all())

        return load()

    return all_rows
