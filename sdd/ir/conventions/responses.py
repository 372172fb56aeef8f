"""Conventions for success answers: rows in them follow their tables."""

from dataclasses import replace

from sdd import names
from sdd.ir.behaviour import Action, Operation, refreshes
from sdd.ir.conventions.filling import assume, fill
from sdd.ir.conventions.shapes import complete_shape
from sdd.ir.envelopes import is_row, resembles
from sdd.ir.matching import entity_of_segment, find_column, flags, identifier, is_secret
from sdd.ir.model import NO_BODY, Application, Entity, Field, Shape, Type

_ROW = frozenset(
    {Action.READ, Action.CREATE, Action.REPLACE, Action.UPDATE, Action.TOGGLE, Action.ME}
)
_EMPTY = 204
_TOKENS = frozenset({"access_token", "token", "jwt", "accesstoken", "auth_token", "id_token"})
_REFRESH_TOKENS = frozenset({"refresh_token", "refreshtoken"})
_HOLDERS = frozenset({"data", "result", "item", "items", "results", "rows", "records"})


def complete_response(application: Application, operation: Operation, status: int) -> Shape | None:
    """Return the body of an endpoint's success answer with everything filled in."""
    stated, entity = operation.endpoint.response, operation.entity
    if status == _EMPTY:
        return NO_BODY
    if operation.action is Action.UNKNOWN:
        return stated
    if stated is None:
        stated = _default_response(operation)
    if stated.type is Type.NONE:
        return stated
    if operation.action in {Action.LOGIN, Action.REFRESH}:
        stated = _with_token(stated)
        if refreshes(application):
            stated = _with_refresh_token(stated)
    if entity is None or not entity.columns:
        return complete_shape(stated)
    return _complete(application, entity, stated, operation.action, name="")


def _with_token(shape: Shape) -> Shape:
    """Put a token into the answer of a login that shows none: without it nobody gets in."""
    if shape.type is Type.LIST or _shows_token(shape):
        return shape
    missing = _says("access_token", "token_type").fields
    return assume(shape, type=Type.OBJECT, fields=(*shape.fields, *missing))


def _with_refresh_token(shape: Shape) -> Shape:
    """Put a refresh token beside the token, where a client can get one at all."""
    if _shows(shape, _REFRESH_TOKENS):
        return shape
    holder = next((item for item in shape.fields if _shows_token(item.shape)), None)
    if holder is not None and holder.shape.fields:
        inner = replace(holder, shape=_with_refresh_token(holder.shape))
        fields = tuple(inner if item is holder else item for item in shape.fields)
        return replace(shape, fields=fields)
    return assume(shape, fields=(*shape.fields, *_says("refresh_token").fields))


def _shows(shape: Shape, wanted: frozenset[str]) -> bool:
    return any(
        identifier(item.name) in wanted or _shows(item.shape, wanted) for item in shape.fields
    )


def _shows_token(shape: Shape) -> bool:
    return _shows(shape, _TOKENS)


def _default_response(operation: Operation) -> Shape:  # noqa: PLR0911 - one for each action
    match operation.action:
        case Action.LIST:
            return Shape(type=Type.LIST, assumed=frozenset({"type"}))
        case Action.DELETE if operation.endpoint.success_status in {None, _EMPTY}:
            return NO_BODY
        case Action.DELETE | Action.LOGOUT:
            return _says("message")
        case Action.HEALTH:
            return _says("status")
        case Action.LOGIN | Action.REFRESH:
            return _says("access_token", "token_type")
        case Action.STATISTICS:
            return _counts(operation.entity)
        case _:
            return Shape(type=Type.OBJECT, assumed=frozenset({"type"}))


def _counts(entity: Entity | None) -> Shape:
    counted = [item.name for item in flags(entity)] if entity else []
    fields = (Field(name=name, shape=Shape(type=Type.INT)) for name in ["total", *counted])
    return Shape(type=Type.OBJECT, fields=tuple(fields), assumed=frozenset({"type", "fields"}))


def _says(*fields: str) -> Shape:
    texts = tuple(Field(name=name, shape=Shape(type=Type.STR)) for name in fields)
    return Shape(type=Type.OBJECT, fields=texts, assumed=frozenset({"type", "fields"}))


