"""The access map: routes by entities in one HTML file that needs nothing from anywhere."""

from collections.abc import Iterable
from typing import Any

from sdd import __version__
from sdd.audit.model import Access, RouteReport, Verdict
from sdd.audit.output.view import View
from sdd.diagnostics import Diagnostic
from sdd.text import decode

_OPERATIONS = ("create", "read", "update", "delete")
_LOOSE = (Verdict.VIOLATED, Verdict.UNKNOWN, Verdict.PUBLIC, Verdict.PROVED, Verdict.NONE)


def html(view: View) -> str:
    """Return the access map as one page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only for this

    environment = Environment(
        loader=PackageLoader("sdd.audit.output", "."),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    report = view.report
    entities = sorted({item.entity for route in report.routes for item in route.accesses})
    found = {id(route): items for route, items in view.grouped()}
    counts = report.summary
    return environment.get_template("access_map.html.jinja").render(
        version=__version__,
        root=view.root,
        files=report.files,
        counts=[
            (Verdict.VIOLATED.value, counts.violated),
            (Verdict.UNKNOWN.value, counts.unknown),
            (Verdict.PUBLIC.value, counts.public),
            (Verdict.PROVED.value, counts.proved),
        ],
        entities=entities,
        routes=[_route(view, route, entities, found.get(id(route), [])) for route in report.routes],
        several_apps=len({route.app for route in report.routes}) > 1,
        findings=[_finding(view, item) for item in found.get(id(None), [])],
    )


def _route(
    view: View, route: RouteReport, entities: list[str], items: Iterable[Diagnostic]
) -> dict[str, Any]:
    return {
        "name": route.name,
        "method": route.method,
        "path": route.path,
        "app": route.app,
        "handler": route.handler,
        "place": view.place(route.span),
        "verdict": route.verdict.value,
        "auth": route.auth.verdict.value,
        "by": route.auth.by or "",
        "because": route.auth.because,
        "cells": [_cell(route, entity) for entity in entities],
        "accesses": [_access(view, item) for item in route.accesses],
        "findings": [_finding(view, item) for item in items],
        "words": " ".join(
            (
                route.name,
                route.handler,
                route.auth.by or "",
                *(item.entity for item in route.accesses),
                *(item.rule for item in items),
            )
        ).lower(),
    }


def _cell(route: RouteReport, entity: str) -> list[dict[str, str]]:
    """One letter for each operation, coloured by the worst verdict."""
    cell = []
    for operation in _OPERATIONS:
        verdicts = [
            item.verdict
            for item in route.accesses
            if item.entity == entity and item.operation == operation
        ]
        if verdicts:
            worst = min(verdicts, key=_LOOSE.index)
            cell.append(
                {
                    "letter": operation[0].upper(),
                    "verdict": worst.value,
                    "access": f"{operation} {entity}",
                    "title": f"{operation} {entity}: {worst.value}",
                }
            )
    return cell


def _access(view: View, item: Access) -> dict[str, Any]:
    return {
        "what": f"{item.operation} {item.entity}",
        "place": view.place(item.span),
        "verdict": item.verdict.value,
        "because": item.because,
        "attack": item.attack,
        "chain": [view.place(span) for span in item.chain],
        "excerpt": _excerpt(view, item.span.path, item.span.line),
    }


def _finding(view: View, item: Diagnostic) -> dict[str, Any]:
    return {
        "rule": item.rule,
        "severity": item.severity.value,
        "message": item.message,
        "place": view.place(item.span) if item.span else "",
        "reason": item.reason or "",
        "hint": item.hint or "",
        "suppressed": item.suppressed or "",
    }


def _excerpt(view: View, path: str, line: int) -> str:
    data = view.sources.get(path)
    lines = decode(path, data).lines() if data is not None else []
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""
