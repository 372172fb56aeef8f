"""Formulas over values: how they are built, negated and taken apart."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from sdd.audit.term import term
from sdd.audit.values import (
    NONE,
    Apply,
    Col,
    Field,
    LibObject,
    Lit,
    Many,
    Phi,
    Result,
    Row,
    Sym,
    Truth,
    Tup,
    Value,
)


class Formula:
    """A statement about the values of one request."""

    __slots__ = ("_hash",)


@term
class Always(Formula):
    """True, or false."""

    holds: bool


@term
class Eq(Formula):
    """Two values are the same."""

    left: Value
    right: Value


@term
class Truthy(Formula):
    """A value counts as true."""

    value: Value


@term
class Exists(Formula):
    """The lookup that this row stands for found it; then the row has what was asked for."""

    row: Row


@term
class Proved(Formula):
    """The caller has shown something: a verified token, a password, a shared secret."""

    kind: str
    value: Value


@term
class Holds(Formula):
    """A named predicate of a library: membership, pattern and other comparisons."""

    name: str
    args: tuple[Value, ...]


@term
class Opaque(Formula):
    """Something was checked that the analysis does not understand."""

    reason: str
    args: tuple[Value, ...]


@term
class Not(Formula):
    """An atom does not hold."""

    atom: Formula


@term
class And(Formula):
    """All hold."""

    parts: tuple[Formula, ...]


@term
class Or(Formula):
    """At least one holds."""

    parts: tuple[Formula, ...]


REMEMBERED = 1 << 15
YES = Always(holds=True)
NO = Always(holds=False)


def both(parts: Iterable[Formula]) -> Formula:
    """Join by `and`, flat and without repetition."""
    left = tuple([part for part in parts if part is not YES])
    return left[0] if len(left) == 1 else _both(left)


# States are joined, simplified and negated over and over with the same few conditions.
@lru_cache(maxsize=REMEMBERED)
def _both(parts: tuple[Formula, ...]) -> Formula:
    kept: dict[Formula, None] = {}
    for part in parts:
        if isinstance(part, Always):
            if not part.holds:
                return NO
        elif isinstance(part, And):
            kept.update(dict.fromkeys(part.parts))
        else:
            kept[part] = None
    if not kept:
        return YES
    return next(iter(kept)) if len(kept) == 1 else And(tuple(kept))


def either(parts: Iterable[Formula]) -> Formula:
    """Join by `or`, flat; `a or not a` is true."""
    left = tuple([part for part in parts if part is not NO])
    return left[0] if len(left) == 1 else _either(left)


@lru_cache(maxsize=REMEMBERED)
def _either(parts: tuple[Formula, ...]) -> Formula:
    kept: dict[Formula, None] = {}
    for part in parts:
        if isinstance(part, Always):
            if part.holds:
                return YES
        elif isinstance(part, Or):
            kept.update(dict.fromkeys(part.parts))
        else:
            kept[part] = None
    if not kept:
        return NO
    if any(isinstance(part, Not) and part.atom in kept for part in kept):
        return YES
    if 1 < len(kept) <= _MOST_RESOLVED:
        kept = dict.fromkeys(_resolved(list(kept)))
    if YES in kept:
        return YES
    return next(iter(kept)) if len(kept) == 1 else Or(tuple(kept))


_MOST_RESOLVED = 6


def _resolved(parts: list[Formula]) -> list[Formula]:
    """Shorten a disjunction: `a and b or a` is a, `a and b or a and not b` is a."""
    for first in range(len(parts)):
        for second in range(first + 1, len(parts)):
            joined = _joined(_literals(parts[first]), _literals(parts[second]))
            if joined is not None:
                rest = [part for at, part in enumerate(parts) if at not in {first, second}]
                return _resolved([*rest, joined])
    return parts


def _literals(formula: Formula) -> dict[Formula, None]:
    return dict.fromkeys(formula.parts if isinstance(formula, And) else (formula,))


def _joined(left: dict[Formula, None], right: dict[Formula, None]) -> Formula | None:
    only_left = [part for part in left if part not in right]
    only_right = [part for part in right if part not in left]
    common = [part for part in left if part in right]
    if not only_left or not only_right:
        return both(common)
    if len(only_left) == 1 and len(only_right) == 1 and only_left[0] == negated(only_right[0]):
        return both(common)
    return None


@lru_cache(maxsize=REMEMBERED)
def negated(formula: Formula) -> Formula:
    """Return the negation, pushed down to the atoms."""
    match formula:
        case Always(holds=holds):
            return NO if holds else YES
        case Not(atom=atom):
            return atom
        case And(parts=parts):
            return either([negated(part) for part in parts])
        case Or(parts=parts):
            return both([negated(part) for part in parts])
        case _:
            return Not(formula)


def equal(left: Value, right: Value) -> Formula:
    """State that two values are the same, taking alternatives apart."""
    if left == right:
        return YES
    if isinstance(left, Phi):
        return either([both([guard, equal(value, right)]) for guard, value in left.cases])
    if isinstance(right, Phi):
        return either([both([guard, equal(left, value)]) for guard, value in right.cases])
    if isinstance(left, Lit) and isinstance(right, Lit):
        return YES if left.value == right.value else NO
    if isinstance(left, Truth) and isinstance(right, Lit) and isinstance(right.value, bool):
        return left.formula if right.value else negated(left.formula)
    if isinstance(right, Truth) and isinstance(left, Lit):
        return equal(right, left)
    if NONE in {left, right} and _never_none(right if left == NONE else left):
        return NO
    return Eq(left, right)


def _never_none(value: Value) -> bool:
    return not isinstance(value, (Sym, Field, Apply, Col, Phi, Lit))


def values_in(formula: Formula) -> Iterator[Value]:
    """Yield the terms directly inside a formula's atoms."""
    match formula:
        case Eq(left=left, right=right):
            yield left
            yield right
        case Truthy(value=value) | Proved(value=value):
            yield value
        case Exists(row=row):
            yield row
        case Holds(args=args) | Opaque(args=args):
            yield from args
        case Not(atom=atom):
            yield from values_in(atom)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from values_in(part)
        case _:
            return


