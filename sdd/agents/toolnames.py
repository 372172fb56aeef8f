"""The tools of an agent definition, under the names that our tool set knows."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sdd.agents.catalog import OUR_TOOLS, ToolCatalog
from sdd.agents.header import Header
from sdd.diagnostics import Diagnostic, Severity
from sdd.names import nearest
from sdd.text import SourceText, Span

_COMMA = re.compile(r"[,;\n](?![^(]*\))")
_ALL_TOOLS = frozenset({"*", "all", "all tools"})


def map_tools(
    header: Header, catalog: ToolCatalog, source: SourceText
) -> tuple[tuple[str, ...] | None, tuple[Diagnostic, ...]]:
    """Return our names for `tools` less `disallowedTools`; None: all of them, nothing was said."""
    span = header.spans.get("tools", source.span(1))
    allowed, found = _map(header.values.get("tools"), catalog, span)
    denied_span = header.spans.get("disallowedTools", span)
    denied, more = _map(header.values.get("disallowedTools"), catalog, denied_span)
    if denied:
        allowed = tuple(
            name for name in (OUR_TOOLS if allowed is None else allowed) if name not in denied
        )
    return allowed, found + more


def _map(
    value: Any,  # noqa: ANN401 - front matter holds anything
    catalog: ToolCatalog,
    span: Span,
) -> tuple[tuple[str, ...] | None, tuple[Diagnostic, ...]]:
    written = _tool_names(value)
    if not written or any(name.lower() in _ALL_TOOLS for name in written):
        return None, ()
    ours: dict[str, None] = {}
    foreign: list[str] = []
    found: list[Diagnostic] = []
    for name in written:
        if name.startswith("mcp__"):
            ours[name] = None
            continue
        match = catalog.find(name)
        if name in catalog.removed:
            found.append(_removed(name, catalog.removed[name], span))
        if match is None:
            found.append(_unknown(name, catalog, span))
        elif not match:
            foreign.append(name)
        ours.update(dict.fromkeys(match or ()))
    if foreign:
        found.append(_foreign(foreign, span))
    return tuple(ours), tuple(found)


def _tool_names(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - front matter holds anything
    if isinstance(value, Mapping):  # some products write `read: true`
        parts = [str(name) for name, wanted in value.items() if wanted is not False]
    elif isinstance(value, list):
        parts = [str(item) for item in value]
    else:
        parts = _COMMA.split("" if value is None else str(value).strip().strip("[]"))
    names = (part.strip().strip("\"'").removeprefix("- ") for part in parts)
    return tuple(re.sub(r"\(.*\)$", "", name).strip() for name in names if name)


def _unknown(name: str, catalog: ToolCatalog, span: Span) -> Diagnostic:
    near = nearest(name, catalog.names(), most=1)
    return Diagnostic(
        rule="unknown-tool",
        severity=Severity.WARNING,
        message=f"`{name}` is no tool that we know; it is left out.",
        span=span,
        hint=f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(OUR_TOOLS)}.",
        subject=name,
    )


def _removed(name: str, successor: str, span: Span) -> Diagnostic:
    return Diagnostic(
        rule="removed-tool",
        severity=Severity.NOTE,
        message=f"`{name}` is gone from the product that had it; `{successor}` does its work.",
        span=span,
        hint=f"Write `{successor}`.",
        subject=name,
    )


def _foreign(names: Sequence[str], span: Span) -> Diagnostic:
    return Diagnostic(
        rule="tool-without-counterpart",
        severity=Severity.NOTE,
        message=f"Not available here, and left out: {', '.join(names)}.",
        span=span,
        subject=", ".join(names),
    )
