"""Conventions for JSON bodies: their fields follow the columns that they stand for."""

from dataclasses import replace

from sdd.ir.behaviour import Action, Operation
from sdd.ir.conventions.filling import assume, fill
from sdd.ir.matching import find_column, followed_flag, identifier, is_secret, is_timestamp
from sdd.ir.model import (
    NO_BODY,
    Column,
    Constraints,
    Default,
    Entity,
    Field,
    Shape,
    Type,
)

LARGEST_INT = 2_147_483_647
_TEXTUAL = frozenset({Type.STR, Type.TEXT})
_WRITING = frozenset({Action.CREATE, Action.REPLACE, Action.UPDATE})
_COUNTING = ("total", "count", "page", "limit", "offset", "skip", "size", "pages", "status_code")
_AFFIRMING = ("success", "ok", "deleted", "has_next", "has_more", "has_prev", "has_previous")


def distinct(shape: Shape | None) -> Shape | None:
    """Return a shape in which each object has one field of a name: the one that says more."""
    if shape is None or not (shape.fields or shape.item):
        return shape
    kept: dict[str, Field] = {}
    for item in shape.fields:
        part = replace(item, shape=distinct(item.shape) or Shape())
        if item.name not in kept or kept[item.name].shape.type is None:
            kept[item.name] = part
    return replace(shape, fields=tuple(kept.values()), item=distinct(shape.item))


def complete_request(operation: Operation) -> Shape:
    """Return the request body of an endpoint with everything filled in."""
    stated, entity = operation.endpoint.request, operation.entity
    if stated is None:
        stated = _default_request(operation)
    if stated.type is None and not stated.fields:
        return NO_BODY
    shape = fill(stated, type=Type.OBJECT if stated.fields else None)
    fields = tuple(_complete_request_field(operation, entity, item) for item in shape.fields)
    return replace(shape, fields=fields)


def _default_request(operation: Operation) -> Shape:
    entity = operation.entity
    match operation.action:
        case Action.CREATE | Action.REPLACE | Action.UPDATE if entity is not None:
            bound = {binding.column.name for binding in operation.bindings}
            fields = [_field(item) for item in entity.columns if is_sendable(entity, item, bound)]
        case Action.REGISTER if entity is not None:
            names = [item.name for item in entity.columns if is_sendable(entity, item, set())]
            fields = [_named(name) for name in [*names, "password"]]
        case Action.LOGIN:
            fields = [_named("email"), _named("password")]
        case Action.REFRESH:
            fields = [_named("refresh_token")]
        case _:
            return NO_BODY
    return Shape(type=Type.OBJECT, fields=tuple(fields), assumed=frozenset({"type", "fields"}))


def _named(name: str) -> Field:
    return Field(name=name, assumed=frozenset({"name"}))


def _field(column: Column) -> Field:
    return _named(column.name)


def is_sendable(entity: Entity, column: Column, bound: set[str]) -> bool:
    """Tell whether a client may set a column."""
    kept = column.primary_key or column.name == entity.owner_column or column.name in bound
    made = is_timestamp(column) or column.refreshed or followed_flag(entity, column) is not None
    return not (kept or is_secret(column) or made)


def _complete_request_field(operation: Operation, entity: Entity | None, field: Field) -> Field:
    column = find_column(entity, field.name) if entity else None
    shape = complete_shape(field.shape, column, name=field.name)
    if column is None or operation.action not in _WRITING:
        nullable = shape.nullable or (field.required is False and field.default is None)
        field = fill(field, required=field.default is None and not nullable)
        shape = fill(shape, nullable=nullable or False)
        if not field.required:
            field = fill(field, default=Default() if shape.nullable else None)
        return replace(field, shape=_bounded(shape, required=bool(field.required)))
    shape = fill(shape, nullable=bool(column.nullable))
    needed = not column.nullable and column.default is None
    field = fill(field, required=needed if operation.action is not Action.UPDATE else False)
    if operation.action is Action.CREATE and not field.required:
        field = fill(field, default=column.default)
    return replace(field, shape=_bounded(shape, required=needed))


def _bounded(shape: Shape, *, required: bool) -> Shape:
    """Refuse empty required text, and numbers that no database column holds."""
    bounds = shape.constraints
    if shape.type in _TEXTUAL and required and not shape.nullable and bounds.min_length is None:
        return assume(shape, constraints=replace(bounds, min_length=1))
    if shape.type is Type.INT:
        low = bounds.minimum if bounds.minimum is not None else -LARGEST_INT - 1
        high = bounds.maximum if bounds.maximum is not None else LARGEST_INT
        return assume(shape, constraints=replace(bounds, minimum=low, maximum=high))
    return shape


def complete_shape(shape: Shape, column: Column | None = None, *, name: str = "") -> Shape:
    """Fill a value's type, item and constraints from the column that it stands for."""
    if column is not None:
        shape = assume(shape, type=_merged_type(shape, column))
        if shape.type is Type.LIST and shape.item is None:
            shape = assume(shape, item=Shape(type=column.item or Type.STR, nullable=False))
        shape = assume(shape, constraints=_merged(shape, column))
    shape = fill(shape, type=_guessed_type(shape, name))
    if shape.type is Type.TEXT:
        shape = assume(shape, type=Type.STR)
    if shape.type is Type.STR and shape.constraints.choices:
        shape = assume(shape, type=Type.ENUM)
    if shape.type is Type.ENUM and not shape.constraints.choices:
        shape = assume(shape, type=Type.STR)
    if shape.type is Type.LIST:
        item = complete_shape(shape.item or Shape())
        shape = assume(shape, item=fill(item, nullable=False))
    if shape.type is Type.OBJECT:
        parts = tuple(_complete_part(item) for item in shape.fields)
        shape = assume(shape, fields=parts) if parts else assume(shape, type=Type.JSON)
    return shape


def _complete_part(field: Field) -> Field:
    shape = fill(complete_shape(field.shape, name=field.name), nullable=False)
    return fill(assume(field, shape=shape), required=True)


def _guessed_type(shape: Shape, name: str) -> Type:
    if shape.fields:
        return Type.OBJECT
    if shape.item is not None:
        return Type.LIST
    word = identifier(name)
    if word in _COUNTING or word.startswith("total"):
        return Type.INT
    return Type.BOOL if word in _AFFIRMING else Type.STR


def _merged_type(shape: Shape, column: Column) -> Type | None:
    stated, stored = shape.type, column.type
    if stored in {None, Type.STR, Type.TEXT}:
        return Type.ENUM if stated is Type.ENUM or shape.constraints.choices else Type.STR
    if stored is Type.JSON and stated in {Type.LIST, Type.OBJECT}:
        return stated
    if stored is Type.DECIMAL and stated is Type.FLOAT:
        return Type.FLOAT
    return stored


def _merged(shape: Shape, column: Column) -> Constraints:
    own, stored = shape.constraints, column.constraints
    if column.type is Type.LIST and shape.type is not Type.LIST:
        return own
    choices = stored.choices if column.type is Type.ENUM else own.choices or stored.choices
    return Constraints(
        min_length=own.min_length if own.min_length is not None else stored.min_length,
        max_length=own.max_length if own.max_length is not None else stored.max_length,
        minimum=own.minimum if own.minimum is not None else stored.minimum,
        maximum=own.maximum if own.maximum is not None else stored.maximum,
        pattern=own.pattern if own.pattern is not None else stored.pattern,
        choices=choices if shape.type is Type.ENUM else (),
    )
