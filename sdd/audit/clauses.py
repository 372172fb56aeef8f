"""SQL expressions that are written as function calls."""

import ast

from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.logic import Formula, both, either, negated
from sdd.audit.predicates import predicate
from sdd.audit.queries import begin
from sdd.audit.state import State
from sdd.audit.values import Query, Truth, Value


def conjunction(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`and_(a, b)`."""
    del state, node
    return Truth(both([_clause(engine, value) for value in arguments.every()]))


def disjunction(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`or_(a, b)`."""
    del state, node
    return Truth(either([_clause(engine, value) for value in arguments.every()]))


def _clause(engine: Engine, value: Value) -> Formula:
    return predicate(engine, value, State({}, {}, {}))


def negation(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`not_(a)`."""
    del state, node
    return Truth(negated(_clause(engine, arguments.positional[0])))


def existence(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`exists(select(…))`, or the start of `exists().where(…)`."""
    if arguments.positional and isinstance(arguments.positional[0], Query):
        return arguments.positional[0]
    return begin("select")(engine, arguments, state, node)
