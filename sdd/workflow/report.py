"""What a run tells at its end."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sdd.agents.runner import Usage
from sdd.diagnostics import Diagnostic
from sdd.errors import ExitCode
from sdd.ir import Question
from sdd.text import Span
from sdd.verify.verdict import GateReport


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """A file that landed (or would); `action` is created, changed, deleted or unchanged."""

    path: str
    action: str
    purpose: str
    lines_added: int = 0
    lines_removed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReport:
    """What one work order came to."""

    order: str
    title: str
    agent: str
    model: str
    rounds: int
    ending: str
    seconds: float
    usage: Usage = Usage()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCounts:
    """How many routes the audit saw, and what it could say of them."""

    routes: int = 0
    proved: int = 0
    violated: int = 0
    unknown: int = 0
    public: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Something worth a human's look; `kind` is one of those below.

    Kinds: ambiguity, unsupported (stated, not implemented), security, test, refactoring.
    """

    kind: str
    text: str
    place: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """The whole of a run, for the terminal, for `--format json` and for the record.

    Attributes:
        landed: Whether the files were written (False in a dry run, on failure, or unchanged).
        answer: One sentence on how it ended.
        diff: Unified diff of what landed or would land (dry run).
        record: Path of the prompt history record, if one was written.
        suggestions: Architecture decision suggestions, to the letter, never acted on.
    """

    run_id: str
    feature: str
    model: str
    exit_code: ExitCode
    answer: str
    landed: bool = False
    dry_run: bool = False
    resumed: bool = False
    files: tuple[FileReport, ...] = ()
    orders: tuple[OrderReport, ...] = ()
    gates: tuple[GateReport, ...] = ()
    routes: RouteCounts = RouteCounts()
    tests_passed: int = 0
    tests_failed: int = 0
    rounds: int = 0
    usage: Usage = Usage()
    seconds: float = 0.0
    diagnostics: tuple[Diagnostic, ...] = ()
    questions: tuple[Question, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    suggestions: tuple[str, ...] = ()
    record: str | None = None
    diff: str = ""


def summary(report: RunReport) -> dict[str, Any]:
    """Return the numbers and names of a report, as JSON holds them."""
    return {
        "files": [f"{file.action} {file.path}" for file in report.files],
        "orders": [
            {
                "order": order.order,
                "agent": order.agent,
                "rounds": order.rounds,
                "ending": order.ending,
                "seconds": round(order.seconds, 3),
            }
            for order in report.orders
        ],
        "gates": {gate.gate: gate.result.value for gate in report.gates},
        "rounds": report.rounds,
        "tests": {"passed": report.tests_passed, "failed": report.tests_failed},
        "routes": {
            "routes": report.routes.routes,
            "proved": report.routes.proved,
            "violated": report.routes.violated,
            "unknown": report.routes.unknown,
            "public": report.routes.public,
        },
        "tokens": report.usage.input_tokens + report.usage.output_tokens,
        "usd": float(report.usage.usd or Decimal(0)),
        "seconds": round(report.seconds, 3),
        "record": report.record,
        "questions": [question.id for question in report.questions],
        "diagnostics": [
            f"{item.span or '-'} {item.rule}: {item.message}" for item in report.diagnostics
        ],
    }
