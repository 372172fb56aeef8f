"""Which column an endpoint like `/complete` or `/toggle` switches, and to what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sdd import names
from sdd.ir.matching import find_column, find_flag, flags, identifier, same_stem
from sdd.ir.model import Column, Endpoint, Entity, Scalar, Type

_NOISE = re.compile(r"^(toggle|mark|set|as)_|_(toggle|status|state|flag)$")
_GENERAL = frozenset({"toggle", "status", "state", "mark", "switch", "flag"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A column, and the value that it is set to.

    Attributes:
        value: None turns a boolean round, and a moment to now or to nothing.
        rest: The other one of two choices, to which a second call turns back.
    """

    column: Column
    value: Scalar = None
    rest: Scalar = None


def find_switch(
    entity: Entity, word: str, endpoint: Endpoint, siblings: Sequence[str]
) -> Switch | None:
    """Find what the last word of a path switches, seen beside its sibling endpoints."""
    meaning = _bare(word)
    if meaning in _GENERAL:
        return _general(entity, endpoint)
    flag = find_flag(entity, meaning)
    if flag is not None:
        column, value = flag
        opposite = any(_means(entity, other, column, not value) for other in siblings)
        return Switch(column=column, value=value if opposite or not value else None)
    return _choice(entity, meaning) or _moment(entity, meaning)


def _bare(word: str) -> str:
    bare = identifier(word)
    while (shorter := _NOISE.sub("", bare)) != bare:
        bare = shorter
    return bare


def _means(entity: Entity, word: str, column: Column, value: bool) -> bool:  # noqa: FBT001
    return find_flag(entity, _bare(word)) == (column, value)


def _general(entity: Entity, endpoint: Endpoint) -> Switch | None:
    fields = endpoint.request.fields if endpoint.request else ()
    sent = [find_column(entity, item.name) for item in fields]
    candidates = [column for column in sent if column and column.type in {Type.BOOL, Type.ENUM}]
    if len(candidates) == 1:
        return Switch(column=candidates[0])
    switchable = flags(entity)
    if len(switchable) == 1:
        return Switch(column=switchable[0])
    spoken = names.words(endpoint.summary or "")
    named = [item for item in switchable if any(same_stem(word, item.name) for word in spoken)]
    return Switch(column=named[0]) if len(named) == 1 else None


def _choice(entity: Entity, word: str) -> Switch | None:
    for column in entity.columns:
        choices = column.constraints.choices
        value = next((item for item in choices if same_stem(word, identifier(item))), None)
        if value is None or column.type is not Type.ENUM:
            continue
        others = [item for item in choices if item != value]
        return Switch(column=column, value=value, rest=others[0] if len(others) == 1 else None)
    return None


def _moment(entity: Entity, word: str) -> Switch | None:
    for column in entity.columns:
        stem = identifier(column.name).removesuffix("_at")
        if column.type is Type.DATETIME and column.nullable and same_stem(word, stem):
            return Switch(column=column)
    return None
