"""Checks all records of a project: each by itself, and their numbers against each other."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from sdd.diagnostics import Diagnostic, Related, Severity, by_place
from sdd.records.checking import check_phr
from sdd.records.reading import Phr
from sdd.text import Span


class Numbered(NamedTuple):
    """A record's number, which no other of its folder may have; the oldest keeps it."""

    date: str
    name: str
    folder: PurePosixPath
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedShare:
    """What was found in some of the records, and their numbers."""

    records: int
    diagnostics: tuple[Diagnostic, ...]
    numbers: tuple[Numbered, ...]


def check_share(phrs: Iterable[Phr], known: Collection[str] | None) -> CheckedShare:
    """Check some of the records.

    Args:
        phrs: The records.
        known: The project's files and folders; links to other places are then reported.
    """
    phrs = tuple(phrs)
    return CheckedShare(
        records=len(phrs),
        diagnostics=tuple(item for phr in phrs for item in check_phr(phr, known)),
        numbers=tuple(
            Numbered(phr.date, phr.path.name, phr.path.parent, phr.number)
            for phr in phrs
            if phr.number is not None and phr.name_stage is not None
        ),
    )


def join_shares(shares: Iterable[CheckedShare]) -> tuple[Diagnostic, ...]:
    """Return what was found in all shares, by place, numbers used twice among it."""
    shares = tuple(shares)
    found = [item for share in shares for item in share.diagnostics]
    found += _duplicates(number for share in shares for number in share.numbers)
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
