"""Rows that leave without being shown: they decide an answer, or are copied into other rows."""

from collections.abc import Iterable, Iterator

from sdd.audit.effects import Effect
from sdd.audit.engine import Engine
from sdd.audit.logic import YES, And, Eq, Exists, Formula, Not, Truthy, atoms, both, values_in
from sdd.audit.schema import Schema
from sdd.audit.state import State
from sdd.audit.strangers import stranger
from sdd.audit.values import (
    Apply,
    DictObject,
    Field,
    Instance,
    LibObject,
    ListObject,
    Lit,
    Many,
    Phi,
    Ref,
    Result,
    Row,
    Sym,
    Truth,
    Tup,
    Value,
)

# Numbers say nothing of what is in a row.
_NUMBERS = frozenset({"aggregate", "count", "len", "sum", "hash"})
_ARITHMETIC = frozenset({"+", "Sub", "Mult", "Div", "FloorDiv", "Mod", "unary"})
_MOST = 4000
_CUT = stranger("content that is too large to look through")


class Oracles:
    """Tells which rows of a program's tables a formula or a value speaks of."""

    def __init__(self, engine: Engine, schema: Schema) -> None:
        self.engine = engine
        self.schema = schema

    # ------------------------------------------------------------ deciding

    def deciding(
        self, formulas: Iterable[Formula], seen: set[Formula | Value] | None = None
    ) -> Iterator[Row]:
        """Yield the rows whose content, or whose being there, decides between formulas.

        To find a row by its key says no more than "not found" does, and whose it is may be asked.
        """
        # Values and the conditions of their alternatives share parts: each is looked at once.
        seen = set() if seen is None else seen
        for atom in atoms(formulas):
            if atom in seen:
                continue
            seen.add(atom)
            if isinstance(atom, Exists):
                yield from self._searched(atom.row)
                continue
            for value in values_in(atom):
                yield from self._mentioned(value, seen)

    def branching(self, facts: Iterable[Formula]) -> Iterator[Row]:
        """Yield the same of what is known on a path: that nothing was found counts for nothing."""
        for fact in facts:
            match fact:
                case And(parts=parts):
                    yield from self.branching(parts)
                case Not(atom=Exists() | Truthy(value=Many() | Result())):
                    pass
                case Exists() | Truthy() | Eq() | Not():
                    yield from self.deciding([fact])
                case _:
                    pass

    def _mentioned(self, value: Value, seen: set[Formula | Value]) -> Iterator[Row]:
        if value in seen:
            return
        seen.add(value)
        match value:
            case Field(base=Row() as row, name=name):
                if self._is_content(row, name):
                    yield row
            case Field(base=base):
                yield from self._mentioned(base, seen)
            case Row():
                yield from self._searched(value)
            case Truth(formula=formula):
                yield from self.deciding([formula], seen)
            case Phi(cases=cases):
                yield from self.deciding((guard for guard, _ in cases), seen)
                for _, item in cases:
                    yield from self._mentioned(item, seen)
            case _:
                for item in _operands(value):
                    yield from self._mentioned(item, seen)

    def _searched(self, row: Row) -> Iterator[Row]:
        """Yield a row that was looked for by something else than its key."""
        if not self._matters(row):
            return
        key = Field(row, self.schema.entity(row.entity).key_column)
        definition = self.engine.row_definitions.get(row, YES)
        parts = definition.parts if isinstance(definition, And) else (definition,)
        if not any(isinstance(part, Eq) and key in {part.left, part.right} for part in parts):
            yield row

    # ------------------------------------------------------------ copying

    def copied(self, effect: Effect) -> Iterator[tuple[Row | Sym, Formula]]:
        """Yield the rows whose content a write puts into a row that belongs to somebody.

        Of content that is too large to look through, a stranger is what is told.
        """
        state = State({}, {}, effect.heap)
        if isinstance(effect.target, Row) and effect.operation == "update":
            if self._matters(effect.target) and effect.value is not None:
                pairs = [(effect.column or "*", effect.value)]
                yield from self._columns(effect.target.entity, pairs, state)
        elif isinstance(effect.target, Ref) and effect.operation == "create":
            held = self.engine.load(state, effect.target)
            info = held.info if isinstance(held, Instance) else None
            if isinstance(held, Instance) and info is not None and self._is_kept(info.entity):
                pairs = [*held.fields, *(("*", one) for one in held.rest)]
                yield from self._columns(info.entity or "", pairs, state)

    def _columns(
        self, entity: str, pairs: Iterable[tuple[str, Value]], state: State
    ) -> Iterator[tuple[Row | Sym, Formula]]:
        columns = self.schema.entity(entity).columns
        for name, value in pairs:
            if name == "*" or name in columns:
                yield from self._content(value, state, whole=name == "*")

    def _content(
        self, value: Value, state: State, *, whole: bool
    ) -> Iterator[tuple[Row | Sym, Formula]]:
        """Yield the rows of which a value holds content; a row itself is only referred to."""
        stack: list[tuple[Value, Formula, bool]] = [(value, YES, whole)]
        seen: set[tuple[Value, Formula]] = set()
        while stack and len(seen) < _MOST:
            item, guard, inside = stack.pop()
            if (item, guard) in seen:
                continue
            seen.add((item, guard))
            match item:
                case Field(base=Row() as row, name=name):
                    if self._is_content(row, name):
                        yield row, guard
                case Row() if inside and self._matters(item):
                    yield item, guard
                case Phi(cases=cases):
                    stack += [(one, both([guard, inner]), inside) for inner, one in cases]
                case Ref():
                    stack += [(one, guard, True) for one in self._items(item, state)]
                case _:
                    stack += [(one, guard, True) for one in _parts(item)]
        if stack:
            yield _CUT, YES

    def _items(self, ref: Ref, state: State) -> tuple[Value, ...]:
        match self.engine.load(state, ref):
            case ListObject(items=items, more=more):
                return (*(one for _, one in items), *more)
            case DictObject(items=entries, more=more):
                return (*(one for _, one in entries), *more)
            case Instance(info=info, fields=fields, rest=rest) if not (info and info.entity):
                return (*(one for _, one in fields), *rest)
            case _:
                return ()

    # ------------------------------------------------------------ tables

    def _is_kept(self, entity: str | None) -> bool:
        return entity is not None and (
            self.schema.is_owned(entity) and not self.schema.is_user(entity)
        )

    def _matters(self, row: Row) -> bool:
        """Whether a row is somebody's; users themselves are found by name all the time."""
        return self._is_kept(row.entity)

    def _is_content(self, row: Row, column: str) -> bool:
        if not self._matters(row):
            return False
        entity = self.schema.entity(row.entity)
        referring = {name for name, _, _ in self.schema.parents(row.entity)}
        info = entity.column(column)
        is_key = column == entity.key_column or (info is not None and info.primary_key)
        return not is_key and column not in {*self.schema.owner_columns(row.entity), *referring}


def _parts(value: Value) -> tuple[Value, ...]:
    match value:
        case Apply(name=name) if name in _NUMBERS:
            return ()
        case Apply(name=name, args=args) if name in _ARITHMETIC and any(map(_is_number, args)):
            return ()
        case LibObject(args=args, keywords=keywords):
            return (*args, *(one for _, one in keywords))
        case Field(base=base):
            return (base,)
        case _:
            return _operands(value)


def _operands(value: Value) -> tuple[Value, ...]:
    match value:
        case Many(element=element) | Result(element=element):
            return (element,)
        case Apply(args=items) | Tup(items=items):
            return items
        case _:
            return ()


def _is_number(value: Value) -> bool:
    return isinstance(value, Lit) and value.kind in {"int", "float"}
