"""Workflow commands that GitHub Actions turns into annotations of a pull request."""

from collections.abc import Callable, Iterable

from sdd.diagnostics import Diagnostic, Severity
from sdd.text import Span

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github_commands(diagnostics: Iterable[Diagnostic], path: Callable[[Span], str]) -> str:
    """Return one line for each diagnostic, the gravest first.

    GitHub shows ten of a kind for a step: what comes first counts.
    """
    levels = list(Severity)
    found = sorted(diagnostics, key=lambda item: levels.index(item.severity))
    return "".join(f"{_line(item, path)}\n" for item in found)


def _line(item: Diagnostic, path: Callable[[Span], str]) -> str:
    properties = {"title": f"{item.rule}: {item.route}" if item.route else item.rule}
    if item.span is not None:
        span = item.span
        properties = {"file": path(span), "line": str(span.line)} | properties
        if span.end_line is not None and span.end_line > span.line:
            properties["endLine"] = str(span.end_line)
        elif span.column > 1:
            properties["col"] = str(span.column)
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = "\n".join(part for part in (item.message, item.reason, item.hint) if part)
    return f"::{_COMMANDS[item.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
