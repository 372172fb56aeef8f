"""Bodies and path parameters against the columns they stand for."""

from collections.abc import Iterator
from itertools import pairwise

from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.ir import Application, Column, Endpoint, Entity, Field, Type
from sdd.speclang.checks.resources import Resources, folded, writes
from sdd.speclang.evidence import akin
from sdd.speclang.routes import is_parameter

_SECRETS = ("password", "secret")


def check(application: Application) -> Iterator[Diagnostic]:
    """Yield where a request and the table behind it do not fit together."""
    resources = Resources(application)
    for endpoint in application.endpoints:
        yield from _path(resources, endpoint)
        entity = resources.entity_of(endpoint)
        if entity is None or entity.managed_by or not writes(endpoint):
            continue
        yield from _fields(endpoint, entity)
        if endpoint.method == "POST" and not endpoint.path.endswith("}"):
            yield from _columns(endpoint, entity)


def _path(resources: Resources, endpoint: Endpoint) -> Iterator[Diagnostic]:
    segments = [part for part in endpoint.path.split("/") if part]
    for before, part in pairwise(segments):
        if not is_parameter(part) or is_parameter(before):
            continue
        entity = resources.named(before)
        if entity is None:
            continue
        name = part[1:-1]
        known = {folded(column.name) for column in entity.columns}
        own = {"id", folded(f"{entity.name}id")}
        if folded(name) not in known | own:
            yield Diagnostic(
                rule="path-parameter-without-column",
                severity=Severity.WARNING,
                message=f"{{{name}}} in {endpoint.name} is no column of {entity.name}.",
                span=endpoint.span,
                hint=f"Name it after the key of {entity.name}, or add the column to the schema.",
                related=_at(entity),
                route=endpoint.name,
            )


def _at(entity: Entity) -> tuple[Related, ...]:
    return () if entity.span is None else (Related(span=entity.span, message="the entity"),)


def _fields(endpoint: Endpoint, entity: Entity) -> Iterator[Diagnostic]:
    columns = {folded(column.name): column for column in entity.columns}
    for item in endpoint.request.fields if endpoint.request else ():
        column = columns.get(folded(item.name))
        if column is not None:
            yield from _agreement(endpoint, entity, item, column)
        elif not item.name.casefold().startswith(_SECRETS):
            yield Diagnostic(
                rule="field-without-column",
                severity=Severity.WARNING,
                message=(
                    f"{item.name} in the body of {endpoint.name} is no column of {entity.name}."
                ),
                span=item.span or endpoint.span,
                hint=(
                    f"Add the column {item.name} to {entity.name} in the schema, or take "
                    f"the field out."
                ),
                related=_at(entity),
                route=endpoint.name,
                subject=f"{endpoint.name}:{item.name}",
            )


def _agreement(
    endpoint: Endpoint, entity: Entity, item: Field, column: Column
) -> Iterator[Diagnostic]:
    related = () if column.span is None else (Related(span=column.span, message="the column"),)
    subject = f"{entity.name}.{column.name}"
    kinds = item.shape.type, column.type
    if kinds[0] is not None and kinds[1] is not None and not akin(kinds[0], kinds[1]):
        yield Diagnostic(
            rule="field-type-differs",
            severity=Severity.WARNING,
            message=(
                f"{item.name} of {endpoint.name} is {kinds[0].value}, the column {subject} "
                f"is {kinds[1].value}."
            ),
            span=item.span or endpoint.span,
            hint="State the same type in the contract and in the schema.",
            related=related,
            route=endpoint.name,
            subject=f"{endpoint.name}:{item.name}",
        )
    limits = item.shape.constraints.max_length, column.constraints.max_length
    measured = kinds[1] in {Type.STR, Type.TEXT, None}
    if measured and limits[0] is not None and limits[1] is not None and limits[0] != limits[1]:
        yield Diagnostic(
            rule="field-length-differs",
            severity=Severity.WARNING,
            message=(
                f"{item.name} of {endpoint.name} takes {limits[0]} characters, the column "
                f"{subject} {limits[1]}."
            ),
            span=item.span or endpoint.span,
            hint=f"State one limit in both places; the contract's {limits[0]} is followed.",
            related=related,
            route=endpoint.name,
            subject=f"{endpoint.name}:{item.name}:length",
        )


def _columns(endpoint: Endpoint, entity: Entity) -> Iterator[Diagnostic]:
    """Yield columns that must have a value and that a creation cannot set."""
    if endpoint.request is None or not endpoint.request.fields:
        return
    fields = {folded(item.name) for item in endpoint.request.fields}
    for column in entity.columns:
        filled = (
            column.nullable is not False
            or column.primary_key
            or column.default is not None
            or column.foreign_key is not None
            or column.refreshed
            or column.type is Type.DATETIME
            or column.name == entity.owner_column
        )
        if not filled and folded(column.name) not in fields:
            yield Diagnostic(
                rule="column-without-field",
                severity=Severity.WARNING,
                message=(
                    f"{entity.name}.{column.name} must have a value, but {endpoint.name} "
                    f"cannot set it."
                ),
                span=endpoint.request.span or endpoint.span,
                hint=(
                    f"Add {column.name} to the body, give the column a default, or let it be NULL."
                ),
                related=()
                if column.span is None
                else (Related(span=column.span, message="the column"),),
                route=endpoint.name,
                subject=f"{endpoint.name}:{column.name}",
            )
