"""Tables that take part in a statement under another name: `aliased(Model)`."""

import ast
from dataclasses import replace

from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.state import State
from sdd.audit.unknowns import apply
from sdd.audit.values import ClassInfo, Col, LibObject, Lit, Value, lit

_ALIASED = "sqlalchemy.orm.aliased"


def aliased(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`aliased(Model)`: the same table once more, with rows of its own."""
    del state
    table = arguments.get("element", 0)
    if isinstance(table, ClassInfo) and table.entity:
        return LibObject(_ALIASED, (table, lit(engine.site(node))))
    return apply(_ALIASED, arguments.every())


def alias_of(value: Value | None) -> tuple[str, str] | None:
    """Return an alias as (entity, alias); None for anything else."""
    match value:
        case LibObject(name=name, args=(ClassInfo(entity=str(entity)), Lit(value=str(alias)))):
            return (entity, alias) if name == _ALIASED else None
        case _:
            return None


def under_alias(value: Value, alias: str) -> Value:
    """Return a column of a table as that of its alias."""
    return replace(value, alias=alias) if isinstance(value, Col) else value
