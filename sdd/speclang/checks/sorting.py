"""Values of a sort parameter that name no column of the rows that are listed."""

from collections.abc import Iterator

from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.ir import Application, Location
from sdd.ir.queries import sort_parameters, unsorted_words
from sdd.speclang.checks.resources import Resources


def check(application: Application) -> Iterator[Diagnostic]:
    """Yield what a list is to be sorted by and no column holds."""
    resources = Resources(application)
    for endpoint in application.endpoints:
        entity = resources.entity_of(endpoint)
        parameter = sort_parameters(endpoint)[0]
        if endpoint.method != "GET" or entity is None or parameter is None:
            continue
        if parameter.location is not Location.QUERY or not entity.columns:
            continue
        words = unsorted_words(entity, parameter)
        if words:
            told = ", ".join(words)
            yield Diagnostic(
                rule="unknown-sort-value",
                severity=Severity.WARNING,
                message=(f"{endpoint.name} sorts by {told}, and {entity.name} has no such column."),
                span=parameter.span or endpoint.span,
                hint="Name a column, or add one to the schema; the value is not taken.",
                related=()
                if entity.span is None
                else (Related(span=entity.span, message="the entity"),),
                route=endpoint.name,
                subject=f"{endpoint.name}:{parameter.name}",
            )
