"""Suppressions in comments: `# sdd: ignore[rule] reason=… owner=… until=YYYY-MM-DD`."""

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date

from sdd.audit.catalog import (
    EXPIRED_SUPPRESSION,
    INVALID_SUPPRESSION,
    UNUSED_SUPPRESSION,
    RuleText,
)
from sdd.audit.model import AuditReport
from sdd.audit.term import named_record
from sdd.diagnostics import Diagnostic, by_place
from sdd.names import nearest
from sdd.program import Module
from sdd.program.load import parse_module
from sdd.text import SourceText, Span, decode

_MARK = re.compile(r"#\s*sdd:\s*ignore\b(?P<rest>.*)", re.IGNORECASE)
_RULES = re.compile(r"\s*\[(?P<rules>[^\]]*)\](?P<fields>.*)")
_FIELD = re.compile(r"(?:^|\s)(reason|owner|until)\s*=\s*")
_OTHER_COMMENT = re.compile(r"\s#\s")
_Header = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@named_record
class Suppression:
    """One comment that takes findings away.

    Attributes:
        span: The comment.
        target: The line that it is about: its own, or the next line of code.
        until: The last day on which it counts; None: for ever.
        problem: Why it cannot count, if it cannot.
    """

    span: Span
    target: int
    rules: tuple[str, ...] = ()
    reason: str = ""
    owner: str = ""
    until: date | None = None
    problem: str = ""

    @property
    def justification(self) -> str:
        """The reason, with who answers for it and how long it counts."""
        owner = f"owner {self.owner}" if self.owner else ""
        until = f"until {self.until.isoformat()}" if self.until else ""
        terms = ", ".join(filter(None, (owner, until)))
        return f"{self.reason} ({terms})" if terms else self.reason


def find_suppressions(source: SourceText) -> tuple[Suppression, ...]:
    """Find the suppressions in the comments of one file."""
    if _MARK.search(source.text) is None:
        return ()
    lines = source.lines()
    return tuple(
        _parse(source.path, line, column, match["rest"], _target(lines, line, column))
        for line, column, text in _comments(source.text)
        if (match := _MARK.search(text))
    )


def suppress(
    report: AuditReport, sources: Mapping[str, bytes], today: date, known: Collection[str]
) -> AuditReport:
    """Mark suppressed findings with their reasons; report what is wrong with suppressions.

    Args:
        report: What the analysis found.
        sources: The files of the program, by the paths that the findings name.
        today: Decides which suppressions have expired.
        known: The ids of all rules.
    """
    book = [page for path, data in sources.items() if (page := _page(path, data)) is not None]
    if not book:
        return report
    pages = {page.path: page for page in book}
    used: set[tuple[Span, str]] = set()
    found = tuple(_marked(item, pages, today, used) for item in report.diagnostics)
    told = [item for page in book for item in _told(page, today, known, used)]
    return replace(report, diagnostics=by_place((*found, *told)))


@named_record
class _Page:
    """The suppressions of one file, and where its statements begin."""

    path: str
    suppressions: tuple[Suppression, ...]
    tree: ast.Module | None

    def anchors(self, line: int) -> frozenset[int]:
        """Return the lines at which a suppression covers a finding on this line."""
        statement = self._statement(line)
        if statement is None:
            return frozenset({line})
        if isinstance(statement, _Header):
            heads = {node.lineno for node in statement.decorator_list}
            return frozenset({line, statement.lineno, *heads})
        return frozenset({line, statement.lineno})

    def _statement(self, line: int) -> ast.stmt | None:
        """Return the innermost statement on a line."""
        around = [
            node
            for node in ast.walk(self.tree or ast.Module(body=[], type_ignores=[]))
            if isinstance(node, ast.stmt) and _first(node) <= line <= (node.end_lineno or 0)
        ]
        return max(around, key=lambda node: (_first(node), node.col_offset), default=None)


def _page(path: str, data: bytes) -> _Page | None:
    if b"sdd:" not in data:
        return None
    source = decode(path, data)
    suppressions = find_suppressions(source)
    if not suppressions:
        return None
    parsed = parse_module(source)
    tree = parsed.tree if isinstance(parsed, Module) else None
    return _Page(path=path, suppressions=suppressions, tree=tree)


