"""What was not understood on a path, and may have been the check that is missing."""

from collections.abc import Collection, Iterator

from sdd.audit.cases import Case
from sdd.audit.joins import TOO_COMPLEX
from sdd.audit.logic import (
    Eq,
    Formula,
    Holds,
    Not,
    Opaque,
    Truthy,
    atoms,
    parts_of,
    values_in,
)
from sdd.audit.ownership import Situation
from sdd.audit.schema import Schema
from sdd.audit.tokens import is_client
from sdd.audit.values import Apply, Claims, Field, LibObject, Ref, Row, Sym, Truth, Value


def doubt(schema: Schema, case: Case, row: Row) -> str | None:
    """Return what was not understood and could have been the check."""
    for literal in case.literals:
        atom = literal.atom if isinstance(literal, Not) else literal
        if isinstance(atom, Opaque) and (not atom.args or _concerns(schema, atom, row, case)):
            return atom.reason
        if isinstance(atom, (Truthy, Holds)) and _may_be_a_check(schema, atom, row, case):
            return "a check was made that is not understood"
        if isinstance(atom, Eq) and _lost_a_check(schema, atom, row):
            return TOO_COMPLEX
        if isinstance(atom, Eq) and _compares_unknown(schema, atom, row):
            return "the owner is compared with something that is not understood"
    return None


def _concerns(schema: Schema, atom: Formula, row: Row, case: Case) -> bool:
    keys = _names_of(schema, row, case)
    return any(
        part in keys or (isinstance(part, Sym) and part.kind == "unknown")
        for value in values_in(atom)
        for part in parts_of(value)
    )


def _names_of(schema: Schema, row: Row, case: Case) -> set[Value]:
    key = Field(row, schema.entity(row.entity).key_column)
    return {row, *Situation(case, schema).equals(key)}


def _may_be_a_check(schema: Schema, atom: Formula, row: Row, case: Case) -> bool:
    """A predicate that involves both the row and the caller may be the ownership check."""
    values = list(values_in(atom))
    parts = [part for value in values for part in parts_of(value)]
    contained = isinstance(atom, Holds) and atom.name in {"in", "not in"}
    if not (contained or any(isinstance(part, Apply | LibObject) for part in parts)):
        return False
    situation = Situation(case, schema)
    names = _names_of(schema, row, case)
    about_row = any(part in names for part in parts)
    about_caller = any(map(situation.principal, parts))
    return about_row and about_caller


def _compares_unknown(schema: Schema, atom: Eq, row: Row) -> bool:
    columns = {Field(row, column) for column in _scope_columns(schema, row)}
    for mine, theirs in ((atom.left, atom.right), (atom.right, atom.left)):
        if mine in columns:
            parts = list(parts_of(theirs))
            if any(isinstance(part, Sym) and part.kind == "unknown" for part in parts):
                return True
            if isinstance(theirs, Apply) and not is_client(theirs):
                return True
    return False


COUNTED = "what the client names is held against rows of the caller's, in a way not understood"


def held_against(case: Case, chosen: Collection[Value]) -> Iterator[Row | Ref]:
    """Yield what the client's values were counted against, or compared with as a whole."""
    for literal in case.literals:
        atom = literal.atom if isinstance(literal, Not) else literal
        if not isinstance(atom, (Eq, Holds, Truthy)):
            continue
        parts = [part for value in values_in(atom) for part in _every_part(value)]
        if any(one in chosen for one in parts):
            yield from (one for one in parts if isinstance(one, (Row, Ref)))


def chosen_among(schema: Schema, case: Case, row: Row) -> Iterator[Value]:
    """Yield the client's values among which a row's key was looked for."""
    key = Field(row, schema.entity(row.entity).key_column)
    for literal in case.literals:
        if isinstance(literal, Holds) and literal.name == "in" and literal.args[0] == key:
            yield from (one for one in literal.args[1:] if is_client(one))


def _every_part(value: Value) -> Iterator[Value]:
    """Yield the terms inside a term, and inside the conditions that it holds."""
    for part in parts_of(value):
        yield part
        if isinstance(part, Truth):
            for inner in values_in(part.formula):
                yield from _every_part(inner)


def _scope_columns(schema: Schema, row: Row) -> Iterator[str]:
    yield from schema.owner_columns(row.entity)
    yield from (column for column, _, _ in schema.parents(row.entity))
    if schema.is_user(row.entity):
        yield schema.entity(row.entity).key_column


def _lost_a_check(schema: Schema, atom: Eq, row: Row) -> bool:
    """Whether a condition was too long to keep, and speaks of whose the row is."""
    columns = {Field(row, column) for column in _scope_columns(schema, row)}
    for side in (atom.left, atom.right):
        if isinstance(side, Sym) and side.kind == "choice" and side.note == TOO_COMPLEX:
            lost = atoms([side.type.formula]) if isinstance(side.type, Truth) else ()
            for value in (value for one in lost for value in values_in(one)):
                parts = set(parts_of(value))
                if columns & parts or (row in parts and any(isinstance(p, Claims) for p in parts)):
                    return True
    return False
