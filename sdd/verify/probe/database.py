"""The database behind the application: tables made where it makes none, and rows for two users."""

import datetime as dt
import gc
import uuid
from typing import Any

from . import describe

_USER_TABLES = ("user", "users", "account", "accounts", "auth_user", "app_users")
OWNER_NAMES = frozenset(
    {
        "user_id",
        "owner_id",
        "owner",
        "userId",
        "ownerId",
        "created_by",
        "created_by_id",
        "author_id",
        "account_id",
        "user_uuid",
        "owner_user_id",
    }
)


async def create_tables(url: str) -> str | None:
    """Create what tables are missing, in every database that the application has opened.

    Returns:
        What went wrong, or None.
    """
    fault = None
    for metadata in describe.metadatas():
        for engine in _engines(url):
            fault = await _run(engine, metadata.create_all) or fault
    return fault


def user_table() -> Any:
    """Find the table of users: what owner columns refer to, or what is called so."""
    named = []
    for metadata in describe.metadatas():
        for table in metadata.tables.values():
            for column in table.columns:
                if column.name in OWNER_NAMES and column.foreign_keys:
                    target = next(iter(column.foreign_keys)).target_fullname.rpartition(".")[0]
                    if target in metadata.tables:
                        return metadata.tables[target]
            if table.name in _USER_TABLES:
                named.append(table)
    return named[0] if named else None


def owner_kinds(tables: list[dict[str, Any]]) -> list[str]:
    """Return the kinds of the owner columns, so that tokens carry ids of that form."""
    columns = [column for table in tables for column in table["columns"]]
    return list(dict.fromkeys(item["type"] for item in columns if item["name"] in OWNER_NAMES))


def key_kind(table: Any) -> str:
    """Return the kind of a table's first key column: int, uuid or str."""
    keys = list(table.primary_key.columns)
    kind = describe.kind_of(keys[0].type)[0] if keys else "str"
    return kind if kind in {"int", "uuid"} else "str"


async def insert_user(table: Any, url: str, user_id: str, email: str) -> str | None:
    """Insert a row for a user; return what went wrong, or None."""
    try:
        key: Any = {"int": int, "uuid": uuid.UUID}.get(key_kind(table), str)(user_id)
    except ValueError:
        return f"no key of the table {table.name} is {user_id}"
    values = {column.name: _cell(column, key, email) for column in table.columns}
    row = {name: value for name, value in values.items() if value is not None}

    def insert(connection: Any) -> None:
        connection.execute(table.insert().values(**row))

    fault = None
    for engine in _engines(url):
        fault = await _run(engine, insert) or fault
    return fault


def _cell(column: Any, user_id: Any, email: str) -> Any:  # noqa: C901, PLR0911
    kind, detail = describe.kind_of(column.type)
    if column.primary_key:
        return user_id
    if "email" in column.name and kind in {"str", "text"}:
        return email
    if kind == "bool":
        return not column.name.startswith(("is_admin", "is_super", "is_delet", "is_ban", "is_dis"))
    if column.nullable or column.default is not None or column.server_default is not None:
        return None
    match kind:
        case "int":
            return 1
        case "float" | "decimal":
            return 1.0
        case "datetime":
            aware = getattr(column.type, "timezone", False)
            moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
            return moment if aware else moment.replace(tzinfo=None)
        case "date":
            return dt.date(2026, 1, 1)
        case "uuid":
            return uuid.uuid4()
        case "json" | "list":
            return [] if kind == "list" else {}
        case "enum":
            return detail["choices"][0]
        case _:
            return email.partition("@")[0]


def _engines(url: str) -> list[Any]:
    """Return the engines that the application has made, or one for the URL that it was given."""
    try:
        from sqlalchemy import Engine, create_engine  # noqa: PLC0415 - the backend may do without
        from sqlalchemy.ext.asyncio import AsyncEngine  # noqa: PLC0415
    except ImportError:
        return []
    objects = gc.get_objects()
    asynchronous = [item for item in objects if isinstance(item, AsyncEngine)]
    inner = {id(item.sync_engine) for item in asynchronous}
    plain = [item for item in objects if isinstance(item, Engine) and id(item) not in inner]
    if asynchronous or plain:
        return [*asynchronous, *plain]
    return [create_engine(url.replace("+aiosqlite", "").replace("+asyncpg", "+psycopg"))]


async def _run(engine: Any, work: Any) -> str | None:
    """Run a function of a connection in a transaction; return what went wrong, or None."""
    try:
        if hasattr(engine, "sync_engine"):
            async with engine.begin() as connection:
                await connection.run_sync(work)
        else:
            with engine.begin() as connection:
                work(connection)
    except Exception as error:  # noqa: BLE001 - any driver's error; reported, never raised
        return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
    return None
