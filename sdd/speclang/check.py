"""The linter's checks beyond reading: what is stated, but does not hold together."""

from sdd.diagnostics import Diagnostic, by_place
from sdd.speclang.reading import Reading


def check_specs(reading: Reading) -> tuple[Diagnostic, ...]:
    """Return what is wrong with specs that could be read, in order of place."""
    return by_place([])
