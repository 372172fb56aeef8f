"""Operators and f-strings."""

import ast

from sdd.audit.conditions import truth
from sdd.audit.displays import merged
from sdd.audit.engine import Engine
from sdd.audit.items import concatenated
from sdd.audit.logic import Truthy, both, either, negated
from sdd.audit.state import State
from sdd.audit.unknowns import apply
from sdd.audit.values import Col, Generic, Lib, ListObject, Lit, Ref, Truth, Value, lit

_LONGEST = 20_000  # of a text that is put together from constants


def unary(engine: Engine, node: ast.UnaryOp, state: State) -> Value:
    """`not`, `~`, `-`."""
    value = engine.evaluate(node.operand, state)
    if isinstance(node.op, ast.Not):
        return Truth(negated(truth(engine, value, state)))
    if isinstance(node.op, ast.Invert) and isinstance(value, Truth):
        return Truth(negated(value.formula))
    if (
        isinstance(node.op, ast.USub)
        and isinstance(value, Lit)
        and isinstance(value.value, (int, float))
    ):
        return lit(-value.value)
    if isinstance(node.op, ast.Invert) and isinstance(value, Col):
        return Truth(negated(Truthy(value)))
    return apply("unary", (value,))


def binary(engine: Engine, node: ast.BinOp, state: State) -> Value:
    """Arithmetic, SQL's `&` and `|`, unions of types."""
    left = engine.evaluate(node.left, state)
    right = engine.evaluate(node.right, state)
    if isinstance(node.op, (ast.BitAnd, ast.BitOr)) and (
        isinstance(left, Truth) or isinstance(right, Truth)
    ):
        pair = [truth(engine, left, state), truth(engine, right, state)]
        return Truth(both(pair) if isinstance(node.op, ast.BitAnd) else either(pair))
    if isinstance(node.op, ast.BitOr) and _is_type(left):
        return Generic(Lib("typing.Union"), (left, right))
    if isinstance(node.op, ast.BitOr):
        mapping = merged(engine, left, right, state)
        if mapping is not None:
            return mapping
    if isinstance(node.op, ast.Add):
        return added(engine, left, right, state)
    return apply(type(node.op).__name__, (left, right))


def _is_type(value: Value) -> bool:
    return isinstance(value, (Lib, Generic)) or type(value).__name__ == "ClassInfo"


def added(engine: Engine, left: Value, right: Value, state: State) -> Value:
    """Add numbers, texts or lists."""
    if isinstance(left, Lit) and isinstance(right, Lit):
        if isinstance(left.value, str) and isinstance(right.value, str):
            return _longer(left, right)
        if isinstance(left.value, int) and isinstance(right.value, int):
            return lit(left.value + right.value)
    first = engine.load(state, left) if isinstance(left, Ref) else None
    second = engine.load(state, right) if isinstance(right, Ref) else None
    if isinstance(first, ListObject) and isinstance(second, ListObject):
        return engine.allocate(state, concatenated(first, second))
    return apply("+", (left, right))


def _longer(left: Lit, right: Lit) -> Value:
    """Return one text after the other; doubled in a loop it would fill the memory."""
    first, second = str(left.value), str(right.value)
    return (
        lit(first + second) if len(first) + len(second) <= _LONGEST else apply("+", (left, right))
    )


def joined_text(engine: Engine, node: ast.JoinedStr, state: State) -> Value:
    """An f-string."""
    parts: list[Value] = []
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        value = engine.evaluate(inner, state)
        if isinstance(value, Lit):
            value = lit(str(value.value))
            if parts and isinstance(before := parts[-1], Lit):
                value = _longer(before, value)
                parts.pop()
        parts.append(value)
    if not parts:
        return lit("")
    return parts[0] if len(parts) == 1 else apply("+", tuple(parts))
