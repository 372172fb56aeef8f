"""What a gate says."""

from dataclasses import dataclass
from enum import StrEnum

from sdd.diagnostics import Diagnostic


class Result(StrEnum):
    """How a gate judged; not run is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """One gate's verdict.

    Attributes:
        summary: What was looked at, with counts ("14 operations, 3 schemas").
        reason: Why it failed or did not run.
        diagnostics: What must be mended.
        counts: Numbers by name, for reports (`tests_passed`, `routes`, …).
    """

    gate: str
    result: Result
    summary: str = ""
    reason: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    seconds: float = 0.0
