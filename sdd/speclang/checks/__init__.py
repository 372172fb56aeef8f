"""The linter's checks beyond reading: what is stated, but does not hold together."""

from sdd.diagnostics import Diagnostic, by_place
from sdd.speclang.checks import access, bodies, ownership, references, requirements, sorting
from sdd.speclang.reading import Reading

CHECKS = (
    access.check,
    bodies.check,
    ownership.check,
    references.check,
    requirements.check,
    sorting.check,
)


def check_specs(reading: Reading) -> tuple[Diagnostic, ...]:
    """Return what is wrong with specs that could be read, in order of place."""
    return by_place(diagnostic for check in CHECKS for diagnostic in check(reading.application))
