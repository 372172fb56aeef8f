"""What several rules look for in facts."""

from collections.abc import Iterable

from sdd.audit.cases import Case
from sdd.audit.logic import Eq, Formula, Proved, atoms, parts_of
from sdd.audit.obligations import Judge
from sdd.audit.ownership import Situation
from sdd.audit.tokens import is_client
from sdd.audit.values import NONE, Field, Lit, Phi, Row, Sym, Value


def sides(atom: Formula) -> tuple[tuple[Value, Value], ...]:
    """Return an equation read both ways; nothing for other atoms."""
    if isinstance(atom, Eq):
        return (atom.left, atom.right), (atom.right, atom.left)
    return ()


def owner_compared_with_client(
    judge: Judge, case: Case | None, row: Row, notes: frozenset[str] | None = None
) -> bool:
    """Whether the case equates a row's owner with something that the client sent."""
    columns = {Field(row, column) for column in judge.schema.owner_columns(row.entity)}
    for literal in case.literals if case is not None else ():
        for mine, theirs in sides(literal):
            if mine in columns and is_client(theirs) and _sent_in(theirs, notes):
                return True
    return False


def _sent_in(value: Value, notes: frozenset[str] | None) -> bool:
    if notes is None:
        return True
    return any(
        isinstance(part, Sym) and part.kind == "client" and part.note in notes
        for part in parts_of(value)
    )


def compares_with_caller(judge: Judge, formulas: Iterable[Formula], row: Row) -> bool:
    """Whether some formula, on whatever path, compares the row's owner with the caller."""
    columns = {Field(row, column) for column in judge.schema.owner_columns(row.entity)}
    situation = Situation(Case({}), judge.schema)
    return any(
        mine in columns and situation.principal(theirs) is not None
        for atom in atoms(formulas)
        for mine, theirs in sides(atom)
    )


def debug_constant(case: Case | None) -> bool:
    """Whether the case lets in whoever sends a certain constant as credential."""
    for literal in case.literals if case is not None else ():
        for mine, theirs in sides(literal):
            if (
                isinstance(theirs, Lit)
                and isinstance(theirs.value, str)
                and theirs.value.lower() not in {"bearer", "basic", "token"}
                and is_client(mine)
                and _sent_in(mine, frozenset({"credentials", "header", "cookie"}))
            ):
                return True
    return False


def is_optional_caller(value: Value) -> bool:
    """Whether a dependency's value is a verified caller or None."""
    if not isinstance(value, Phi):
        return False
    nothing = any(item == NONE for _, item in value.cases)
    proof = any(isinstance(atom, Proved) for guard, _ in value.cases for atom in atoms([guard]))
    return nothing and proof
