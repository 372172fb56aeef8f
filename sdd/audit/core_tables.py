"""SQLAlchemy's core tables: `Table("name", metadata, …)` is a table as a class is one."""

import ast
from dataclasses import replace

from sdd.audit.classes import as_entity
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.queries import begin
from sdd.audit.state import State
from sdd.audit.values import TRUE, ClassInfo, LibObject, Lit, Value

_CORE = "core table"
_STATEMENTS = frozenset({"select", "insert", "update", "delete"})


def core_table(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`Table("notes", metadata, Column("id", …), …)`."""
    del state
    name = arguments.get("name", 0)
    columns = {
        str(column.args[0].value): column
        for column in arguments.positional
        if isinstance(column, LibObject) and column.args and isinstance(column.args[0], Lit)
        if column.name.rpartition(".")[2] == "Column"
    }
    if not isinstance(name, Lit) or not columns:
        return LibObject("sqlalchemy.Table", arguments.positional, arguments.keywords)
    line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    made = ast.ClassDef(str(name.value), [], [], [], [], lineno=line, col_offset=offset)
    info = ClassInfo(
        name=str(name.value),
        module=engine.frame.module,
        node=made,
        bases=(),
        members={"__tablename__": name, **columns},
        keywords={_CORE: TRUE},
        fields=(),
    )
    return as_entity(engine, info)


def core_statement(
    engine: Engine,
    info: ClassInfo,
    name: str,
    arguments: Arguments,
    state: State,
    node: ast.AST,
) -> Value | None:
    """`notes.select()`, `notes.insert()` and the like; None: it is no such call."""
    if _CORE not in info.keywords or name not in _STATEMENTS:
        return None
    given = replace(arguments, positional=(info,))
    return begin(name)(engine, given, state, node)
