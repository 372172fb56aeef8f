"""Entities that routes reach and nobody owns."""

from collections.abc import Iterator

from sdd.diagnostics import Diagnostic, Severity
from sdd.ir import Application, Entity
from sdd.speclang.checks.resources import Resources
from sdd.speclang.owners import owner_question_id


def check(application: Application) -> Iterator[Diagnostic]:
    """Yield entities behind protected routes with neither an owner column nor an owned parent."""
    owned = _owned(application)
    resources = Resources(application)
    reached = {
        entity.name: entity
        for endpoint in application.endpoints
        if endpoint.auth is True and (entity := resources.entity_of(endpoint)) is not None
    }
    if not owned:
        return
    for entity in reached.values():
        if entity.managed_by or entity.name in owned or entity.name == "User" or entity.shared:
            continue
        yield Diagnostic(
            rule="entity-without-owner",
            severity=Severity.WARNING,
            message=(
                f"{entity.name} has no owner column and no owned parent, so every user sees "
                f"all of it."
            ),
            span=entity.span,
            hint=(
                "Add a user_id column or a foreign key to an owned table, or answer "
                f"'{owner_question_id(entity)}' in an answers file."
            ),
            subject=entity.name,
        )


def _owned(application: Application) -> set[str]:
    """Return the entities that have an owner, themselves or through foreign keys."""
    owned = {entity.name for entity in application.entities if entity.owner_column}
    tables = {entity.table: entity.name for entity in application.entities if entity.table}
    for _ in application.entities:
        found = {
            entity.name
            for entity in application.entities
            if entity.name not in owned and _parent(entity, tables) & owned
        }
        if not found:
            break
        owned |= found
    return owned


def _parent(entity: Entity, tables: dict[str, str]) -> set[str]:
    return {
        tables[column.foreign_key.table]
        for column in entity.columns
        if column.foreign_key and column.foreign_key.table in tables
    }
