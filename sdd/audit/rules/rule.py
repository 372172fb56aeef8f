"""What a rule is, and what it may look at."""

from collections.abc import Callable, Iterator

from sdd.audit.cases import Case
from sdd.audit.engine import Engine
from sdd.audit.model import RouteReport
from sdd.audit.obligations import Finding, Judge, Obligation
from sdd.audit.requests import Run
from sdd.audit.schema import Schema
from sdd.audit.settings import AuditSettings
from sdd.audit.term import named_record
from sdd.diagnostics import Diagnostic, Severity


@named_record
class OpenRoute:
    """A route that lets unknown callers at data: what they reach first.

    Attributes:
        case: The way in which an unknown caller gets there.
    """

    run: Run
    judge: Judge
    exposed: Obligation
    finding: Finding | None
    case: Case | None


@named_record
class Breach:
    """An access that is not confined to the caller."""

    run: Run
    finding: Finding
    judge: Judge


@named_record
class Audited:
    """Everything that was found out, for rules that look at the whole."""

    engine: Engine
    schema: Schema
    settings: AuditSettings
    routes: tuple[tuple[Run, RouteReport], ...]


def _never(_: object) -> bool:
    return False


def _nothing(_: Audited) -> Iterator[Diagnostic]:
    return iter(())


@named_record
class Rule:
    """A defect by name.

    Attributes:
        id: Kebab-case; the page is `docs/rules/<id>.md`.
        title: What is wrong, in a few words.
        hint: What to write.
        cwe: Number in the Common Weakness Enumeration.
        owasp: Entry of the OWASP API Security Top 10 of 2023.
        names_open_route: Whether a route without authentication is this defect.
        names_breach: Whether an access that is not confined is this defect.
        find: Looks at the whole audit for what is not about one access.
    """

    id: str
    severity: Severity
    title: str
    hint: str
    cwe: int
    owasp: str
    names_open_route: Callable[[OpenRoute], bool] = _never
    names_breach: Callable[[Breach], bool] = _never
    find: Callable[[Audited], Iterator[Diagnostic]] = _nothing
