"""What an audit says: verdicts for routes and for each access to owned data."""

from dataclasses import field
from enum import StrEnum

from sdd.audit.term import named_record
from sdd.diagnostics import Diagnostic
from sdd.program import Unreadable
from sdd.text import Span


class Verdict(StrEnum):
    """What is known; only `proved` is good."""

    PROVED = "proved"
    VIOLATED = "violated"
    UNKNOWN = "unknown"
    PUBLIC = "public"
    NONE = "none"


@named_record
class Access:
    """One access to owned data on one route.

    Attributes:
        rule: The rule that a violation breaks.
        attack: What somebody could do, in one sentence; empty unless violated.
        chain: The calls that lead there, outermost first.
    """

    entity: str
    operation: str
    span: Span
    verdict: Verdict
    because: str
    rule: str = ""
    attack: str = ""
    chain: tuple[Span, ...] = ()


@named_record
class AuthReport:
    """Whether a route's caller is known."""

    verdict: Verdict
    by: str | None
    because: str
    rule: str = ""


@named_record
class Called:
    """A dependency that a request runs: its dotted name, and its `def` if that is the program's."""

    name: str
    span: Span | None = None


@named_record
class RouteReport:
    """One mount of one handler, judged.

    Attributes:
        condition: Why the route may not be there; empty where it always is.
    """

    app: str
    method: str
    path: str
    handler: str
    span: Span
    auth: AuthReport
    isolation: Verdict
    accesses: tuple[Access, ...] = ()
    dependencies: tuple[Called, ...] = ()
    condition: str = ""

    @property
    def name(self) -> str:
        """`METHOD /path`."""
        return f"{self.method} {self.path}"

    @property
    def is_proved(self) -> bool:
        """Whether authentication and every access are proved."""
        return self.auth.verdict is Verdict.PROVED and self.isolation in {
            Verdict.PROVED,
            Verdict.NONE,
        }

    @property
    def verdict(self) -> Verdict:
        """The route's verdict as a whole, the worst of its parts."""
        parts = {self.auth.verdict, self.isolation}
        if Verdict.VIOLATED in parts:
            return Verdict.VIOLATED
        if Verdict.UNKNOWN in parts:
            return Verdict.UNKNOWN
        return Verdict.PROVED if self.is_proved else Verdict.PUBLIC


@named_record
class Summary:
    """How many routes got which verdict; each counts once."""

    routes: int = 0
    proved: int = 0
    violated: int = 0
    unknown: int = 0
    public: int = 0


@named_record
class AuditReport:
    """The result of an audit.

    Attributes:
        files: How many Python files belong to the program.
        reached: Those that were run, because an app is made in them or needs them.
    """

    routes: tuple[RouteReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    files: int = 0
    reached: tuple[str, ...] = ()
    summary: Summary = field(default_factory=Summary)


def summarise(routes: tuple[RouteReport, ...]) -> Summary:
    """Count routes by verdict."""
    verdicts = [route.verdict for route in routes]
    return Summary(
        routes=len(routes),
        proved=verdicts.count(Verdict.PROVED),
        violated=verdicts.count(Verdict.VIOLATED),
        unknown=verdicts.count(Verdict.UNKNOWN),
        public=verdicts.count(Verdict.PUBLIC),
    )
