"""Endpoints from statements: bases put in front, examples left out, documents brought together."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sdd.diagnostics import Severity
from sdd.ir import Endpoint
from sdd.speclang.bases import (
    Base,
    bases_of,
    by_section,
    completed,
    is_stage,
    states_complete_paths,
)
from sdd.speclang.documents import Role, feature_folder
from sdd.speclang.endpoints import Statement, without_examples
from sdd.speclang.findings import Findings
from sdd.speclang.merging import merged
from sdd.speclang.outline import Document
from sdd.speclang.routes import is_example, parameters_of, shape_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A document with what was read in it."""

    document: Document
    role: Role
    statements: tuple[Statement, ...]
    holders: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The endpoints, and the base that the contract states."""

    endpoints: tuple[Endpoint, ...]
    statements: tuple[Statement, ...]
    base_path: str | None


def holders_of(document: Document, statements: Iterable[Statement]) -> frozenset[int]:
    """Return the sections that hold endpoints, those around them included."""
    found: set[int] = {0}
    for statement in statements:
        if not statement.strong:
            continue
        number: int | None = statement.section
        if statement.form in {"heading", "path heading"}:
            number = document.sections[statement.section].parent
        while number is not None and number not in found:
            found.add(number)
            number = document.sections[number].parent
    return frozenset(found)


def complete_paths(read: Read, findings: Findings) -> tuple[list[Statement], str | None]:
    """Put the stated base in front of a document's paths, never twice."""
    bases = by_section(bases_of(read.document, read.holders))
    own = bases.get(None)
    complete = states_complete_paths(read.document)
    peers = _first_segments(read.statements)
    near = _near(read, bases)
    result: list[Statement] = []
    for statement in read.statements:
        section = _section_base(read, statement, bases)
        if section is not None and _is_elsewhere(section, own):
            findings.note(
                "other-service",
                statement.endpoint.span or section.span,
                f"{statement.endpoint.name} belongs to another service ({section.host}), so it is "
                f"left out.",
            )
            continue
        path = statement.endpoint.path
        if not complete:
            if section is not None:
                path = completed(path, section.path, near[section.section])
            if own is not None and not is_stage(own, path):
                path = completed(path, own.path, peers)
        result.append(replace(statement, endpoint=replace(statement.endpoint, path=path)))
    return result, own.path if own is not None and own.path else None


