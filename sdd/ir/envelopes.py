"""Where in an answer the rows are."""

from sdd.ir.matching import find_column
from sdd.ir.model import Entity, Shape, Type

_DEEPEST = 3
_DATA = frozenset({"data", "result", "results", "items", "rows", "records"})


def resembles(entity: Entity, shape: Shape) -> bool:
    """Tell whether an object's fields are mostly columns of the entity."""
    if shape.type is not Type.OBJECT or not shape.fields:
        return False
    matched = [item for item in shape.fields if find_column(entity, item.name)]
    return 2 * len(matched) >= len(shape.fields)


def is_row(entity: Entity, shape: Shape) -> bool:
    """Tell whether an object is itself a row of the entity, and no envelope around one."""
    if not resembles(entity, shape):
        return False
    columns = [find_column(entity, item.name) for item in shape.fields]
    if entity.key is not None and entity.key in columns:
        return True
    return not any(resembles(entity, part) for item in shape.fields for part in _parts(item.shape))


def _parts(shape: Shape) -> tuple[Shape, ...]:
    return (shape, shape.item) if shape.item else (shape,)


def find_row(entity: Entity, shape: Shape | None, depth: int = 0) -> tuple[str, ...] | None:
    """Find the path of field names to the one row in an answer; () when the answer is it."""
    if shape is None or depth > _DEEPEST or shape.type is not Type.OBJECT:
        return None
    if is_row(entity, shape):
        return ()
    for item in shape.fields:
        open_object = item.shape.type is Type.OBJECT and not item.shape.fields
        if open_object and _is_place(entity, item.name):
            return (item.name,)
        below = find_row(entity, item.shape, depth + 1)
        if below is not None:
            return (item.name, *below)
    return None


def find_rows(entity: Entity, shape: Shape | None, depth: int = 0) -> tuple[str, ...] | None:
    """Find the path of field names to the list of rows in an answer; () when the answer is it."""
    if shape is None or depth > _DEEPEST:
        return None
    if shape.type is Type.LIST:
        known = shape.item is not None and shape.item.fields
        return () if not known or (shape.item and resembles(entity, shape.item)) else None
    for part in shape.fields if shape.type is Type.OBJECT else ():
        below = find_rows(entity, part.shape, depth + 1)
        if below is not None:
            return (part.name, *below)
    return None


def _is_place(entity: Entity, name: str) -> bool:
    wanted = name.lower()
    return wanted in _DATA or wanted in {entity.name.lower(), (entity.table or "").lower()}
