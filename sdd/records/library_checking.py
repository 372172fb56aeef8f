"""Checks all records of a project: each by itself, and their numbers against each other."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from sdd.diagnostics import Diagnostic, Related, Severity, by_place
from sdd.records.checking import Link, check_phr, dangling, links_to_files
from sdd.records.reading import Phr
from sdd.text import Span


class Numbered(NamedTuple):
    """A record's number, which no other of its folder may have; the oldest keeps it."""

    date: str
    name: str
    folder: PurePosixPath
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRecord:
    """What one record says by itself, wherever the project's other files stand.

    Attributes:
        path: Where it stands.
        diagnostics: What is wrong with it.
        number: Its number; None where its name is no record's.
        date: Its date as written.
        links: What it links to.
    """

    path: PurePosixPath
    diagnostics: tuple[Diagnostic, ...]
    number: int | None
    date: str
    links: tuple[Link, ...]


def check_record(phr: Phr) -> CheckedRecord:
    """Check a record by itself."""
    return CheckedRecord(
        path=phr.path,
        diagnostics=tuple(check_phr(phr)),
        number=None if phr.name_stage is None else phr.number,
        date=phr.date,
        links=tuple(links_to_files(phr)),
    )


def check_together(
    records: Iterable[CheckedRecord], known: Collection[str] | None
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with all records, by place: numbers used twice and lost links too.

    Args:
        records: The records.
        known: The project's files and folders; links to other places are then reported.
    """
    records = tuple(records)
    found = [item for record in records for item in record.diagnostics]
    if known is not None:
        found += (item for record in records for item in dangling(record.path, record.links, known))
    found += _duplicates(
        Numbered(record.date, record.path.name, record.path.parent, record.number)
        for record in records
        if record.number is not None
    )
    return by_place(found)


def with_folders(paths: Iterable[PurePosixPath]) -> frozenset[str]:
    """Return paths and the folders that they stand in."""
    names = {str(path) for path in paths}
    return frozenset(names | {folder for name in names for folder in _folders(name)})


def _folders(path: str) -> Iterator[str]:
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)


def _duplicates(numbers: Iterable[Numbered]) -> Iterator[Diagnostic]:
    first: dict[tuple[PurePosixPath, int], Numbered] = {}
    for item in sorted(numbers):
        other = first.setdefault((item.folder, item.number), item)
        if other is not item:
            path = str(item.folder / item.name)
            place = Span(path=str(other.folder / other.name), line=1)
            yield Diagnostic(
                rule="duplicate-number",
                severity=Severity.ERROR,
                message=f"Number {item.number} is taken by {other.name}",
                span=Span(path=path, line=1),
                related=(Related(span=place, message="has the number too"),),
                subject=path,
            )