def _first_segments(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Return the distinct beginnings of the paths that are stated, as short paths."""
    found = dict.fromkeys(
        "/" + statement.endpoint.path.lstrip("/").partition("/")[0]
        for statement in statements
        if statement.strong
    )
    return tuple(found)


def _near(read: Read, bases: dict[int | None, Base]) -> dict[int | None, tuple[str, ...]]:
    """Return the beginnings of the paths below each section that has a base of its own."""
    grouped: dict[int | None, list[Statement]] = {section: [] for section in bases}
    for statement in read.statements:
        base = _section_base(read, statement, bases)
        if base is not None:
            grouped[base.section].append(statement)
    return {section: _first_segments(group) for section, group in grouped.items()}


def _section_base(read: Read, statement: Statement, bases: dict[int | None, Base]) -> Base | None:
    if not bases.keys() - {None}:
        return None
    for around in read.document.ancestry(read.document.sections[statement.section]):
        found = bases.get(around.index)
        if found is not None:
            return found
    return None


def _is_elsewhere(section: Base, own: Base | None) -> bool:
    """Whether a section's base is another host than the document's, not another place of it."""
    if not section.host or own is None or not own.host:
        return False
    local = ("localhost", "127.0.0.1", "0.0.0.0")  # noqa: S104 - compared, not bound
    hosts = [host.split(":")[0] for host in (section.host, own.host)]
    return section.host != own.host and not all(host in local or "." in host for host in hosts)


def assemble(reads: Sequence[Read], findings: Findings) -> Assembled:
    """Bring the statements of all documents together, in their order of precedence."""
    base_path: str | None = None
    ranked: list[tuple[Read, list[Statement]]] = []
    for read in reads:
        statements, base = complete_paths(read, findings)
        if not any(other.role in {Role.CONTRACT, Role.OPENAPI} for other, _ in ranked):
            base_path = base if read.role in {Role.CONTRACT, Role.OPENAPI} else None
        ranked.append((read, statements))
    authority = _authority(ranked)
    grouped: dict[tuple[str, str], list[Statement]] = {}
    for statement in authority:
        grouped.setdefault(identity_of(statement), []).append(statement)
    routes = _Routes(authority)
    for read, statements in ranked:
        if _is_another_matter(read, statements, routes):
            for statement in _with_base(statements, base_path):
                if identity_of(statement) not in grouped:
                    _tell_another_matter(statement.endpoint, findings)
                grouped.setdefault(identity_of(statement), []).append(statement)
        else:
            _second(read, statements, routes, grouped, findings)
    endpoints = tuple(merged(group, findings) for group in grouped.values())
    flat = tuple(statement for group in grouped.values() for statement in group)
    return Assembled(endpoints=endpoints, statements=flat, base_path=base_path)


_DETAILED = frozenset({Role.CONTRACT, Role.OPENAPI, Role.BEHAVIOUR, Role.TOKENS, Role.SPEC})


def identity_of(statement: Statement) -> tuple[str, str]:
    """Return method and shape of path: what two statements of one endpoint have in common."""
    return statement.endpoint.method, shape_of(statement.endpoint.path)


def _authority(ranked: list[tuple[Read, list[Statement]]]) -> list[Statement]:
    """Return the statements that say which endpoints there are.

    The contract documents do; without any, the other documents; and running text only where
    nothing is stated in a form of its own.
    """
    groups = (
        [item for item in ranked if item[0].role in {Role.CONTRACT, Role.OPENAPI}],
        [
            item
            for item in ranked
            if item[0].role in {Role.BEHAVIOUR, Role.TOKENS, Role.SPEC, Role.OTHER}
        ],
        [item for item in ranked if item[0].role in {Role.PLAN, Role.QUICKSTART, Role.CONVENTIONS}],
    )
    for group in groups:
        everything = [statement for _, statements in group for statement in statements]
        strong = [statement for statement in everything if statement.strong]
        found = strong or [
            statement
            for statement in everything
            if statement.form == "sentence" and not is_example(statement.endpoint.path)
        ]
        kept = without_examples(found)
        if kept:
            return kept
    return []


def _is_another_matter(read: Read, statements: list[Statement], routes: "_Routes") -> bool:
    """Whether a feature's document states endpoints of which the contract knows nothing at all.

    One that the contract knows in part is stale where they differ. How users sign in is often
    another program's, and a numbered folder may be about another phase.
    """
    if read.role is not Role.BEHAVIOUR or feature_folder(PurePosixPath(read.document.path)):
        return False
    stated = [item.endpoint for item in statements if item.strong]
    return bool(stated) and not any(
        is_example(endpoint.path) or routes.knows(endpoint) for endpoint in stated
    )


def _with_base(statements: list[Statement], base: str | None) -> Iterator[Statement]:
    """Yield what is stated in a form of its own, below the contract's base."""
    strong = [item for item in statements if item.strong]
    peers = _first_segments(strong)
    for statement in without_examples(strong):
        path = statement.endpoint.path
        path = completed(path, base, peers) if base else path
        yield replace(statement, endpoint=replace(statement.endpoint, path=path))


def _tell_another_matter(endpoint: Endpoint, findings: Findings) -> None:
    findings.contradiction(
        "endpoint-not-in-contract",
        f"{endpoint.name} stands in a feature's document alone, the API contract has none of its "
        "endpoints.",
        ((endpoint.span, "it is stated here"),),
        hint="Add it to the contract; it is taken as it stands here.",
        subject=endpoint.name,
    )


def _second(
    read: Read,
    statements: list[Statement],
    routes: "_Routes",
    grouped: dict[tuple[str, str], list[Statement]],
    findings: Findings,
) -> None:
    """Add what a document says of endpoints that others are the authority on."""
    for statement in statements:
        if id(statement) in routes.counted:
            continue
        known = grouped.get(identity_of(statement))
        endpoint = statement.endpoint
        if known is not None:
            if statement.strong and read.role in _DETAILED:
                known.append(statement)
            continue
        if is_example(endpoint.path) or endpoint.span is None:
            continue
        if routes.shows(endpoint):
            continue
        if read.role in {Role.CONTRACT, Role.OPENAPI} and not statement.strong:
            findings.not_understood(
                endpoint.span,
                f"{endpoint.name} is mentioned here, but no endpoint of that name is stated.",
                hint=(
                    "State it with a heading, a table row or a list item of its own, or "
                    "take it out."
                ),
                subject=endpoint.name,
                severity=Severity.NOTE if statement.form == "mention" else Severity.WARNING,
            )
        elif statement.strong and read.role in {Role.BEHAVIOUR, Role.TOKENS, Role.SPEC}:
            meant = routes.meant(endpoint)
            if meant is not None:
                findings.contradiction(
                    "contradicting-path",
                    f"{endpoint.name} stands in the contract as {meant.name}.",
                    ((meant.span, "the contract"), (endpoint.span, "another path here")),
                    hint=f"Write {meant.path} here too; the contract is followed.",
                    subject=endpoint.name,
                )
                continue
            findings.contradiction(
                "endpoint-not-in-contract",
                f"{endpoint.name} is not in the API contract.",
                ((endpoint.span, "it is stated here"),),
                hint="Add it to the contract, or take it out here; it is not implemented.",
                subject=endpoint.name,
            )


class _Routes:
    """The routes that count, found by what others may write in their place."""

    def __init__(self, authority: list[Statement]) -> None:
        self.counted = {id(statement) for statement in authority}
        self._words: set[str] = set()
        self._tails: dict[tuple[str, tuple[str, ...]], Endpoint] = {}
        self._ends: set[tuple[str, str]] = set()
        self._lengths: dict[tuple[str, int], list[str]] = {}
        for statement in authority:
            endpoint = statement.endpoint
            tail = _tail(endpoint.path)
            self._words.update(tail)
            self._tails.setdefault((endpoint.method, tail), endpoint)
            parts = shape_of(endpoint.path).strip("/").split("/")
            for start in range(len(parts)):
                self._ends.add((endpoint.method, "/".join(parts[start:])))
            same = self._lengths.setdefault((endpoint.method, len(parts)), [])
            if len(same) < _MOST_COMPARED:
                same.append("/".join(parts))

    def knows(self, endpoint: Endpoint) -> bool:
        """Whether any route speaks of what this one is about, its base aside."""
        named = {part for part in _tail(endpoint.path) if part != "{}"}
        return not (self.counted and named) or not named.isdisjoint(self._words)

    def meant(self, endpoint: Endpoint) -> Endpoint | None:
        """Find the route that differs in its base or in the user in the path alone."""
        tail = _tail(endpoint.path)
        return self._tails.get((endpoint.method, tail)) if tail else None

    def shows(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint is one of them without its base, or with an example's values."""
        parts = shape_of(endpoint.path).strip("/").split("/")
        if any(
            (endpoint.method, "/".join(parts[start:])) in self._ends for start in range(len(parts))
        ):
            return (endpoint.method, "/".join(parts)) in self._ends or self._is_longer(
                endpoint, parts
            )
        return any(
            all(
                left in {right, "{}"} or right == "{}"
                for left, right in zip(parts, other.split("/"), strict=True)
            )
            for other in self._lengths.get((endpoint.method, len(parts)), ())
        )

    def _is_longer(self, endpoint: Endpoint, parts: list[str]) -> bool:
        """Whether a path is a whole route with something put in front of it."""
        return any(
            "/".join(parts[start:]) in self._lengths.get((endpoint.method, len(parts) - start), ())
            for start in range(1, len(parts))
        )


_MOST_COMPARED = 200


def _tail(path: str) -> tuple[str, ...]:
    parts = [part for part in shape_of(path).split("/") if part]
    names = iter(parameters_of(path))
    kept: list[str] = []
    for part in parts:
        name = next(names, "") if part == "{}" else ""
        base = not kept and (part == "api" or re.fullmatch(r"v\d+", part) is not None)
        if not base and not (not kept and name.casefold().replace("_", "") in {"userid", "user"}):
            kept.append(part)
    return tuple(kept)
