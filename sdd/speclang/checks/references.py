"""Foreign keys that lead nowhere."""

from collections.abc import Iterator

from sdd.diagnostics import Diagnostic, Severity
from sdd.ir import Application
from sdd.ir.matching import entity_of_segment


def check(application: Application) -> Iterator[Diagnostic]:
    """Yield foreign keys to tables or columns that the specs do not have."""
    tables = {entity.table: entity for entity in application.entities if entity.table}
    for entity in application.entities:
        for column in entity.columns:
            reference = column.foreign_key
            if reference is None:
                continue
            target = tables.get(reference.table) or entity_of_segment(application, reference.table)
            missing = ""
            if target is None:
                missing = f"a table {reference.table}"
            elif target.columns and target.column(reference.column) is None:
                missing = f"a column {reference.column} in {reference.table}"
            if missing:
                yield Diagnostic(
                    rule="unknown-reference",
                    severity=Severity.WARNING,
                    message=(
                        f"{entity.name}.{column.name} refers to {missing}, which the specs "
                        f"do not have."
                    ),
                    span=column.span,
                    hint="Add it to the schema, or say who else manages it.",
                    subject=f"{entity.name}.{column.name}",
                )
