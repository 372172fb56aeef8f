"""Foreign keys that nobody states: `room_id` beside a table of rooms."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sdd import names
from sdd.ir.conventions.filling import assume
from sdd.ir.matching import entity_of_segment, identifier, user_entity
from sdd.ir.model import Application, Column, Entity, ForeignKey


def with_references(application: Application, parents: Mapping[str, Entity]) -> Application:
    """Make columns refer to the tables that they are named after.

    Args:
        application: What the specs say, tables derived from the API included.
        parents: For each entity that stands below another's key in a path, that other.
    """
    for entity in application.entities:
        for column in entity.columns:
            current = application.entity(entity.name) or entity
            target = _target(application, current, column, parents.get(entity.name))
            if target is None or target.key is None or target.table is None:
                continue
            reference = ForeignKey(table=target.table, column=target.key.name)
            changed = assume(column, foreign_key=reference)
            columns = tuple(changed if item is column else item for item in current.columns)
            application = application.with_entity(replace(current, columns=columns))
    return application


def _target(
    application: Application, entity: Entity, column: Column, parent: Entity | None
) -> Entity | None:
    stem, _, end = identifier(column.name).rpartition("_")
    kept = column.foreign_key is not None or column.name == entity.owner_column
    if kept or end != "id" or not stem:
        return None
    if parent is not None and column.name == f"{names.snake(parent.name)}_id":
        return parent
    if column.primary_key or entity.managed_by is not None:
        return None
    target = entity_of_segment(application, stem)
    if target is None or target.managed_by is not None or target == user_entity(application):
        return None
    of_key = target.key.type if target.key else None
    fits = column.type is None or of_key is None or column.type is of_key
    return target if fits and entity.name not in _referred(application, target) else None


def _referred(application: Application, entity: Entity) -> frozenset[str]:
    """Return the entities that a table leads to by foreign keys, itself included."""
    found = {entity.name}
    waiting = [entity]
    while waiting:
        for following in _targets(application, waiting.pop()):
            if following.name not in found:
                found.add(following.name)
                waiting.append(following)
    return frozenset(found)


def _targets(application: Application, entity: Entity) -> Iterator[Entity]:
    for column in entity.columns:
        if column.foreign_key is not None:
            target = application.entity_of_table(column.foreign_key.table)
            if target is not None:
                yield target
