"""What the probe finds: defects, and which operations it could try."""

from dataclasses import dataclass, field
from typing import Any

from .messages import NO_ANSWER, Response, ServerError

_FORBIDDEN = 403


@dataclass
class Findings:
    """Collects defects, one for each rule and route, and which operations were tried."""

    defects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    probed: set[str] = field(default_factory=set)
    unprobed: dict[str, str] = field(default_factory=dict)
    guarded: set[str] = field(default_factory=set)
    checks: int = 0

    def add(
        self, rule: str, route: str, message: str, *, reason: str = "", severity: str = "error"
    ) -> None:
        """Note a defect; the first of its kind on a route is the one that is told."""
        defect = {
            "rule": rule,
            "route": route,
            "message": message,
            "reason": reason,
            "severity": severity,
        }
        known = self.defects.get((rule, route))
        if known is None or (known["severity"] != "error" and severity == "error"):
            self.defects[rule, route] = defect

    def tells_of(self, route: str) -> bool:
        """Tell whether a route is known to show or change what is not the caller's."""
        return any(
            known == route and rule.startswith("isolation-foreign") for rule, known in self.defects
        )

    def account(self, name: str, answer: Response, *, first: bool) -> None:
        """Note whether a user's own request went through: only then was anything tried."""
        if answer.good:
            self.probed.add(name)
            self.unprobed.pop(name, None)
        elif answer.status == _FORBIDDEN:
            self.guarded.add(name)
        elif name not in self.probed and (first or name not in self.unprobed):
            self.unprobed[name] = f"the user's own request was refused: {answer.excerpt()}"

    def add_server_errors(self, rule: str, errors: list[ServerError]) -> None:
        """Note every 5xx answer, with what was raised and where."""
        for error in errors:
            fault = error.response.fault or {}
            raised = ": ".join(
                part for part in (fault.get("exception", ""), fault.get("message", "")) if part
            )
            route = error.request.route or error.request.line()
            self.add(
                rule,
                route,
                f"{_told(error)} {_shorten(error.request.line(), 80)}",
                reason=raised or error.response.excerpt(),
            )
            if fault.get("file"):
                defect = self.defects[rule, route]
                defect.setdefault("file", fault["file"])
                defect.setdefault("line", fault["line"])

    def facts(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            "findings": list(self.defects.values()),
            "probed": sorted(self.probed - set(self.unprobed)),
            "unprobed": dict(sorted(self.unprobed.items())),
            "guarded": sorted(self.guarded),
            "checks": self.checks,
        }


def _told(error: ServerError) -> str:
    status = error.response.status
    return "Gives no answer to" if status == NO_ANSWER else f"Answers {status} to"


def exchange(line: str, answer: Response) -> str:
    """Show a request line and what came back."""
    return f"{_shorten(line, 200)} → {answer.excerpt()}"


def _shorten(text: str, most: int) -> str:
    printable = text.encode("unicode_escape").decode()
    return printable if len(printable) <= most else f"{printable[:most]}…"
