"""Where specs and code say different things, both ways."""

from sdd.ir.drift.difference import Difference, Side
from sdd.ir.drift.endpoints import endpoint_differences
from sdd.ir.drift.tables import table_differences
from sdd.ir.matching import identifier
from sdd.ir.model import Application

__all__ = ["Difference", "Side", "diff"]


def diff(spec: Application, code: Application) -> tuple[Difference, ...]:
    """Compare what specs state with what code does; what either leaves open is no difference.

    Tables first, then endpoints, each in the order of the specs and what only the code has last.
    """
    tables = tuple(table_differences(spec, code))
    columns = frozenset(
        identifier(item.subject.rpartition(".")[2]) for item in tables if item.rule in _COLUMNS
    )
    return (*tables, *endpoint_differences(spec, code, columns))


# What bodies lack because a table lacks it is no second difference.
_COLUMNS = frozenset({"missing-column", "unspecified-column", "renamed-column"})