def replaced(formula: Formula, change: Callable[[Value], Value]) -> Formula:
    """Rewrite the terms inside a formula."""
    match formula:
        case Eq(left=left, right=right):
            return equal(rebuilt(left, change), rebuilt(right, change))
        case Truthy(value=value):
            return Truthy(rebuilt(value, change))
        case Exists(row=row):
            found = change(row)
            return Exists(found) if isinstance(found, Row) else formula
        case Proved(kind=kind, value=value):
            return Proved(kind, rebuilt(value, change))
        case Holds(name=name, args=args):
            return Holds(name, tuple(rebuilt(arg, change) for arg in args))
        case Opaque(reason=reason, args=args):
            return Opaque(reason, tuple(rebuilt(arg, change) for arg in args))
        case Not(atom=atom):
            return negated(replaced(atom, change))
        case And(parts=parts):
            return both([replaced(part, change) for part in parts])
        case Or(parts=parts):
            return either([replaced(part, change) for part in parts])
        case _:
            return formula


def rebuilt(value: Value, change: Callable[[Value], Value]) -> Value:
    """Rewrite a term from the inside out."""
    match value:
        case Field(base=base, name=name):
            return change(Field(rebuilt(base, change), name))
        case Apply(name=name, args=args):
            return change(Apply(name, tuple(rebuilt(arg, change) for arg in args)))
        case Tup(items=items):
            return Tup(tuple(rebuilt(item, change) for item in items))
        case Phi(cases=cases):
            return Phi(
                tuple((replaced(guard, change), rebuilt(item, change)) for guard, item in cases)
            )
        case _:
            return change(value)


def atoms(formulas: Iterable[Formula]) -> Iterator[Formula]:
    """Yield every atom inside formulas, negated ones without their negation."""
    stack = list(formulas)
    while stack:
        item = stack.pop()
        match item:
            case And(parts=parts) | Or(parts=parts):
                stack.extend(parts)
            case Not(atom=atom):
                stack.append(atom)
            case _:
                yield item


def parts_of(value: Value) -> Iterator[Value]:
    """Yield a term and every term inside it."""
    stack = [value]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(operands(item))


def operands(value: Value) -> tuple[Value, ...]:
    """Return the terms directly inside a term."""
    match value:
        case Field(base=inner) | Many(element=inner) | Result(element=inner):
            return (inner,)
        case Apply(args=items) | Tup(items=items):
            return items
        case LibObject(args=args, keywords=keywords):
            return (*args, *(inner for _, inner in keywords)) if keywords else args
        case Phi(cases=cases):
            return tuple(inner for _, inner in cases)
        case _:
            return ()
