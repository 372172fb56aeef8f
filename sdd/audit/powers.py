"""What a claim, a name or a role says of whoever has it."""

import re

from sdd.audit.values import Field, Lit, Sym, Value

_ORDINARY = re.compile(
    r"user|member|viewer|guest|customer|basic|free|reader|default|standard|regular|normal|client"
    r"|subscriber|student|employee|active|enabled",
    re.IGNORECASE,
)


def root_of(value: Value) -> Value:
    """Return what a chain of attributes begins with."""
    while isinstance(value, Field):
        value = value.base
    return value


def claim_path(value: Value) -> str:
    """Return words for a claim."""
    names: list[str] = []
    while isinstance(value, Field):
        names.append(value.name)
        value = value.base
    path = ".".join(reversed(names))
    return f"the token's {path}" if path else "the token"


def names_somebody(value: Value) -> bool:
    """Whether a value is a name in the code, or one that whoever runs the server sets."""
    if isinstance(value, Sym):
        return value.kind == "server"
    return isinstance(value, Lit) and bool(value.value) and value.kind in {"str", "int"}


def is_privileged(value: Value) -> bool:
    """Whether a role's name is one that not everybody has."""
    if not isinstance(value, Lit):
        return False
    text = str(value.value).rpartition(".")[2]
    return value.value not in {None, False} and not _ORDINARY.fullmatch(text)
