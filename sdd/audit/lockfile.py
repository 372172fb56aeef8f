"""The access lockfile: which route asks for whom and touches whose rows, as text for review."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace

from sdd.audit.catalog import ACCESS_DRIFT
from sdd.audit.model import Access, AuditReport, RouteReport, Verdict
from sdd.audit.term import named_record
from sdd.diagnostics import Diagnostic, Severity, by_place
from sdd.errors import ConfigError

LOCKFILE = "access.lock"
_HEADER = (
    "# Who may call which route, and whose rows it touches: written by `sdd audit --lock`.\n"
    "# Commit this file; `sdd audit --check-lock` ends 1 when the code allows something else.\n"
)
_LOOSENESS = {
    Verdict.PROVED: 0,
    Verdict.NONE: 0,
    Verdict.UNKNOWN: 1,
    Verdict.PUBLIC: 2,
    Verdict.VIOLATED: 3,
}
_WORDS = {
    Verdict.PROVED: "proved",
    Verdict.NONE: "nothing to prove",
    Verdict.UNKNOWN: "not decided",
    Verdict.PUBLIC: "public",
    Verdict.VIOLATED: "violated",
}
_VERDICTS = {word: verdict for verdict, word in _WORDS.items()}
_ROUTE = re.compile(r"(?P<name>[A-Z]+ \S*)(?:  \((?P<app>[^)]+)\))?$")
_LINE = re.compile(r"  (?P<subject>[^:]+): (?P<word>[a-z ]+?)(?:, (?P<why>.*))?$")
_AUTHENTICATION = "authentication"
_Key = tuple[str, str, int]


@named_record
class Grant:
    """One line of a route: a verdict and what it rests on."""

    verdict: Verdict
    why: str = ""


@named_record
class LockedRoute:
    """What one mount of a route allows: authentication, then `read Task` and the like."""

    name: str
    app: str
    grants: Mapping[str, Grant] = field(default_factory=dict)


def lock_text(report: AuditReport) -> str:
    """Write a report's routes as a lockfile: sorted, no line numbers, same bytes each time."""
    blocks = [_block(route) for route in _ordered(map(_locked, report.routes))]
    return "\n".join((_HEADER, *blocks))


def check_lock(report: AuditReport, text: str) -> AuditReport:
    """Add what differs from the lockfile; looser, added and removed routes are errors.

    Raises:
        ConfigError: The text is no lockfile.
    """
    before = _keyed(_parse(text))
    now = _keyed(_ordered(map(_locked, report.routes)))
    places = {(route.app, route.name): route for route in report.routes}
    found = []
    for key in sorted({*before, *now}):
        for item in _differences(before.get(key), now.get(key)):
            route = places.get(key[:2])
            found.append(item if route is None else replace(item, span=route.span))
    return replace(report, diagnostics=by_place((*report.diagnostics, *found)))


def _differences(before: LockedRoute | None, now: LockedRoute | None) -> Iterator[Diagnostic]:
    if before is None and now is not None:
        said = now.grants[_AUTHENTICATION]
        yield _drift(now, f"{now.name} was added, {_said(_AUTHENTICATION, said)}", Severity.ERROR)
    elif now is None and before is not None:
        yield _drift(before, f"{before.name} was removed", Severity.ERROR)
    elif before is not None and now is not None:
        for subject in dict.fromkeys((*before.grants, *now.grants)):
            yield from _change(now, subject, before.grants.get(subject), now.grants.get(subject))


def _change(
    route: LockedRoute, subject: str, old: Grant | None, new: Grant | None
) -> Iterator[Diagnostic]:
    if old == new:
        return
    if new is None:
        yield _drift(route, f"{route.name} no longer does: {subject}", Severity.NOTE)
        return
    was = "not there" if old is None else _shown(old)
    looser = _LOOSENESS[new.verdict] > (0 if old is None else _LOOSENESS[old.verdict])
    word = "loosened" if looser else "changed"
    message = f"{route.name} was {word}: {subject} was {was}, is {_shown(new)}"
    yield _drift(route, message, Severity.ERROR if looser else Severity.NOTE)


def _drift(route: LockedRoute, message: str, severity: Severity) -> Diagnostic:
    return Diagnostic(
        rule=ACCESS_DRIFT.id,
        severity=severity,
        message=message,
        hint=ACCESS_DRIFT.hint,
        route=route.name,
        subject=message,
    )


def _locked(route: RouteReport) -> LockedRoute:
    by = f"by {route.auth.by}" if route.auth.by and route.auth.verdict is Verdict.PROVED else ""
    grants = {_AUTHENTICATION: Grant(verdict=route.auth.verdict, why=by)}
    subjects = sorted({f"{item.operation} {item.entity}" for item in route.accesses})
    for subject in subjects:
        grants[subject] = _joined(
            item for item in route.accesses if f"{item.operation} {item.entity}" == subject
        )
    return LockedRoute(name=route.name, app=route.app, grants=grants)


def _joined(accesses: Iterable[Access]) -> Grant:
    """Several accesses of one kind: the loosest counts, with all its reasons."""
    items = list(accesses)
    verdict = max((item.verdict for item in items), key=_LOOSENESS.__getitem__)
    whys = sorted({" ".join(item.because.split()) for item in items if item.verdict is verdict})
    return Grant(verdict=verdict, why="; ".join(whys))


def _ordered(routes: Iterable[LockedRoute]) -> list[LockedRoute]:
    def key(route: LockedRoute) -> tuple[str, str, str, str]:
        method, _, path = route.name.partition(" ")
        return route.app, path, method, _block(route)

    return sorted(routes, key=key)


def _block(route: LockedRoute) -> str:
    head = f"{route.name}  ({route.app})" if route.app else route.name
    lines = [f"  {_said(subject, grant)}" for subject, grant in route.grants.items()]
    return "\n".join((head, *lines, ""))


def _said(subject: str, grant: Grant) -> str:
    return f"{subject}: {_shown(grant)}"


def _shown(grant: Grant) -> str:
    word = _WORDS[grant.verdict]
    return f"{word}, {grant.why}" if grant.why else word


def _keyed(routes: Iterable[LockedRoute]) -> dict[_Key, LockedRoute]:
    """A route mounted twice has two blocks: they are told apart by their order."""
    seen: Counter[tuple[str, str]] = Counter()
    keyed = {}
    for route in routes:
        seen[route.app, route.name] += 1
        keyed[route.app, route.name, seen[route.app, route.name]] = route
    return keyed


def _parse(text: str) -> list[LockedRoute]:
    routes: list[tuple[str, str, dict[str, Grant]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        head, item = _ROUTE.match(line), _LINE.match(line)
        if line.startswith("  ") and item and routes and item["word"] in _VERDICTS:
            grant = Grant(verdict=_VERDICTS[item["word"]], why=item["why"] or "")
            routes[-1][2][item["subject"]] = grant
        elif not line.startswith(" ") and head:
            routes.append((head["name"], head["app"] or "", {}))
        else:
            raise ConfigError(
                f"{LOCKFILE}, line {number}, has no form that --lock writes: {line.strip()}.",
                hint="Write it anew with `sdd audit --lock`, and review the difference.",
            )
    return [LockedRoute(name=name, app=app, grants=grants) for name, app, grants in routes]
