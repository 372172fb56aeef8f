"""What JSON columns hold: what requests put there, and no more than that can be answered."""

from collections.abc import Iterator
from dataclasses import replace

from sdd.ir import Column, Default, Entity, Field, Shape, Type
from sdd.ir.behaviour import Action, Operation
from sdd.ir.matching import find_column

_WRITING = frozenset({Action.CREATE, Action.REPLACE, Action.UPDATE})
_DOCUMENTS = frozenset({Type.JSON, Type.LIST})

Lost = list[tuple[str, ...]]


def is_document(column: Column | None, shape: Shape) -> bool:
    """Tell whether a column holds JSON of which an answer names the parts."""
    if column is None or column.type not in _DOCUMENTS:
        return False
    inner = shape.item if shape.type is Type.LIST else shape
    return inner is not None and inner.type is Type.OBJECT and bool(inner.fields)


def sent_to(operations: tuple[Operation, ...], entity: Entity, column: Column) -> tuple[Shape, ...]:
    """Return what requests put into a column."""
    return tuple(
        item.shape
        for operation in operations
        if operation.action in _WRITING and operation.entity is not None
        if operation.entity.name == entity.name and operation.endpoint.request is not None
        for item in operation.endpoint.request.fields
        if find_column(entity, item.name) == column
    )


def held(shape: Shape, sent: tuple[Shape, ...], path: tuple[str, ...], lost: Lost) -> Shape | None:
    """Return what can be answered of what was sent; the parts that nobody sends are lost."""
    if not sent:
        return shape  # nothing but the default ever stands there
    if len({part.type for part in sent}) > 1 or sent[0].type is Type.JSON:
        lost.extend((*path, name) for name in _names(shape))
        return Shape(type=Type.JSON, nullable=shape.nullable)
    if sent[0].type is Type.LIST:
        items = tuple(part.item or Shape(type=Type.JSON) for part in sent)
        row = held(shape.item or Shape(type=Type.JSON), items, path, lost)
        return replace(sent[0], item=row, nullable=_nullable(shape, sent)) if row else None
    if sent[0].type is not Type.OBJECT:
        return replace(sent[0], nullable=_nullable(shape, sent))
    fields = tuple(_parts(shape, sent, path, lost))
    return replace(shape, fields=fields, nullable=_nullable(shape, sent)) if fields else None


def _names(shape: Shape) -> tuple[str, ...]:
    return tuple(item.name for item in (shape.item or shape).fields)


def _nullable(shape: Shape, sent: tuple[Shape, ...]) -> bool:
    return bool(shape.nullable) or any(part.nullable for part in sent)


def _parts(
    shape: Shape, sent: tuple[Shape, ...], path: tuple[str, ...], lost: Lost
) -> Iterator[Field]:
    for item in shape.fields:
        here = (*path, item.name)
        given = [found for part in sent if (found := part.field(item.name)) is not None]
        part = held(item.shape, tuple(found.shape for found in given), here, lost)
        if not given or part is None:
            lost.append(here)
        elif len(given) == len(sent) and all(found.required for found in given):
            yield replace(item, shape=part)
        else:
            absent = replace(part, nullable=True)
            yield replace(item, shape=absent, required=False, default=Default())