def _first(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _Header) else []
    return min([node.lineno, *(item.lineno for item in decorators)])


def _marked(
    item: Diagnostic, pages: Mapping[str, _Page], today: date, used: set[tuple[Span, str]]
) -> Diagnostic:
    page = pages.get(item.span.path) if item.span is not None else None
    if page is None or item.span is None:
        return item
    anchors = page.anchors(item.span.line)
    for one in page.suppressions:
        if one.problem or item.rule not in one.rules or one.target not in anchors:
            continue
        used.add((one.span, item.rule))
        if one.until is None or today <= one.until:
            return replace(item, suppressed=one.justification)
    return item


def _told(
    page: _Page, today: date, known: Collection[str], used: set[tuple[Span, str]]
) -> Iterator[Diagnostic]:
    for one in page.suppressions:
        if one.problem:
            yield _diagnostic(INVALID_SUPPRESSION, one, one.problem, ())
            continue
        strange = [name for name in one.rules if name not in known]
        for name in strange:
            near = nearest(name, known, most=1)
            message = f"there is no rule '{name}' to ignore"
            hint = f"Did you mean '{near[0]}'?" if near else None
            yield _diagnostic(INVALID_SUPPRESSION, one, message, (name,), hint)
        if one.until is not None and one.until < today:
            message = f"this suppression counted until {one.until.isoformat()}"
            yield _diagnostic(EXPIRED_SUPPRESSION, one, message, one.rules)
        elif idle := [
            name for name in one.rules if name not in strange and (one.span, name) not in used
        ]:
            message = f"ignore[{', '.join(idle)}] suppresses nothing here"
            yield _diagnostic(UNUSED_SUPPRESSION, one, message, idle)


def _diagnostic(
    rule: RuleText,
    one: Suppression,
    message: str,
    about: Collection[str],
    hint: str | None = None,
) -> Diagnostic:
    return Diagnostic(
        rule=rule.id,
        severity=rule.severity,
        message=message,
        span=one.span,
        hint=hint or rule.hint,
        reason=f"Its reason was: {one.justification}." if one.reason else None,
        subject=" ".join(about) or message,
    )


def _comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield line, column and text of every comment; of every line where it cannot be tokenised."""
    try:
        found = [
            (token.start[0], token.start[1] + 1, token.string)
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError):
        found = [
            (number, line.index("#") + 1, line[line.index("#") :])
            for number, line in enumerate(text.split("\n"), start=1)
            if "#" in line
        ]
    yield from found


def _target(lines: list[str], line: int, column: int) -> int:
    """Return the line that a comment is about: a comment alone speaks of the code below it."""
    if lines[line - 1][: column - 1].strip():
        return line
    for number in range(line + 1, len(lines) + 1):
        text = lines[number - 1].strip()
        if not text.startswith("#"):
            return number
    return line


def _parse(path: str, line: int, column: int, rest: str, target: int) -> Suppression:
    span = Span(path=path, line=line, column=column)
    match = _RULES.match(rest)
    rules = _names(match["rules"]) if match else ()
    if match is None or not rules:
        return Suppression(span=span, target=target, problem="this suppression names no rule")
    fields = _fields(_OTHER_COMMENT.split(match["fields"], maxsplit=1)[0])
    until, problem = _date(fields.get("until", ""))
    if not fields.get("reason"):
        problem = "this suppression gives no reason"
    return Suppression(
        span=span,
        target=target,
        rules=rules,
        reason=fields.get("reason", ""),
        owner=fields.get("owner", ""),
        until=until,
        problem=problem,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _fields(text: str) -> dict[str, str]:
    parts = _FIELD.split(text)
    return {
        name: value.strip().strip("\"'").strip()
        for name, value in zip(parts[1::2], parts[2::2], strict=True)
    }


def _date(text: str) -> tuple[date | None, str]:
    if not text:
        return None, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return None, f"until={text} is no date of the form YYYY-MM-DD"
