"""Python names and literals for what specs call things: always valid, never anybody's code."""

import builtins
import keyword
import unicodedata
from collections.abc import Iterable

from sdd import names
from sdd.ir import Entity, Scalar

_CLASSES = frozenset(
    {"Annotated", "Any", "APIRouter", "AppError", "AsyncIterator", "AsyncSession", "BaseModel"}
    | {"Callable", "CheckConstraint", "ColumnElement", "ConfigDict", "Database", "Decimal"}
    | {"Depends", "ErrorResponse", "FastAPI", "Field", "ForeignKey", "HTTPBearer", "Index"}
    | {"JSON", "Literal", "Mapping", "Path", "Query", "Request", "RequestModel", "Response"}
    | {"ResponseModel", "SQLModel", "Settings", "StrEnum", "StrictBool", "StrictFloat"}
    | {
        "StrictInt",
        "StrippedStr",
        "StoredStr",
        "TestClient",
        "Text",
        "UniqueConstraint",
        "UTC",
        "UTCDateTime",
    }
    | {"UUID", "Sequence", "MISSING", "JSONValue", "SessionDep", "CurrentUserId", "PasswordHash"}
    | {"ASGIApp", "DatabaseDep", "KeySet", "Lock", "QueuePool", "StaticPool"}
)
_MODULES = frozenset({"auth", "base", "error", "errors", "health", "session", "types"})
_ATTRIBUTES = frozenset(
    {"metadata", "registry", "copy", "json", "dict", "schema", "validate", "construct", "fields"}
    | {"date", "time", "datetime", "int", "str", "bool", "float", "list", "any", "self", "cls"}
    | {"from_orm", "parse_obj", "parse_raw", "parse_file", "update_forward_refs", "schema_json"}
)
_LOCALS = frozenset(
    {
        "session",
        "database",
        "data",
        "body",
        "statement",
        "direction",
        "keys",
        "rows",
        "total",
        "now",
        "row",
    }
    | {"asc", "desc", "col", "select", "func", "status_code", "request", "response", "router"}
    | {"current_user_id", "ceil", "settings", "utc_now", "case", "delete", "jwt", "logging"}
    | {"os", "re", "pytest"}
)
_FIXTURES = frozenset({"client", "store", "fetch", "rows", "token", "bearer", "shown", "found"})


def ascii_words(name: str) -> str:
    """Write a name in ASCII letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return names.snake(plain)


def _legal(name: str, fallback: str) -> str:
    name = name or fallback
    if name[0].isdigit():
        name = f"{fallback}_{name}"
    return f"{name}_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) else name


def class_name(name: str) -> str:
    """Return a class name, out of the way of everything that generated files import."""
    wanted = name if name.isidentifier() and name.isascii() else names.pascal(ascii_words(name))
    wanted = _legal(wanted, "Row")
    taken = wanted in _CLASSES or hasattr(builtins, wanted)
    return f"{wanted}Row" if taken else wanted


def module_name(name: str) -> str:
    """Return a module's name."""
    wanted = _legal(ascii_words(name), "row")
    return f"{wanted}_row" if wanted in _MODULES else wanted


def attribute(name: str) -> str:
    """Return the Python attribute for a column or field."""
    wanted = (
        name if name.isidentifier() and name.isascii() and name.islower() else ascii_words(name)
    )
    wanted = _legal(wanted.strip("_"), "field")
    if wanted in _ATTRIBUTES or wanted.startswith("model_"):
        return f"{wanted}_"
    return wanted


def argument(name: str) -> str:
    """Return the Python argument for a parameter."""
    wanted = attribute(name)
    return f"{wanted}_" if wanted in _LOCALS else wanted


def variable(module: str) -> str:
    """Return a local variable for a row, out of the way of what tests are given."""
    wanted = argument(module)
    return f"{wanted}_row" if wanted in _FIXTURES else wanted


def unique(wanted: str, taken: Iterable[str]) -> str:
    """Return the name, numbered when it is taken."""
    known = set(taken)
    if wanted not in known:
        return wanted
    joint = "" if wanted[0].isupper() and not wanted.isupper() else "_"
    number = 2
    while f"{wanted}{joint}{number}" in known:
        number += 1
    return f"{wanted}{joint}{number}"


def attributes(entity: Entity) -> dict[str, str]:
    """Map the names of an entity's columns to distinct Python attributes."""
    found: dict[str, str] = {}
    for column in entity.columns:
        found[column.name] = unique(attribute(column.name), found.values())
    return found


def constant(value: str) -> str:
    """Return the name of an enumeration's member."""
    return _legal(ascii_words(value).upper(), "VALUE")


def literal(value: Scalar) -> str:
    """Return a value as Python source."""
    return repr(value)


def prose(text: str) -> str:
    """Return one line of text that is safe inside a docstring or a comment."""
    line = " ".join(text.split())
    kept = "".join(letter for letter in line if letter.isprintable())
    return kept.replace("\\", "/").replace('"', "'").strip()


def sentence(text: str) -> str:
    """Return safe text that ends like a sentence."""
    line = prose(text)
    return line if line.endswith((".", "!", "?")) else f"{line}."
