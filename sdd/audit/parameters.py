"""Bound parameters: what a statement that was built before is compared with when it is executed."""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from sdd.audit.displays import overridden, spread_mapping
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.items import elements
from sdd.audit.joins import choose
from sdd.audit.logic import (
    NO,
    YES,
    And,
    Formula,
    Holds,
    Not,
    Opaque,
    Or,
    both,
    either,
    negated,
    parts_of,
    rebuilt,
    replaced,
    values_in,
)
from sdd.audit.predicates import contained
from sdd.audit.state import State
from sdd.audit.tokens import is_client
from sdd.audit.values import (
    NONE,
    Apply,
    Col,
    LibObject,
    ListObject,
    Lit,
    Many,
    Phi,
    Query,
    Ref,
    Row,
    Truth,
    Tup,
    Value,
)

_NAME = "bindparam"
_UNNAMED = re.compile(r"_\d+$")
_MAPPINGS = ("params", "parameters", "values")
_Given = tuple[Formula, tuple[tuple[str, Value], ...], tuple[Value, ...]]


def parameter(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`bindparam("name", value)`: a place in a statement, with what stands there by default."""
    del state, node
    engine.uses_parameters = True
    key = arguments.get("key", 0) or NONE
    computed = arguments.get("callable_") or arguments.get("unique")
    if computed is not None or arguments.star or arguments.rest:
        key = Apply("parameter", arguments.every())
    return _place(key, arguments.get("value", 1))


def _place(key: Value, value: Value | None) -> Apply:
    # Not an object of a library, which is never None: what will stand here may be.
    return Apply(_NAME, (key,) if value is None else (key, value))


def is_parameter(value: Value) -> bool:
    """Whether a value is a place in a statement that is filled when it is executed."""
    return isinstance(value, Apply) and value.name == _NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """The values of a statement's parameters.

    Attributes:
        known: By name.
        rest: Mappings of unknown content that were merged with them.
        last: Whether the statement is executed now, so that nothing is bound later.
    """

    known: tuple[tuple[str, Value], ...] = ()
    rest: tuple[Value, ...] = ()
    last: bool = True

    def value(self, place: Apply) -> Value:
        """Return what stands at a place of the statement."""
        from sdd.audit.creation import may_replace  # noqa: PLC0415 - it knows what bodies contain

        key, *default = place.args
        bound = default[0] if default else None
        if isinstance(key, Lit) and isinstance(key.value, str):
            name = key.value
            bound = dict(self.known).get(name, bound)
            hidden = [one for one in self.rest if may_replace(one, name)]
            if hidden:
                others: list[Value] = [Apply("parameter", (key, one)) for one in hidden]
                bound = choose([(YES, one) for one in [*others, *([bound] if bound else [])]])
        elif key != NONE:
            bound = None
        if self.last:
            return bound or Apply("parameter", (key,))
        return _place(key, bound)

    def reaches_unnamed(self, names: Collection[str]) -> bool:
        """Whether values that were written into the statement may be replaced (`user_id_1`)."""
        from sdd.audit.creation import may_replace  # noqa: PLC0415 - it knows what bodies contain

        others = (name for name, _ in self.known if name not in names)
        return any(map(_UNNAMED.search, others)) or any(may_replace(one, "_1") for one in self.rest)


def with_defaults(engine: Engine, query: Query, arguments: Arguments, state: State) -> Value:
    """`statement.params(name=value)`: what its parameters are unless the execution says more."""
    hidden = (*arguments.star, *arguments.rest)
    cases = [
        (guard, Bindings(known=(*known, *arguments.keywords), rest=(*rest, *hidden), last=False))
        for guard, known, rest in _given(engine, arguments.get("optionaldict", 0), state)
    ]
    return choose([(guard, Binder(engine, state, one).query(query)) for guard, one in cases])


def bound_text(engine: Engine, text: LibObject, arguments: Arguments, state: State) -> Value:
    """`text(…).bindparams(name=value)`: SQL text with what its parameters are by default."""
    known = list(text.keywords)
    rest = [*arguments.star, *arguments.rest]
    for one in arguments.positional:
        if isinstance(one, Apply) and is_parameter(one):
            key, *default = one.args
            known += [(str(key.value), value) for value in default if isinstance(key, Lit)]
        else:
            spread_mapping(engine, one, state, known, rest)
    bound = dict([*overridden(known, rest), *arguments.keywords])
    return replace(text, keywords=tuple(bound.items()))


def executed(engine: Engine, query: Query, arguments: Arguments, state: State) -> Value:
    """Return a statement, or alternatives, with what is passed beside it at its execution."""
    named = (value for name, value in arguments.keywords if name in _MAPPINGS)
    passed = next(iter([*arguments.positional[1:2], *named]), None)
    hidden = (*arguments.star, *arguments.rest)
    if passed is None and not hidden and not engine.uses_parameters:
        return query
    cases = [
        (guard, Bindings(known=known, rest=(*rest, *hidden)))
        for guard, known, rest in _given(engine, passed, state)
    ]
    return choose([(guard, Binder(engine, state, one).query(query)) for guard, one in cases])


def _given(engine: Engine, passed: Value | None, state: State) -> Iterator[_Given]:
    """Yield the names and the unknown mappings of each alternative."""
    for guard, mapping in _mappings(engine, passed or NONE, state):
        known: list[tuple[str, Value]] = []
        rest: list[Value] = []
        if mapping != NONE:
            spread_mapping(engine, mapping, state, known, rest)
        yield guard, tuple(known), tuple(rest)


def _mappings(engine: Engine, value: Value, state: State) -> Iterator[tuple[Formula, Value]]:
    """Yield the alternatives of what is passed; of a list, any of its mappings."""
    if isinstance(value, Phi):
        for guard, item in value.cases:
            for inner, one in _mappings(engine, item, state):
                yield both([guard, inner]), one
        return
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(value, (Many, Tup)) or isinstance(held, ListObject):
        yield from _mappings(engine, elements(engine, value, state), state)
    else:
        yield YES, value


@dataclass(frozen=True, slots=True)
class Binder:
    """Puts values in the places of a statement, and of the statements inside its conditions."""

    engine: Engine
    state: State
    bindings: Bindings
    names: set[str] = field(default_factory=set)
    rows: dict[Row, Row] = field(default_factory=dict)

    def query(self, query: Query) -> Query:
        """Return a statement with its parameters bound."""
        where = tuple(map(self.formula, query.where))
        if any(map(_is_written, query.where)) and self.bindings.reaches_unnamed(self.names):
            passed = (*self.bindings.rest, *(value for _, value in self.bindings.known))
            chosen = tuple(value for value in passed if is_client(value))
            where = (Opaque("parameters that replace what the statement was built with", chosen),)
        changes = tuple((column, self.value(value)) for column, value in query.changes)
        targets = tuple(map(self.value, query.targets))
        bound = replace(query, where=where, changes=changes, targets=targets)
        if (clash := query.conflict) is not None:
            changes = tuple((column, self.value(value)) for column, value in clash.changes)
            clash = replace(clash, where=tuple(map(self.formula, clash.where)), changes=changes)
            bound = replace(bound, conflict=clash)
        return bound if query.kind in {"select", "delete"} else self._with_columns(bound)

    def _with_columns(self, query: Query) -> Query:
        """What is no parameter of an insert or update is a column to be set."""
        named = [pair for pair in self.bindings.known if pair[0] not in self.names]
        rest = [("*", value) for value in self.bindings.rest]
        return replace(query, changes=(*query.changes, *named, *rest))

    def formula(self, formula: Formula) -> Formula:
        """Return a condition with its parameters bound."""
        match formula:
            case Holds(name="in", args=(item, place)) if is_parameter(place):
                return contained(self.engine, self.value(item), self.value(place), self.state)
            case Not(atom=atom):
                return negated(self.formula(atom))
            case And(parts=parts):
                return both([self.formula(part) for part in parts])
            case Or(parts=parts):
                return either([self.formula(part) for part in parts])
            case _:
                return replaced(formula, self._term)

    def value(self, value: Value) -> Value:
        """Return a term with its parameters bound."""
        return rebuilt(value, self._term)

    def _term(self, value: Value) -> Value:
        match value:
            case Apply() if is_parameter(value):
                if isinstance(value.args[0], Lit):
                    self.names.add(str(value.args[0].value))
                return self.bindings.value(value)
            case LibObject(name=name, args=args, keywords=keywords):
                named = tuple((key, self.value(item)) for key, item in keywords)
                return LibObject(name, tuple(map(self.value, args)), named)
            case Truth(formula=formula):
                return Truth(self.formula(formula))
            case Query():
                return self.query(value)
            case Row():
                return self.row(value)
            case _:
                return value

    def row(self, row: Row) -> Row:
        """Return the row that a statement inside a condition finds with these parameters."""
        if row in self.rows:
            return self.rows[row]
        self.rows[row] = row
        if _has_parameter(self.engine, row):
            known = (self.bindings.known, self.bindings.rest)
            place = self.engine.row_places[row]
            self.rows[row] = self.engine.row(row.entity, ("bound", row, *known), place)
            definition = self.formula(self.engine.row_definitions[row])
            self.engine.define(self.rows[row], definition)
        return self.rows[row]


def _is_written(condition: Formula) -> bool:
    """Whether a condition compares with more than columns, constants and named parameters."""
    parts = (part for value in values_in(condition) for part in parts_of(value))
    return any(not isinstance(part, (Col, Lit)) and not is_parameter(part) for part in parts)


def _has_parameter(engine: Engine, row: Row) -> bool:
    """Whether what is known of a row, or of a row that it was found with, waits for a value."""
    seen: set[Row] = set()
    left = [row]
    while left:
        one = left.pop()
        if one in seen:
            continue
        seen.add(one)
        for value in values_in(engine.row_definitions.get(one, NO)):
            for part in parts_of(value):
                if is_parameter(part):
                    return True
                if isinstance(part, Row):
                    left.append(part)
    return False
