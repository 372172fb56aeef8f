"""What the application says of itself: OpenAPI, handlers with their places, tables with columns."""

import gc
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import places, sources

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def openapi(application: Any) -> dict[str, Any]:
    """Return the application's OpenAPI document."""
    document = application.openapi()
    return document if isinstance(document, dict) else {}


def handlers(application: Any, folder: Path) -> list[dict[str, Any]]:
    """List every route with its handler's name, file and line."""
    found = []
    for path, methods, endpoint in _routes(application.routes, ""):
        place = places.of_function(endpoint, folder)
        found += [
            {"method": method, "path": path, **place} for method in sorted(methods & _METHODS)
        ]
    return found


def _routes(routes: Any, prefix: str) -> Iterator[tuple[str, set[str], Any]]:
    try:
        from fastapi.routing import iter_route_contexts  # noqa: PLC0415 - newer versions alone
    except ImportError:
        contexts = routes
    else:
        contexts = iter_route_contexts(routes)
    for route in contexts:
        path = getattr(route, "path_format", None) or getattr(route, "path", None)
        if path is None:
            continue
        endpoint = getattr(route, "endpoint", None)
        methods = getattr(route, "methods", None)
        if endpoint is not None and methods:
            yield prefix + path, set(methods), endpoint
        nested = getattr(getattr(route, "original_route", route), "routes", None)
        if nested and endpoint is None:
            yield from _routes(nested, prefix + path)


def metadatas() -> list[Any]:
    """Return every MetaData that holds tables: SQLModel's and those of declarative bases."""
    try:
        from sqlalchemy import MetaData  # noqa: PLC0415 - the backend may do without
    except ImportError:
        return []
    found = [
        item
        for item in gc.get_objects()
        if isinstance(item, MetaData) and any(not _is_catalogue(name) for name in item.tables)
    ]
    names: dict[frozenset[str], Any] = {}
    for metadata in found:
        names.setdefault(frozenset(metadata.tables), metadata)
    return list(names.values())


def _is_catalogue(table: str) -> bool:
    """Tell whether a table is the server's own: SQLAlchemy's dialects describe those too."""
    return table.rpartition(".")[2].startswith("pg_")


def tables(folder: Path) -> list[dict[str, Any]]:
    """Describe every table: columns, keys, indexes, and the class and file that declare it."""
    classes = _classes(folder)
    found = {}
    for metadata in metadatas():
        for table in metadata.tables.values():
            found[table.name] = _table(table, classes.get(table.name, {}), folder)
    return [found[name] for name in sorted(found)]


def _table(table: Any, place: dict[str, Any], folder: Path) -> dict[str, Any]:
    lines = _column_lines(folder, place)
    return {
        "name": table.name,
        **place,
        "columns": [
            {**_column(column), "line": lines.get(column.name, place.get("line", 1))}
            for column in table.columns
        ],
        "indexes": [
            {"columns": [item.name for item in index.columns], "unique": bool(index.unique)}
            for index in table.indexes
        ],
        "uniques": [
            [item.name for item in constraint.columns]
            for constraint in table.constraints
            if type(constraint).__name__ == "UniqueConstraint"
        ],
    }


def _column(column: Any) -> dict[str, Any]:
    kind, detail = kind_of(column.type)
    keys = [
        {"target": key.target_fullname, "on_delete": (key.ondelete or "").lower() or None}
        for key in column.foreign_keys
    ]
    return {
        "name": column.name,
        "type": kind,
        **detail,
        "nullable": bool(column.nullable),
        "primary_key": bool(column.primary_key),
        "unique": bool(column.unique),
        "indexed": bool(column.index),
        "has_default": column.default is not None or column.server_default is not None,
        "autoincrement": column.autoincrement in {True, "auto"} and kind == "int",
        "foreign_keys": keys,
    }


def kind_of(kind: Any) -> tuple[str, dict[str, Any]]:
    """Name a column's type in our words, looking through decorators."""
    import sqlalchemy.types as sa  # noqa: PLC0415 - the backend may do without

    for _ in range(5):
        if not isinstance(kind, sa.TypeDecorator):
            break
        kind = kind.impl_instance if hasattr(kind, "impl_instance") else kind.impl
    detail: dict[str, Any] = {}
    if isinstance(kind, sa.Enum):
        return "enum", {"choices": list(kind.enums), "length": None}
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return "decimal", {"precision": kind.precision, "scale": kind.scale}
    for base, name in (
        (sa.Boolean, "bool"),
        (sa.Integer, "int"),
        (sa.Float, "float"),
        (sa.DateTime, "datetime"),
        (sa.Date, "date"),
        (sa.Time, "time"),
        (sa.Uuid, "uuid"),
        (sa.JSON, "json"),
        (sa.ARRAY, "list"),
        (sa.Text, "text"),
        (sa.String, "str"),
    ):
        if isinstance(kind, base):
            detail = {"length": getattr(kind, "length", None)} if name == "str" else {}
            return name, detail
    return type(kind).__name__.lower(), detail


def _classes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return class name, file and line for each mapped table."""
    try:
        from sqlalchemy.orm import Mapper  # noqa: PLC0415 - the backend may do without
    except ImportError:
        return {}
    found = {}
    for mapper in [item for item in gc.get_objects() if isinstance(item, Mapper)]:
        table = getattr(mapper.local_table, "name", None)
        try:
            file = inspect.getsourcefile(mapper.class_)
            _, line = inspect.getsourcelines(mapper.class_)
        except (OSError, TypeError):
            continue
        path = places.relative(file, folder)
        if table and path:
            found[table] = {"class": mapper.class_.__name__, "file": path, "line": max(line, 1)}
    return found


def _column_lines(folder: Path, place: dict[str, Any]) -> dict[str, int]:
    """Find the lines below the class that declare its columns."""
    if "file" not in place:
        return {}
    lines = sources.read(folder / place["file"]).split("\n")
    found: dict[str, int] = {}
    for number, line in enumerate(lines[place["line"] :], start=place["line"] + 1):
        if line.startswith("class "):
            break
        name, colon, _ = line.strip().partition(":")
        if colon and name.isidentifier():
            found.setdefault(name, number)
        elif "=" in line and line.strip().partition("=")[0].strip().isidentifier():
            found.setdefault(line.strip().partition("=")[0].strip(), number)
    return found
