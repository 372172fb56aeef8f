"""Settings that switch a check on or off: what holds as the program is delivered."""

import re
from collections.abc import Iterable
from functools import lru_cache

from sdd.audit.cases import Case
from sdd.audit.logic import Eq, Formula, Not, Truthy, atoms, negated, parts_of, values_in
from sdd.audit.values import Apply, Lit, Sym, Value

# Switches of which nobody writes the default down: they are off unless somebody sets them.
_SWITCH = re.compile(
    r"disable|skip|bypass|debug|test|dev(elopment)?(_|$)|mock|insecure|no_?auth|auth_?off|demo",
    re.IGNORECASE,
)


def delivered(formulas: Iterable[Formula]) -> list[Formula]:
    """Return what holds of the switches that some formulas speak of, as they are delivered."""
    found: dict[Formula, None] = {}
    for atom in atoms(formulas):
        holds = by_default(atom)
        if holds is not None:
            found[atom if holds else negated(atom)] = None
    return list(found)


def turned(case: Case) -> list[Sym]:
    """Return the switches that a case has turned from how they are delivered."""
    return [
        symbol
        for literal in case.literals
        if by_default(literal) is False
        for symbol in symbols(literal)
    ]


@lru_cache(maxsize=1 << 15)
def symbols(formula: Formula) -> tuple[Sym, ...]:
    """Return the settings that a formula speaks of."""
    return tuple(
        part
        for value in values_in(formula)
        for part in parts_of(value)
        if isinstance(part, Sym) and part.kind == "server"
    )


def by_default(formula: Formula) -> bool | None:
    """Return whether an atom holds with the settings' defaults; None where that is not known."""
    match formula:
        case Not(atom=atom):
            inner = by_default(atom)
            return None if inner is None else not inner
        case Truthy(value=value):
            known = _default(value)
            return None if known is None else bool(known.value)
        case Eq(left=left, right=right):
            first, second = _default(left), _default(right)
            if first is None or second is None or not any(map(_is_setting, (left, right))):
                return None
            return first.value == second.value
        case _:
            return None


def _default(value: Value) -> Lit | None:
    match value:
        case Lit():
            return value
        case Sym(kind="server", note="True" | "False" as text):
            return Lit(text == "True", "bool")
        case Sym(kind="server", note=str(text)):
            return Lit(text, "str")
        case Sym(kind="server", note=None, name=name) if _SWITCH.search(name):
            return Lit(None, "NoneType")
        case Apply(name=".lower" | ".upper" | ".strip" as name, args=(inner,)):
            known = _default(inner)
            if known is None or not isinstance(known.value, str):
                return known
            text = known.value
            changed = {".lower": text.lower(), ".upper": text.upper(), ".strip": text.strip()}
            return Lit(changed[name], "str")
        case _:
            return None


def _is_setting(value: Value) -> bool:
    return any(isinstance(part, Sym) and part.kind == "server" for part in parts_of(value))
