"""Truth of values, comparisons and connected conditions, as formulas."""

import ast

from sdd.audit.engine import Engine
from sdd.audit.items import contains
from sdd.audit.joins import choose
from sdd.audit.logic import (
    NO,
    YES,
    Formula,
    Holds,
    Truthy,
    both,
    either,
    equal,
    negated,
    parts_of,
    values_in,
)
from sdd.audit.narrowing import narrow
from sdd.audit.state import State
from sdd.audit.switches import symbols
from sdd.audit.values import (
    Apply,
    Col,
    DictObject,
    Field,
    LibObject,
    ListObject,
    Lit,
    Many,
    Phi,
    Ref,
    Result,
    Sym,
    Truth,
    Tup,
    Value,
    lit,
)


def truth(engine: Engine, value: Value, state: State) -> Formula:
    """Return the condition under which a value counts as true."""
    match value:
        case Lit(value=constant_value):
            return YES if constant_value else NO
        case Truth(formula=formula):
            return formula
        case Phi(cases=cases):
            return either([both([guard, truth(engine, item, state)]) for guard, item in cases])
        case Ref():
            return _truth_of_object(engine, value, state)
        case Tup(items=items):
            return YES if items else NO
        case Sym() | Field() | Apply() | Many() | Result() | Col():
            return Truthy(value)
        case LibObject(name=name) if name.rpartition(".")[2][:1].islower():
            return Truthy(value)  # what a function answers, not an instance of a class
        case _:
            return YES


def _truth_of_object(engine: Engine, value: Ref, state: State) -> Formula:
    match engine.load(state, value):
        case ListObject(items=items, more=more):
            certain = either([guard for guard, _ in items])
            return either([certain, Truthy(value)]) if more else certain
        case DictObject(items=items, more=more):
            if items:
                return YES
            return Truthy(more[0]) if more else NO
        case _:
            return YES


def condition(engine: Engine, node: ast.expr, state: State) -> Formula:
    """Evaluate a condition; the right sides of `and` and `or` see what the left decided."""
    match node:
        case ast.BoolOp():
            return _connected(engine, node, state)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return negated(condition(engine, operand, state))
        case _:
            formula = truth(engine, engine.evaluate(node, state), state)
            for symbol in symbols(formula):
                engine.switch_places.setdefault(symbol, engine.place(node))
            return formula


def _connected(engine: Engine, node: ast.BoolOp, state: State) -> Formula:
    is_and, values = isinstance(node.op, ast.And), node.values
    formulas: list[Formula] = []
    current = state
    for position, operand in enumerate(values):
        if position:
            branch = current.fork()
            branch.assume(formulas[-1] if is_and else negated(formulas[-1]))
            narrow(engine, values[position - 1], branch, passed=is_and)
            current = branch
            if not current.alive:
                break
        formulas.append(condition(engine, operand, current))
    if current is not state:
        state.env.update({key: current.env[key] for key in current.env if key not in state.env})
        state.take_data(current)
    return both(formulas) if is_and else either(formulas)


def boolean(engine: Engine, node: ast.BoolOp, state: State) -> Value:
    """`a and b`, `a or b`: the operands themselves, each under its condition."""
    is_and = isinstance(node.op, ast.And)
    cases: list[tuple[Formula, Value]] = []
    reached: Formula = YES
    current = state
    for position, operand in enumerate(node.values):
        value = engine.evaluate(operand, current)
        if _is_predicate(value):
            # SQLAlchemy's expressions have no truth: Python keeps one operand and drops the rest.
            if is_and or position == len(node.values) - 1:
                return value
            continue
        formula = truth(engine, value, current)
        last = position == len(node.values) - 1
        stops = YES if last else (negated(formula) if is_and else formula)
        cases.append((both([reached, stops]), value))
        if last:
            break
        goes_on = formula if is_and else negated(formula)
        reached = both([reached, goes_on])
        current = current.fork()
        current.assume(goes_on)
        narrow(engine, operand, current, passed=is_and)
        if not current.alive:
            break
    if current is not state:
        state.take_data(current)
    return choose([case for case in cases if case[0] != NO] or cases)


def _is_predicate(value: Value) -> bool:
    if not isinstance(value, Truth):
        return False
    return any(
        isinstance(part, Col) for term in values_in(value.formula) for part in parts_of(term)
    )


def compare(engine: Engine, node: ast.Compare, state: State) -> Value:
    """Comparisons, chained ones too."""
    left = engine.evaluate(node.left, state)
    formulas = []
    for operator, right_node in zip(node.ops, node.comparators, strict=True):
        right = engine.evaluate(right_node, state)
        formulas.append(_compared(engine, operator, left, right, state))
        left = right
    formula = both(formulas)
    return lit(formula == YES) if formula in {YES, NO} else Truth(formula)


def _compared(
    engine: Engine, operator: ast.cmpop, left: Value, right: Value, state: State
) -> Formula:
    match operator:
        case ast.Eq() | ast.Is():
            return _equal(left, right)
        case ast.NotEq() | ast.IsNot():
            return negated(_equal(left, right))
        case ast.In():
            return contains(engine, right, left, state)
        case ast.NotIn():
            return negated(contains(engine, right, left, state))
        case _:
            return Holds(type(operator).__name__, (left, right))


def _equal(left: Value, right: Value) -> Formula:
    if isinstance(left, Tup) and isinstance(right, Tup) and len(left.items) == len(right.items):
        return both([equal(a, b) for a, b in zip(left.items, right.items, strict=True)])
    return equal(left, right)
