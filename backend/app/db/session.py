"""The database engine and its sessions.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/features/authentication.md
- backend/CLAUDE.md
- specs/001-task-crud/spec.md
"""

from selectors import EVENT_READ, DefaultSelector
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, make_url
from sqlalchemy.event import listen
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import metadata

POOL_SIZE = 10
SQLITE_POOL_SIZE = 5
POOL_OVERFLOW = 10
POOL_RECYCLE_SECONDS = 240
POOL_TIMEOUT_SECONDS = 30
CONNECT_TIMEOUT_SECONDS = 5
SQLITE_TIMEOUT_SECONDS = 30


def normalize_url(url: str) -> URL:
    """Name the driver: `postgres://` and `postgresql://` use psycopg, `sqlite://` aiosqlite."""
    parsed = make_url(url)
    drivers = {
        "postgres": "postgresql+psycopg",
        "postgresql": "postgresql+psycopg",
        "sqlite": "sqlite+aiosqlite",
    }
    return parsed.set(drivername=drivers.get(parsed.drivername, parsed.drivername))


def _engine_options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        options: dict[str, Any] = {"connect_args": {"timeout": SQLITE_TIMEOUT_SECONDS}}
        if url.database not in {None, "", ":memory:"}:
            # Few connections: SQLite has one writer at a time, and those who wait for it sleep.
            options |= {
                "poolclass": AsyncAdaptedQueuePool,
                "pool_size": SQLITE_POOL_SIZE,
                "max_overflow": 0,
                # A session that closes has rolled back already; once more would wait for a thread.
                "pool_reset_on_return": None,
            }
        return options
    # prepare_threshold: a pooler in transaction mode gives each transaction another connection,
    # which does not know the statements that were prepared on the last one.
    # pool_recycle: serverless databases drop connections that were idle for five minutes.
    return {
        "connect_args": {
            "prepare_threshold": None,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        },
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_OVERFLOW,
        "pool_timeout": POOL_TIMEOUT_SECONDS,
        "pool_recycle": POOL_RECYCLE_SECONDS,
    }


class Database:
    """The engine and the sessions of one application."""

    def __init__(self, url: str) -> None:
        parsed = normalize_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.engine = create_async_engine(parsed, **_engine_options(parsed))
        self.sessions = async_sessionmaker(
            self.engine, class_=AsyncSession, expire_on_commit=False
        )
        if self.is_sqlite:
            listen(self.engine.sync_engine, "connect", _prepare_sqlite)
        else:
            listen(self.engine.sync_engine, "checkout", _refuse_closed)

    async def create_tables(self) -> None:
        """Create the tables that do not exist yet."""
        async with self.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)

    async def dispose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _: Any) -> None:
    """Let SQLite check foreign keys, and let readers and the writer not wait for each other."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _refuse_closed(_: Any, entry: ConnectionPoolEntry, __: Any) -> None:
    """Replace the connections that the server has closed.

    Nothing is to be read from an idle connection but its end. A look at the socket finds that out
    without the round trip of `pool_pre_ping`.
    """
    connection: Any = entry.driver_connection
    if connection.closed:
        raise InvalidatePoolError()
    with DefaultSelector() as selector:
        selector.register(connection.fileno(), EVENT_READ)
        if selector.select(0):
            raise InvalidatePoolError()
