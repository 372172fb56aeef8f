"""What is lent to code that is not the program's: a database, of which it may do anything."""

import ast
import re
import sys
from collections.abc import Iterable

from sdd.audit.classes import is_model
from sdd.audit.contents import holder_of
from sdd.audit.engine import Engine
from sdd.audit.sessions import EXECUTES
from sdd.audit.state import State
from sdd.audit.strangers import note_stranger
from sdd.audit.touches import terms
from sdd.audit.values import ClassInfo, Func, Lib, LibObject, Query, Row, Sym, Value

_SESSION = re.compile(
    r"^(get_)?(async_?)?(scoped_)?(session|db)(_?(maker|local|factory))?(\(\))?$"
    r"|^create_(async_)?engine$",
    re.IGNORECASE,
)
# They read, print or wrap what they are given; none of them works with it.
HARMLESS_PACKAGES = frozenset(sys.stdlib_module_names - {"asyncio", "concurrent", "threading"})
HARMLESS_PACKAGES |= frozenset(
    {"fastapi", "starlette", "sqlalchemy", "sqlmodel", "pydantic", "jwt", "jose", "loguru"}
)
_OTHER_SESSIONS = frozenset({"requests", "boto3", "aioboto3", "httpx", "niquests", "curl_cffi"})


def lend(
    engine: Engine,
    callee: str,
    values: Iterable[Value],
    receiver: Value | None,
    state: State,
    node: ast.AST,
) -> None:
    """Note that somebody else's code works with the program's database in ways that nobody knows.

    A statement, or rows, that are given along say what it works with: they count as read.
    """
    name = callee.rpartition(".")[2]
    if name[:1].isupper():
        return  # a class only keeps what it is given
    holder = holder_of(receiver) if receiver is not None else None
    kept = (*holder.args, *(one for _, one in holder.keywords)) if holder is not None else ()
    given = list(terms(engine, (*values, *kept), state))
    if any(isinstance(one, (Query, Row)) for one in given):
        return
    if any(map(_is_database, given)):
        shown = name if callee.startswith("?.") else callee
        note_stranger(engine, "read", f"what {shown} does with the database", state, node)


def lend_methods(engine: Engine, info: ClassInfo, name: str, state: State, node: ast.AST) -> None:
    """Note that a method which a class has from a library may call those that it has itself."""
    packages = {base.partition(".")[0] for base in info.library_bases() if "." in base}
    if engine.module_states or is_model(info) or not packages - HARMLESS_PACKAGES:
        return
    own = [item for one in info.mro() for item in one.members.values() if isinstance(item, Func)]
    if any(engine.trait(method.node, _asks) for method in own):
        note_stranger(engine, "read", f"what {info.name}.{name} does in a library", state, node)


def _asks(function: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {*EXECUTES, "query", "commit", "delete", "add"}
        for node in ast.walk(function)
    )


def _is_database(value: Value) -> bool:
    if isinstance(value, Sym):
        return value.kind == "unknown" and bool(_SESSION.search(value.name))
    if not isinstance(value, (Lib, LibObject)):
        return False
    package, last = value.name.partition(".")[0], value.name.rpartition(".")[2]
    return bool(_SESSION.search(last)) and package not in _OTHER_SESSIONS
