"""Whether a program goes on with a setting's default: its facts, looked at with that text in it."""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sdd.audit.logic import Always, And, Eq, Formula, Holds, Not, Or, Truthy
from sdd.audit.values import Apply, Field, Lit, Sym, Value

_COMPARISONS: Mapping[str, Callable[[Any, Any], object]] = {
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "in": lambda item, text: item in text,
}
_KEEPS_EMPTY = frozenset({".strip", ".lower", ".upper", ".encode", ".lstrip", ".rstrip"})


def is_refused(setting: Sym, default: str, facts: Iterable[Formula]) -> bool:
    """Whether one of these facts cannot hold while the setting has its default."""
    return any(_holds(fact, setting, default) is False for fact in facts)


def _holds(fact: Formula, setting: Sym, default: str) -> bool | None:
    """Say whether a fact holds with the default; None where that cannot be said."""
    match fact:
        case Always(holds=holds):
            return holds
        case Not(atom=atom):
            inner = _holds(atom, setting, default)
            return None if inner is None else not inner
        case And(parts=parts):
            found = [_holds(part, setting, default) for part in parts]
            return False if False in found else None if None in found else True
        case Or(parts=parts):
            found = [_holds(part, setting, default) for part in parts]
            return True if True in found else None if None in found else False
        case _:
            return _atom_holds(fact, setting, default)


def _atom_holds(atom: Formula, setting: Sym, default: str) -> bool | None:
    match atom:
        case Truthy(value=value):
            known = _worth(value, setting, default)
            return bool(known.value) if known is not None else None
        case Eq(left=left, right=right):
            one, other = _worth(left, setting, default), _worth(right, setting, default)
            return one.value == other.value if one is not None and other is not None else None
        case Holds(name=name, args=(left, right)) if name in _COMPARISONS:
            one, other = _worth(left, setting, default), _worth(right, setting, default)
            if one is None or other is None:
                return None
            try:
                return bool(_COMPARISONS[name](one.value, other.value))
            except TypeError:
                return None
        case _:
            return None


def _worth(value: Value, setting: Sym, default: str) -> Lit | None:
    """Return the constant that a term is with the default."""
    match value:
        case Lit():
            return value
        case (
            Apply(name="len", args=(Field(base=base, name="*"),)) | Apply(name="len", args=(base,))
        ) if base == setting:
            return Lit(len(default), "int")
        case Apply(name=name, args=(base, *_)) if name in _KEEPS_EMPTY and base == setting:
            return None if default else Lit("", "str")
        case _:
            return Lit(default, "str") if value == setting else None
