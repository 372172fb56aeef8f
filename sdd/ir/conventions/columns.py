"""Conventions for columns: type, nullability, default, keys."""

import re
from collections.abc import Mapping
from dataclasses import replace

from sdd.ir.behaviour import Action, operations
from sdd.ir.conventions.filling import assume, fill
from sdd.ir.matching import (
    entity_of_segment,
    find_column,
    identifier,
    is_timestamp,
    user_entity,
)
from sdd.ir.model import (
    Application,
    Column,
    Constraints,
    Default,
    Entity,
    Factory,
    Field,
    Type,
)

_MADE_KEYS = frozenset({Type.INT, Type.UUID, Type.STR, Type.TEXT})
_MOMENT = re.compile(r"(_at|_time|timestamp)$")
_DAY = re.compile(r"(_date|_on|^date)$")
_YES_NO = re.compile(r"^(is|has|can)_")


def demanded_columns(application: Application) -> Mapping[tuple[str, str], Field]:
    """Map (entity, column) to the field of the creating request that sets it."""
    found: dict[tuple[str, str], Field] = {}
    for item in operations(application):
        request = item.endpoint.request
        if item.action not in {Action.CREATE, Action.REGISTER} or not item.entity or not request:
            continue
        for field in request.fields:
            column = find_column(item.entity, field.name)
            if column is not None:
                found.setdefault((item.entity.name, column.name), field)
    return found


def complete_column(
    application: Application, entity: Entity, column: Column, sent: Field | None
) -> Column:
    """Fill what a column leaves open, seen beside the request that creates its rows."""
    referred = _referred_type(application, column)
    if referred is not None and {referred, column.type} != {Type.STR, Type.TEXT}:
        column = assume(column, type=referred)
    column = fill(column, type=_type(application, entity, column, sent))
    if column.type is Type.LIST:
        column = fill(column, item=Type.STR)
    if column.type is Type.STR and column.constraints.choices:
        column = assume(column, type=Type.ENUM)
    if column.type is Type.ENUM and not column.constraints.choices and sent is not None:
        choices = sent.shape.constraints.choices
        column = fill(column, constraints=Constraints(choices=choices) if choices else None)
    if column.type is Type.ENUM and not column.constraints.choices:
        column = assume(column, type=Type.STR)
    column = _spelled_like(column, sent)
    column = fill(column, primary_key=False, unique=False)
    owner = column.name == entity.owner_column
    column = fill(column, indexed=owner or column.foreign_key is not None)
    # Databases count in keys alone, unless each is told how in its own way.
    if _counts(column) and not (column.type is Type.INT and column.primary_key):
        column = assume(column, default=None)
    column = fill(column, default=_default(column, owner=owner))
    column = fill(column, nullable=_nullable(column, sent, owner=owner))
    column = fill(column, refreshed=_is_refreshed(column))
    if column.nullable:
        column = fill(column, default=Default())
    return fill(column, default=_default_of_required(column, sent))


def _spelled_like(column: Column, sent: Field | None) -> Column:
    """Write choices as the API writes them, where the schema differs only in upper case."""
    words = sent.shape.constraints.choices if sent is not None else ()
    stored = column.constraints.choices
    spelled = {word.casefold(): word for word in words}
    if column.type is not Type.ENUM or spelled.keys() != {word.casefold() for word in stored}:
        return column
    choices = tuple(spelled[word.casefold()] for word in stored)
    column = assume(column, constraints=replace(column.constraints, choices=choices))
    if column.default is None or not isinstance(column.default.value, str):
        return column
    value = spelled.get(column.default.value.casefold(), column.default.value)
    return assume(column, default=replace(column.default, value=value))


def _type(application: Application, entity: Entity, column: Column, sent: Field | None) -> Type:
    if sent is not None and sent.shape.type not in {None, Type.NONE, Type.OBJECT}:
        return sent.shape.type or Type.STR
    return _type_of_key(application, entity, column) or _type_by_name(column)


def _referred_type(application: Application, column: Column) -> Type | None:
    """Find the type of what a foreign key refers to: it has no other, whatever was stated."""
    if column.foreign_key is None:
        return None
    target = application.entity_of_table(column.foreign_key.table)
    referred = target.column(column.foreign_key.column) if target else None
    return _held_type(target, referred) if target and referred else None


def _held_type(entity: Entity, column: Column) -> Type:
    """Return the type that a column has, or will have: text, where another service writes it."""
    return column.type or (Type.STR if entity.managed_by else _type_by_name(column))


def _type_of_key(application: Application, entity: Entity, column: Column) -> Type | None:
    """Find the type of the key that an owner, or `room_id` beside a table of rooms, holds."""
    if column.foreign_key is not None or column.primary_key:
        return None
    if column.name == entity.owner_column:
        named = user_entity(application)
    else:
        stem, _, end = identifier(column.name).rpartition("_")
        named = entity_of_segment(application, stem) if end == "id" else None
    if named is None or named.key is None:
        return None
    return _held_type(named, named.key)


def _type_by_name(column: Column) -> Type:
    name = identifier(column.name)
    if _MOMENT.search(name):
        return Type.DATETIME
    if _DAY.search(name):
        return Type.DATE
    if _YES_NO.match(name):
        return Type.BOOL
    return Type.INT if column.primary_key else Type.STR


def _counts(column: Column) -> bool:
    return column.default is not None and column.default.factory is Factory.AUTOINCREMENT


def _default(column: Column, *, owner: bool) -> Default | None:
    if column.primary_key and not owner and column.foreign_key is None:
        automatic = Factory.AUTOINCREMENT if column.type is Type.INT else Factory.UUID
        return Default(factory=automatic) if column.type in _MADE_KEYS else None
    if is_timestamp(column) and column.type is Type.DATETIME and column.nullable is not True:
        return Default(factory=Factory.NOW)
    return None


def _nullable(column: Column, sent: Field | None, *, owner: bool) -> bool:
    if column.primary_key or owner or column.default is not None or column.type is Type.BOOL:
        return column.default is not None and column.default == Default()
    if sent is not None:
        return bool(sent.shape.nullable) or sent.required is False
    return True


def _is_refreshed(column: Column) -> bool:
    changed = re.match(r"^(updated|modified)(_|$)", identifier(column.name))
    return column.type is Type.DATETIME and bool(changed)


def _default_of_required(column: Column, sent: Field | None) -> Default | None:
    """Find what a column that may not be empty holds when nobody says."""
    if column.primary_key or column.foreign_key or (sent is not None and sent.required):
        return None
    match column.type:
        case Type.BOOL:
            return Default(value=False)
        case Type.LIST:
            return Default(factory=Factory.EMPTY_LIST)
        case Type.JSON:
            return Default(factory=Factory.EMPTY_OBJECT)
        case Type.ENUM:
            return Default(value=column.constraints.choices[0])
        case _:
            return None
