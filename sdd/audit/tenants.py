"""What belongs to several people at once: children of a tenant, and whoever is a member of it."""

import re
from typing import TYPE_CHECKING

from sdd.audit.logic import Eq, Formula, Holds, parts_of
from sdd.audit.powers import is_privileged
from sdd.audit.values import Field, Row, Value

if TYPE_CHECKING:
    from sdd.audit.ownership import Situation

_ROLE = re.compile(r"role|admin|owner|permission|access|level|rank", re.IGNORECASE)


def through_tenant(situation: "Situation", row: Row, *, alone: bool) -> str | None:
    """Return why a row is the caller's because its parent, or its tenant, is.

    Where a row also names whose it is, its tenant says too little: every member would own it.
    """
    personal = alone or situation.schema.is_personal(row.entity)
    found = _through_parent(situation, row, alone=personal)
    return found or _through_membership(situation, row, alone=alone)


def _through_parent(situation: "Situation", row: Row, *, alone: bool) -> str | None:
    schema = situation.schema
    for column, parent, key in schema.parents(row.entity):
        mine = Field(row, column)
        why = None if alone else situation.principal(mine)
        if why:
            return f"{row.entity}.{column} = {why}"
        if schema.is_owned(parent) and situation.made_here(mine):
            return f"its {parent} was made in this request"
        member = member_of(situation, parent, key, mine, row, alone=alone)
        if member:
            return f"{row.entity}.{column} is {parent}.{key}, and {member}"
        for other in situation.rows(parent) if schema.is_owned(parent) else ():
            if situation.case.same(Field(other, key), mine):
                reason = situation.owned(other, alone=alone)
                if reason:
                    return f"{row.entity}.{column} is {parent}.{key}, and {reason}"
    return None


def _through_membership(situation: "Situation", row: Row, *, alone: bool) -> str | None:
    for _, _, key, _ in situation.schema.memberships(row.entity):
        named = None if alone else situation.principal(Field(row, key))
        if named:
            return f"{row.entity}.{key} = {named}"
        member = member_of(situation, row.entity, key, Field(row, key), row, alone=alone)
        if member:
            return member
    return None


def member_of(
    situation: "Situation",
    entity: str,
    key: str,
    value: Value,
    row: Row | None = None,
    *,
    alone: bool = False,
) -> str | None:
    """Return which row says that the caller belongs to the one that this key value names.

    With `alone`, only a member counts that was checked to have a role there.
    """
    for link, column, named, user in situation.schema.memberships(entity):
        for other in situation.rows(link) if named == key else ():
            if (
                other != row
                and situation.case.same(Field(other, column), value)
                and situation.principal(Field(other, user))
                and not (alone and not _leads(situation, other))
            ):
                return f"{link} says that the caller belongs to it"
    return None


def _leads(situation: "Situation", member: Row) -> bool:
    """Whether a member was checked to have a role that not every member has."""
    return any(_names_role(literal, member) for literal in situation.case.literals)


def _names_role(literal: Formula, member: Row) -> bool:
    match literal:
        case Eq(left=left, right=right):
            return any(
                _is_role(mine, member) and is_privileged(theirs)
                for mine, theirs in ((left, right), (right, left))
            )
        case Holds(name="in", args=(mine, listed)):
            return _is_role(mine, member) and all(map(is_privileged, parts_of(listed)))
        case _:
            return False


def _is_role(value: Value, member: Row) -> bool:
    return isinstance(value, Field) and value.base == member and bool(_ROLE.search(value.name))


def fellow_member(situation: "Situation", row: Row) -> str | None:
    """A user of the tenant that the caller's token names, shown by a membership row."""
    schema = situation.schema
    key = Field(row, schema.entity(row.entity).key_column)
    for link in schema.associations():
        for other in situation.rows(link):
            users = schema.owner_columns(link)
            if not any(situation.case.same(Field(other, column), key) for column in users):
                continue
            for column, parent, _ in schema.parents(link):
                why = situation.principal(Field(other, column))
                if why:
                    return f"{link} says that it belongs to the {parent} of {why}"
    return None


def in_common(situation: "Situation", row: Row) -> str | None:
    """Say what a row has in common with the caller, who may be a colleague or a stranger."""
    schema = situation.schema
    if schema.is_user(row.entity):
        named = (
            parent
            for column, parent, _ in schema.parents(row.entity)
            if situation.principal(Field(row, column))
        )
        shared = next(named, None)
        member = None if shared else fellow_member(situation, row)
        if member:
            return f"it is not known whether fellow members may do this: {member}"
        return shared and f"it is not known whether users of one {shared} may see one another"
    found = _through_parent(situation, row, alone=False)
    found = found or _through_membership(situation, row, alone=False)
    owner = next(iter(schema.owner_columns(row.entity)), None)
    if found is None or owner is None:
        return None
    return f"it is not known whether {row.entity}.{owner} matters beside its tenant: {found}"
