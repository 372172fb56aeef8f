"""Imports of a generated module, found from the names that its body uses."""

import ast
import re
import symtable
from collections.abc import Mapping

STANDARD: Mapping[str, str] = {
    **dict.fromkeys(
        ("Annotated", "Any", "ClassVar", "Final", "Literal", "Protocol", "TypeVar", "cast"),
        "typing",
    ),
    **dict.fromkeys(
        ("AsyncIterator", "Awaitable", "Callable", "Iterator", "Mapping", "Sequence"),
        "collections.abc",
    ),
    **dict.fromkeys(("UTC", "date", "datetime", "time", "timedelta"), "datetime"),
    **dict.fromkeys(("UUID", "uuid4"), "uuid"),
    **dict.fromkeys(
        ("APIRouter", "Depends", "FastAPI", "Path", "Query", "Request", "Response"), "fastapi"
    ),
    **dict.fromkeys(("SQLModel", "col", "func", "select"), "sqlmodel"),
    **dict.fromkeys(
        (
            "asc",
            "bindparam",
            "case",
            "desc",
            "or_",
            "ColumnElement",
            "Index",
            "Text",
            "UniqueConstraint",
        ),
        "sqlalchemy",
    ),
    **dict.fromkeys(("Boolean", "DateTime", "Enum", "JSON", "Dialect", "URL"), "sqlalchemy"),
    **dict.fromkeys(
        ("make_url", "AsyncAdaptedQueuePool", "QueuePool", "StaticPool", "create_engine"),
        "sqlalchemy",
    ),
    **dict.fromkeys(("async_sessionmaker", "create_async_engine"), "sqlalchemy.ext.asyncio"),
    "sessionmaker": "sqlalchemy.orm",
    # Names that rows of a backend may well have: Session, Message, Scope.
    "DatabaseSession": "sqlmodel:Session",
    "ASGIApp": "starlette.types",
    **{f"ASGI{name}": f"starlette.types:{name}" for name in ("Message", "Scope")},
    **{f"ASGI{name}": f"starlette.types:{name}" for name in ("Receive", "Send")},
    **dict.fromkeys(("DataError", "IntegrityError", "OperationalError"), "sqlalchemy.exc"),
    **dict.fromkeys(
        (
            "BaseModel",
            "BeforeValidator",
            "ConfigDict",
            "StrictBool",
            "StrictFloat",
            "StrictInt",
            "ValidatorFunctionWrapHandler",
            "WrapValidator",
            "model_validator",
        ),
        "pydantic",
    ),
    **dict.fromkeys(("HTTPAuthorizationCredentials", "HTTPBearer"), "fastapi.security"),
    "iter_route_contexts": "fastapi.routing",
    "FunctionElement": "sqlalchemy.sql.expression",
    "HTTPException": "starlette.exceptions",
    "JSONResponse": "fastapi.responses",
    "PasswordHash": "pwdlib",
    "RequestValidationError": "fastapi.exceptions",
    "TypeDecorator": "sqlalchemy.types",
    "run_in_threadpool": "fastapi.concurrency",
    "to_jsonable_python": "pydantic_core",
    "compiles": "sqlalchemy.ext.compiler",
    "listen": "sqlalchemy.event",
    "ConnectionPoolEntry": "sqlalchemy.pool",
    "InvalidatePoolError": "sqlalchemy.exc",
    "StaleDataError": "sqlalchemy.orm.exc",
    **dict.fromkeys(("DefaultSelector", "EVENT_READ"), "selectors"),
    "MISSING": "pydantic",
    "PoolTimeoutError": "sqlalchemy.exc:TimeoutError",
    "CORSMiddleware": "fastapi.middleware.cors",
    **dict.fromkeys(("Headers", "MutableHeaders"), "starlette.datastructures"),
    "ContextVar": "contextvars",
    **dict.fromkeys(("command", "context", "op"), "alembic"),
    "Config": "alembic.config",
    "MigrationContext": "alembic.migration",
    "compare_metadata": "alembic.autogenerate",
    **dict.fromkeys(("Connection", "NullPool"), "sqlalchemy"),
    "FilePath": "pathlib:Path",
    "AsyncSession": "sqlmodel.ext.asyncio.session",
    "Decimal": "decimal",
    "StrEnum": "enum",
    "TestClient": "fastapi.testclient",
    "ceil": "math",
    "import_module": "importlib",
    **dict.fromkeys(("delete", "update"), "sqlmodel"),
    "MemoryStorage": "limits.storage",
    "MovingWindowRateLimiter": "limits.strategies",
    "parse_limit": "limits:parse",
    "wall_clock": "time:time",
    "sha256": "hashlib",
    "token_urlsafe": "secrets",
    "count": "itertools",
    "dataclass": "dataclasses",
    "field": "dataclasses",
    "asynccontextmanager": "contextlib",
    **dict.fromkeys(("Lock", "Thread"), "threading"),
    **dict.fromkeys(("BaseHTTPRequestHandler", "ThreadingHTTPServer"), "http.server"),
    "Ed25519PrivateKey": "cryptography.hazmat.primitives.asymmetric.ed25519",
    "OKPAlgorithm": "jwt.algorithms",
    **dict.fromkeys(("monotonic", "perf_counter"), "time"),
}
MODULES: Mapping[str, str] = {
    "sa": "import sqlalchemy as sa",
    **{
        name: f"import {name}"
        for name in ("asyncio", "json", "jwt", "logging", "os", "pytest", "re", "sys")
    },
}
_STANDARD_LIBRARY = frozenset(
    {
        "asyncio",
        "collections.abc",
        "contextlib",
        "contextvars",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "http.server",
        "json",
        "logging",
        "pathlib",
    }
    | {"hashlib", "importlib", "itertools", "math", "os", "re", "secrets", "selectors"}
    | {"sys", "threading", "time", "typing", "uuid"}
)


