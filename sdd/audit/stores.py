"""Libraries' objects that were made for one table: their methods take conditions as keywords."""

import ast
from collections.abc import Iterator

from sdd.audit.attributes import schema
from sdd.audit.containers import mapping_of
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.execution import execute
from sdd.audit.logic import Formula, Holds, Opaque, equal, parts_of
from sdd.audit.state import State, Write
from sdd.audit.values import (
    NONE,
    Apply,
    Claims,
    ClassInfo,
    Col,
    Instance,
    LibObject,
    Many,
    Query,
    Ref,
    Result,
    Row,
    Sym,
    Value,
)

_READS = (
    "get",
    "list",
    "find",
    "filter",
    "read",
    "fetch",
    "first",
    "one",
    "all",
    "select",
    "search",
)
_NUMBERS = ("count", "exists")
_WRITES = {"delete": "delete", "remove": "delete", "db_delete": "delete", "update": "update",
           "patch": "update", "upsert": "update"}  # fmt: skip
_MAKES = ("create", "add", "insert")


def store_method(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    """Call a method of such an object; None: it is none, or the method's name says nothing."""
    table = _table(receiver)
    if table is None or table.entity is None:
        return None
    if name.startswith(_MAKES):
        return _made(engine, table, arguments, state, node)
    kind = next((kind for start, kind in _WRITES.items() if name.startswith(start)), "select")
    if kind == "select" and not name.startswith((*_READS, *_NUMBERS)):
        return None
    given = next((one for one in arguments.every() if isinstance(one, Row)), None)
    if kind != "select" and given is not None:
        engine.write(state, Write(kind, given, engine.place(node), "*"))
        engine.commit(state)
        return NONE
    where = tuple(_conditions(engine, table, arguments))
    changes = tuple(("*", one) for one in _bodies(arguments)) if kind == "update" else ()
    query = Query(kind, engine.site(node), (table,), ((table.entity, ""),), where, changes)
    result = execute(engine, query, state, node)
    if kind != "select":
        engine.commit(state)
        return NONE
    if not isinstance(result, Result):
        return result
    if name.startswith(_NUMBERS):
        return Apply("count", result.rows)
    return Many(result.element)


def _table(receiver: Value) -> ClassInfo | None:
    if not isinstance(receiver, LibObject):
        return None
    given = (*receiver.args, *(value for _, value in receiver.keywords))
    tables = [one for one in given if isinstance(one, ClassInfo) and one.entity]
    return tables[0] if len(tables) == 1 else None


def _conditions(engine: Engine, table: ClassInfo, arguments: Arguments) -> Iterator[Formula]:
    entity = table.entity or ""
    columns = schema(engine).entity(entity).columns
    for key, value in arguments.keywords:
        column, _, operator = key.partition("__")
        if column in columns:
            mine = Col(entity, column)
            yield equal(mine, value) if not operator else Holds(operator, (mine, value))
    if arguments.rest or any(map(_may_select, arguments.positional)):
        yield Opaque("a library chooses the rows", ())


def _may_select(value: Value) -> bool:
    """Whether an argument without a name may say which row is meant; sessions do not."""
    return any(isinstance(part, (Sym, Claims, Row)) for part in parts_of(value)) and not (
        isinstance(value, Sym) and value.kind in {"lib", "unknown"}
    )


def _bodies(arguments: Arguments) -> Iterator[Value]:
    yield from (value for value in arguments.positional if not isinstance(value, LibObject))
    yield from (value for key, value in arguments.keywords if key in {"object", "obj_in", "data"})


def _made(
    engine: Engine, table: ClassInfo, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    fields: dict[str, Value] = {}
    rest: list[Value] = []
    for body in _bodies(arguments):
        held = engine.load(state, body) if isinstance(body, Ref) else None
        if isinstance(held, Instance) and held.info is not None and held.info.entity:
            engine.write(state, Write("create", body, engine.place(node)))
            engine.commit(state)
            return body
        content = mapping_of(engine, body, state)
        fields.update(content.items)
        rest += content.more
    made = engine.allocate(
        state, Instance(table, tuple(fields.items()), tuple(rest), engine.site(node))
    )
    engine.write(state, Write("create", made, engine.place(node)))
    engine.commit(state)
    return made
