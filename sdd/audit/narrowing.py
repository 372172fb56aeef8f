"""After a test, the names in it can only be the values that pass it."""

import ast

from sdd.audit.engine import Engine
from sdd.audit.joins import choose
from sdd.audit.logic import NO, YES, Formula, negated
from sdd.audit.state import State
from sdd.audit.values import NONE, Field, Instance, Lit, Phi, Ref, Sym, Value


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
        case ast.Attribute():
            _keep_field(engine, test, state, passed=passed)
        case ast.NamedExpr(target=ast.Name(id=name)):
            _keep(engine, name, state, passed=passed)
        case ast.Compare(left=left, ops=[operator], comparators=[ast.Constant(value=None)]):
            is_none = isinstance(operator, (ast.Is, ast.Eq)) == passed
            _keep_none(left, state, is_none=is_none)
        case _:
            pass


def _keep(engine: Engine, name: str, state: State, *, passed: bool) -> None:
    value = state.env.get(name)
    if not isinstance(value, Phi):
        return
    narrowed = _narrowed(value, _passing(engine, value, state, passed=passed), state)
    if narrowed is not None:
        state.env[name] = narrowed


def _passing(
    engine: Engine, value: Phi, state: State, *, passed: bool
) -> list[tuple[Formula, Value]]:
    from sdd.audit.conditions import truth  # noqa: PLC0415 - expressions narrow, too

    kept = []
    for guard, item in value.cases:
        formula = truth(engine, item, state)
        if (formula if passed else negated(formula)) != NO:
            kept.append((guard, item))
    return kept


def _keep_field(engine: Engine, node: ast.Attribute, state: State, *, passed: bool) -> None:
    """Narrow `request.state.user` and `self.user`: attributes of objects, not of rows."""
    if not _is_plain(node):
        return
    base = engine.evaluate(node.value, state)
    held = engine.load(state, base) if isinstance(base, Ref) else None
    value = held.get(node.attr) if isinstance(held, Instance) else None
    if isinstance(value, Phi):
        kept = _passing(engine, value, state, passed=passed)
        narrowed = _narrowed(value, kept, state)
        if narrowed is not None:
            engine.set_field(state, base, node.attr, narrowed)


def _is_plain(node: ast.expr) -> bool:
    """Whether evaluating an expression again has no effect: names and attributes alone."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


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
    narrowed = _narrowed(value, kept, state)
    if narrowed is not None:
        state.env[node.id] = narrowed


def _may_be_none(value: Value) -> bool:
    return value == NONE or isinstance(value, (Sym, Field)) or not isinstance(value, Lit)


def _narrowed(value: Phi, kept: list[tuple[Formula, Value]], state: State) -> Value | None:
    """Return what is left of a value; None when nothing or everything is."""
    kept = [(guard, item) for guard, item in kept if state.simplify(guard) != NO]
    if not kept or len(kept) == len(value.cases):
        return None
    if len(kept) == 1:
        guard, item = kept[0]
        state.assume(guard)
        return item
    return choose([(state.simplify(guard), item) for guard, item in kept])


__all__ = ["YES", "narrow"]