def _outer_names(table: symtable.SymbolTable) -> set[str]:
    """Return the names that a scope and those in it read from outside the module's own code."""
    module = table.get_type() == "module"
    found = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced()
        and (
            not symbol.is_assigned() and not symbol.is_namespace() if module else symbol.is_global()
        )
    }
    for child in table.get_children():
        found |= _outer_names(child)
    return found


def used_names(body: str) -> frozenset[str]:
    """Return every name that some Python source needs from elsewhere, or exports in `__all__`."""
    table = symtable.symtable(body, "<generated>", "exec")
    found = _outer_names(table)
    for node in ast.parse(body).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            found |= set(ast.literal_eval(node.value))
    own = (item for item in table.get_symbols() if item.is_assigned() or item.is_namespace())
    return frozenset(found - {symbol.get_name() for symbol in own})


def import_block(body: str, symbols: Mapping[str, str]) -> str:
    """Return the import statements that a module's body needs, sorted as isort sorts them.

    Args:
        body: The module without imports.
        symbols: Where the project's own names come from; they win over the standard ones.
            `module:name` imports `name` of the module under the symbol's name.
    """
    known = {**STANDARD, **symbols}
    wanted = used_names(body)
    modules = sorted(wanted & MODULES.keys())
    members: dict[str, set[str]] = {}
    for name in wanted & known.keys():
        members.setdefault(known[name], set()).add(name)
    groups: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for module in modules:
        groups[_group(module)].append(MODULES[module])
    for module in sorted(members, key=lambda name: _place(name, members[name])):
        home, _, original = module.partition(":")
        listed = ", ".join(sorted(members[module], key=_by_kind))
        listed = f"{original} as {listed}" if original else listed
        groups[_group(home)].append(f"from {home} import {listed}")
    return "\n\n".join("\n".join(lines) for _, lines in sorted(groups.items()) if lines)


def _group(module: str) -> int:
    if module in _STANDARD_LIBRARY:
        return 0
    return 2 if module.partition(".")[0] in {"app", "tests"} else 1


def _place(module: str, members: set[str]) -> tuple[str, object]:
    """Sort by module, then by what is imported under its own name."""
    home, _, original = module.partition(":")
    return home, min(map(_by_kind, [original] if original else members))


def _by_kind(name: str) -> tuple[int, list[tuple[bool, int, str]]]:
    """Sort constants, classes, functions; numbers in names by their value."""
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return kind, [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
