"""Which column an endpoint like `/complete` or `/toggle` switches, and to what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sdd import names
from sdd.ir.matching import find_column, find_flag, flags, identifier, same_stem, undone
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
    taken_back = any(meaning in undone(_bare(other)) for other in siblings)
    return _choice(entity, meaning, turns=not taken_back) or _moment(entity, meaning)


def names_what_is_sent(entity: Entity, word: str, endpoint: Endpoint) -> bool:
    """Tell whether a path ends in what its body changes: `/priority` with `{"priority": 1}`.

    Where the specs state a conflict, there is a condition that no table shows.
    """
    sent = _sent(entity, endpoint)
    named = _bare(word) in _GENERAL or any(same_stem(_bare(word), one.name) for one in sent if one)
    return (
        bool(sent) and named and None not in sent and HTTPStatus.CONFLICT not in endpoint.statuses
    )


def _sent(entity: Entity, endpoint: Endpoint) -> list[Column | None]:
    fields = endpoint.request.fields if endpoint.request else ()
    return [find_column(entity, item.name) for item in fields]


def _bare(word: str) -> str:
    bare = identifier(word)
    while (shorter := _NOISE.sub("", bare)) != bare:
        bare = shorter
    return bare


def _means(entity: Entity, word: str, column: Column, value: bool) -> bool:  # noqa: FBT001
    return find_flag(entity, _bare(word)) == (column, value)


def _general(entity: Entity, endpoint: Endpoint) -> Switch | None:
    sent = _sent(entity, endpoint)
    candidates = [column for column in sent if column and column.type in {Type.BOOL, Type.ENUM}]
    if len(candidates) == 1:
        return Switch(column=candidates[0])
    if any(sent):
        return None
    switchable = flags(entity)
    if len(switchable) == 1:
        return Switch(column=switchable[0])
    spoken = names.words(endpoint.summary or "")
    named = [item for item in switchable if any(same_stem(word, item.name) for word in spoken)]
    return Switch(column=named[0]) if len(named) == 1 else None


def _choice(entity: Entity, word: str, *, turns: bool) -> Switch | None:
    """Find the choice that a word names; of what it takes back, the one rows begin with."""
    for column in entity.columns:
        if column.type is not Type.ENUM:
            continue
        value = _named_choice(column, word)
        if value is not None:
            others = [item for item in column.constraints.choices if item != value]
            rest = others[0] if turns and len(others) == 1 else None
            return Switch(column=column, value=value, rest=rest)
        first = column.default.value if column.default else None
        if first is not None and any(
            _named_choice(column, rest) not in {None, first} for rest in undone(word)
        ):
            return Switch(column=column, value=first)
    return None


def _named_choice(column: Column, word: str) -> str | None:
    choices = column.constraints.choices
    return next((item for item in choices if same_stem(word, identifier(item))), None)


def _moment(entity: Entity, word: str) -> Switch | None:
    for column in entity.columns:
        stem = identifier(column.name).removesuffix("_at")
        if column.type is Type.DATETIME and column.nullable and same_stem(word, stem):
            return Switch(column=column)
    return None