def _complete(
    application: Application, entity: Entity, shape: Shape, action: Action, *, name: str
) -> Shape:
    if shape.type is Type.LIST and action is Action.LIST:
        item = shape.item or Shape()
        if not item.fields and item.type in {None, Type.OBJECT, Type.JSON}:
            return fill(assume(shape, item=row_shape(entity)), nullable=False)
        if resembles(entity, item):
            row = _complete_row(application, entity, item)
            return fill(assume(shape, item=row), nullable=False)
    if action in _ROW | {Action.REGISTER, Action.LOGIN} and _is_open(shape, entity, name):
        return row_shape(entity)
    if action is not Action.STATISTICS and is_row(entity, shape):
        return _complete_row(application, entity, shape)
    if not shape.fields:
        return fill(complete_shape(shape, name=name), nullable=False)
    shape = fill(shape, type=Type.OBJECT, nullable=False)
    parts = tuple(
        fill(
            assume(
                item,
                shape=_complete(application, entity, item.shape, action, name=item.name),
            ),
            required=True,
        )
        for item in shape.fields
    )
    return assume(shape, fields=parts)


def _is_open(shape: Shape, entity: Entity, name: str) -> bool:
    """Tell whether a part of an answer stands for a row without showing it."""
    if shape.fields or shape.type not in {None, Type.OBJECT, Type.JSON}:
        return False
    word = identifier(name)
    own = {identifier(entity.name), "user"} if entity.name == "User" else {identifier(entity.name)}
    return not name or word in own | _HOLDERS


def row_shape(entity: Entity) -> Shape:
    """Return the object that shows all of a row but its secrets."""
    fields = tuple(
        Field(
            name=column.name,
            shape=fill(_unbounded(complete_shape(Shape(), column)), nullable=bool(column.nullable)),
            required=True,
            assumed=frozenset({"name", "shape", "required"}),
        )
        for column in entity.columns
        if not is_secret(column)
    )
    return Shape(
        type=Type.OBJECT,
        nullable=False,
        fields=fields,
        assumed=frozenset({"type", "fields", "nullable"}),
    )


def _complete_row(application: Application, entity: Entity, shape: Shape) -> Shape:
    fields = tuple(_complete_field(application, entity, item) for item in shape.fields)
    return fill(assume(shape, fields=fields), nullable=False)


def _complete_field(application: Application, entity: Entity, field: Field) -> Field:
    column = find_column(entity, field.name)
    if column is not None and field.shape.type is not Type.OBJECT:
        shape = complete_shape(field.shape, column, name=field.name)
        shape = assume(shape, nullable=bool(column.nullable))
        return fill(assume(field, shape=_unbounded(shape)), required=True)
    child = child_entity(application, entity, field.name)
    if child is not None and field.shape.type is Type.LIST:
        item = field.shape.item or Shape()
        row = _complete_row(application, child, item) if item.fields else row_shape(child)
        shape = fill(assume(field.shape, item=row), nullable=False)
        return fill(assume(field, shape=shape), required=True)
    shape = fill(complete_shape(field.shape, name=field.name), nullable=False)
    return fill(assume(field, shape=shape), required=True)


def _unbounded(shape: Shape) -> Shape:
    """Leave an answer's values without bounds: what is stored is shown."""
    bounds = replace(
        shape.constraints,
        min_length=None,
        max_length=None,
        minimum=None,
        maximum=None,
        pattern=None,
    )
    item = _unbounded(shape.item) if shape.item else None
    return assume(shape, constraints=bounds, item=item)


def child_entity(application: Application, entity: Entity, name: str) -> Entity | None:
    """Find the entity whose rows below `entity` a field of this name lists."""
    found = entity_of_segment(application, name)
    if found is None:
        whole = f"{identifier(entity.name)}_{names.singular(identifier(name))}"
        same = (item for item in application.entities if identifier(item.name) == whole)
        found = next(same, None)
    if found is None or not any(
        column.foreign_key and column.foreign_key.table == entity.table for column in found.columns
    ):
        return None
    return found
