"""After a test, the names in it can only be the values that pass it."""

import ast

from sdd.audit.engine import Engine
from sdd.audit.logic import NO, YES, Formula, negated
from sdd.audit.state import State, choose
from sdd.audit.values import NONE, Field, Lit, Phi, Sym, Value


def narrow(engine: Engine, test: ast.expr, state: State, *, passed: bool) -> None:
    """Drop the alternatives that a test, passed or failed, rules out."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            narrow(engine, operand, state, passed=not passed)
        case ast.BoolOp(op=ast.And(), values=values) if passed:
            for value in values:
                narrow(engine, value, state, passed=True)
        case ast.BoolOp(op=ast.Or(), values=values) if not passed:
            for value in values:
                narrow(engine, value, state, passed=False)
        case ast.Name(id=name):
            _keep(engine, name, state, passed=passed)
        case ast.NamedExpr(target=ast.Name(id=name)):
            _keep(engine, name, state, passed=passed)
        case ast.Compare(left=left, ops=[operator], comparators=[ast.Constant(value=None)]):
            is_none = isinstance(operator, (ast.Is, ast.Eq)) == passed
            _keep_none(left, state, is_none=is_none)
        case _:
            pass


def _keep(engine: Engine, name: str, state: State, *, passed: bool) -> None:
    from sdd.audit.expressions import truth  # noqa: PLC0415 - expressions narrow, too

    value = state.env.get(name)
    if not isinstance(value, Phi):
        return
    kept = []
    for guard, item in value.cases:
        formula = truth(engine, item, state)
        if (formula if passed else negated(formula)) != NO:
            kept.append((guard, item))
    _rebind(name, value, kept, state)


def _keep_none(left: ast.expr, state: State, *, is_none: bool) -> None:
    node = left.target if isinstance(left, ast.NamedExpr) else left
    if not isinstance(node, ast.Name):
        return
    value = state.env.get(node.id)
    if not isinstance(value, Phi):
        return
    kept = [
        (guard, item)
        for guard, item in value.cases
        if (_may_be_none(item) if is_none else item != NONE)
    ]
    _rebind(node.id, value, kept, state)


def _may_be_none(value: Value) -> bool:
    return value == NONE or isinstance(value, (Sym, Field)) or not isinstance(value, Lit)


def _rebind(name: str, value: Phi, kept: list[tuple[Formula, Value]], state: State) -> None:
    kept = [(guard, item) for guard, item in kept if state.simplify(guard) != NO]
    if not kept or len(kept) == len(value.cases):
        return
    if len(kept) == 1:
        guard, item = kept[0]
        state.assume(guard)
        state.env[name] = item
        return
    state.env[name] = choose([(state.simplify(guard), item) for guard, item in kept])


__all__ = ["YES", "narrow"]
