"""Endpoints from statements: bases put in front, examples left out, documents brought together."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from sdd.diagnostics import Severity
from sdd.ir import Endpoint, Location, Parameter, Shape
from sdd.speclang.access import AccessRule, decide, is_sign_in
from sdd.speclang.bases import (
    Base,
    bases_of,
    by_section,
    completed,
    is_stage,
    states_complete_paths,
)
from sdd.speclang.documents import Role
from sdd.speclang.endpoints import Statement, without_examples
from sdd.speclang.endpoints.parameters import same_name
from sdd.speclang.examples import combine
from sdd.speclang.findings import Findings
from sdd.speclang.outline import Document
from sdd.speclang.routes import is_example, parameters_of, shape_of
from sdd.text import Span


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
        grouped.setdefault(_key(statement), []).append(statement)
    routes = _Routes(authority)
    for read, statements in ranked:
        _second(read, statements, routes, grouped, findings)
    endpoints = tuple(_merged(group, findings) for group in grouped.values())
    flat = tuple(statement for group in grouped.values() for statement in group)
    return Assembled(endpoints=endpoints, statements=flat, base_path=base_path)


_DETAILED = frozenset({Role.CONTRACT, Role.OPENAPI, Role.BEHAVIOUR, Role.TOKENS, Role.SPEC})


def _key(statement: Statement) -> tuple[str, str]:
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
        known = grouped.get(_key(statement))
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
        self._tails: dict[tuple[str, tuple[str, ...]], Endpoint] = {}
        self._ends: set[tuple[str, str]] = set()
        self._lengths: dict[tuple[str, int], list[str]] = {}
        for statement in authority:
            endpoint = statement.endpoint
            self._tails.setdefault((endpoint.method, _tail(endpoint.path)), endpoint)
            parts = shape_of(endpoint.path).strip("/").split("/")
            for start in range(len(parts)):
                self._ends.add((endpoint.method, "/".join(parts[start:])))
            same = self._lengths.setdefault((endpoint.method, len(parts)), [])
            if len(same) < _MOST_COMPARED:
                same.append("/".join(parts))

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


# --- one endpoint from all that is said of it


def _merged(group: list[Statement], findings: Findings) -> Endpoint:
    ordered = sorted(group, key=lambda item: (item.document != group[0].document, not item.strong))
    first = ordered[0]
    result = first.endpoint
    for other in ordered[1:]:
        _report(first, result, other, findings)
        result = _joined(result, other, same=other.document == first.document)
    return result


def _report(first: Statement, so_far: Endpoint, other: Statement, findings: Findings) -> None:
    endpoint = other.endpoint
    for attribute, what in (
        ("success_status", "success statuses"),
        ("auth", "statements on authentication"),
    ):
        mine, theirs = getattr(so_far, attribute), getattr(endpoint, attribute)
        if mine is None or theirs is None or mine == theirs:
            continue
        findings.contradiction(
            f"contradicting-{attribute.replace('_', '-')}",
            f"{so_far.name} has two {what}: {_word(mine)} and {_word(theirs)}.",
            (
                (first.place(attribute), f"here {_word(mine)}"),
                (other.place(attribute), f"here {_word(theirs)}"),
            ),
            hint=f"Write the same in both places; {_word(mine)} is followed for now.",
            subject=f"{so_far.name}:{attribute}",
        )
    if parameters_of(so_far.path) != parameters_of(endpoint.path) and endpoint.span and so_far.span:
        findings.note(
            "parameter-names-differ",
            endpoint.span,
            f"{endpoint.name} names its path parameters otherwise than {so_far.name}.",
            hint=f"Write {so_far.path} here too.",
        )
    for attribute in ("request", "response"):
        _report_body(so_far, getattr(so_far, attribute), other, attribute, findings)


def _word(value: object) -> str:
    if value is True:
        return "required"
    return "not required" if value is False else str(value)


def _report_body(
    so_far: Endpoint, mine: Shape | None, other: Statement, attribute: str, findings: Findings
) -> None:
    theirs = getattr(other.endpoint, attribute)
    if mine is None or theirs is None or not mine.fields or not theirs.fields:
        return
    names = [{item.name for item in shape.fields} for shape in (mine, theirs)]
    here, there = sorted(names[0] - names[1]), sorted(names[1] - names[0])
    if attribute == "request" and (here or there) and names[0] & names[1]:
        told = ", ".join(
            [*(f"{name} only here" for name in here), *(f"{name} only there" for name in there)]
        )
        findings.contradiction(
            "contradicting-body",
            f"The request body of {so_far.name} is stated with different fields: {told}.",
            ((mine.span or so_far.span, "here"), (other.place(attribute), "there")),
            hint="List the same fields in both places.",
            subject=f"{so_far.name}:{attribute}",
        )
    for item in mine.fields:
        same = theirs.field(item.name)
        if same is None:
            continue
        limits = item.shape.constraints.max_length, same.shape.constraints.max_length
        if limits[0] is not None and limits[1] is not None and limits[0] != limits[1]:
            findings.contradiction(
                "contradicting-length",
                f"{item.name} in {so_far.name} has two maximum lengths: {limits[0]} and "
                f"{limits[1]}.",
                ((item.span, f"here {limits[0]}"), (same.span, f"here {limits[1]}")),
                hint=f"Write the same in both places; {limits[0]} is followed for now.",
                subject=f"{so_far.name}:{item.name}",
            )


def _joined(first: Endpoint, other: Statement, *, same: bool) -> Endpoint:
    second = other.endpoint
    request, response = first.request or second.request, first.response or second.response
    if same and first.request and second.request and first.request.fields and second.request.fields:
        request = combine(first.request, second.request)
    if (
        same
        and first.response
        and second.response
        and first.response.fields
        and second.response.fields
    ):
        response = combine(first.response, second.response)
    return replace(
        first,
        auth=first.auth if first.auth is not None else second.auth,
        roles=first.roles or second.roles,
        success_status=first.success_status
        if first.success_status is not None
        else second.success_status,
        statuses=tuple(sorted({*first.statuses, *second.statuses}))
        if same or not first.statuses
        else first.statuses,
        parameters=_parameters(first, second, same=same),
        request=request,
        response=response,
        summary=first.summary or second.summary,
        span=first.span,
    )


def _parameters(first: Endpoint, second: Endpoint, *, same: bool) -> tuple[Parameter, ...]:
    found = {(item.location, item.name): item for item in first.parameters}
    has_query = any(item.location is Location.QUERY for item in first.parameters)
    names = parameters_of(first.path)
    for item in second.parameters:
        name = same_name(item.name, names) if item.location is Location.PATH else item.name
        if item.location is Location.PATH and name not in names:
            position = [
                other.name for other in second.parameters if other.location is Location.PATH
            ].index(item.name)
            name = names[position] if position < len(names) else name
        known = found.get((item.location, name))
        if known is None:
            if item.location is not Location.PATH and (same or not has_query):
                found[item.location, name] = item
        elif known.type is None and (
            item.type is not None or item.constraints != known.constraints
        ):
            found[item.location, name] = replace(item, name=name)
    return tuple(found.values())


# --- access


def with_access(
    assembled: Assembled,
    reads: Sequence[Read],
    rules: dict[str, list[AccessRule]],
    findings: Findings,
) -> tuple[Endpoint, ...]:
    """Decide for each endpoint that leaves it open, by section, then document, then the others."""
    by_path = {read.document.path: read for read in reads}
    places: dict[tuple[str, str], Statement] = {}
    for statement in assembled.statements:
        places.setdefault(_key(statement), statement)
    return tuple(
        _with_access(
            endpoint, places[endpoint.method, shape_of(endpoint.path)], by_path, rules, findings
        )
        for endpoint in assembled.endpoints
    )


def _with_access(
    endpoint: Endpoint,
    statement: Statement,
    reads: dict[str, Read],
    rules: dict[str, list[AccessRule]],
    findings: Findings,
) -> Endpoint:
    if endpoint.auth is not None:
        return endpoint
    read = reads.get(statement.document)
    tiers: list[list[AccessRule]] = []
    if read is not None:
        own = rules.get(statement.document, [])
        section = read.document.sections[statement.section]
        tiers.extend(
            [rule for rule in own if rule.section == around.index]
            for around in read.document.ancestry(section)
        )
        tiers.append([rule for rule in own if rule.section is None])
    tiers.extend(
        [rule for rule in stated if rule.section is None]
        for path, stated in rules.items()
        if path != statement.document
    )
    near = len(tiers) - sum(path != statement.document for path in rules)
    tiers.append(
        [rule for stated in rules.values() for rule in stated if not rule.auth and rule.paths]
    )
    for number, tier in enumerate(tiers):
        decided = decide(endpoint.method, endpoint.path, tier, elsewhere=number >= near)
        if decided is not None:
            return replace(endpoint, auth=decided[0])
    if HTTPStatus.UNAUTHORIZED in endpoint.statuses and not is_sign_in(endpoint.path):
        return replace(endpoint, auth=True)
    if is_sign_in(endpoint.path) and any(
        rule.auth and rule.is_blanket for tier in tiers for rule in tier
    ):
        span: Span | None = endpoint.span
        if span is not None:
            findings.note(
                "sign-in-access",
                span,
                f"{endpoint.name} hands out tokens, yet the specs ask for a token everywhere.",
                hint="Say that it is public.",
            )
    return endpoint
