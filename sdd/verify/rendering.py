"""Gate reports as JSON values and as JUnit XML."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sdd.diagnostics import Diagnostic
from sdd.verify.verdict import GateReport, Result

SCHEMA_VERSION = 1
_NOTHING: Mapping[str, str] = MappingProxyType({})


def verify_json(
    reports: Sequence[GateReport], not_checked: Mapping[str, str] = _NOTHING
) -> dict[str, Any]:
    """Return the reports as JSON values: a verdict for all, each gate, and what none looked at."""
    return {
        "schema_version": SCHEMA_VERSION,
        "passed": bool(reports) and all(item.result is Result.PASSED for item in reports),
        "summary": {
            result.value: sum(item.result is result for item in reports) for result in Result
        },
        "gates": [_gate(item) for item in reports],
        "not_checked": [{"what": what, "reason": why} for what, why in not_checked.items()],
    }


def _gate(report: GateReport) -> dict[str, Any]:
    return {
        "gate": report.gate,
        "result": report.result.value,
        "summary": report.summary,
        "reason": report.reason,
        "seconds": round(report.seconds, 3),
        "counts": dict(report.counts),
        "diagnostics": [_diagnostic(item) for item in report.diagnostics],
    }


def _diagnostic(item: Diagnostic) -> dict[str, Any]:
    return {
        "rule": item.rule,
        "severity": item.severity.value,
        "message": item.message,
        "route": item.route,
        "file": item.span.path if item.span else None,
        "line": item.span.line if item.span else None,
        "reason": item.reason,
        "hint": item.hint,
        "fingerprint": item.fingerprint,
    }


def verify_junit(reports: Sequence[GateReport], not_checked: Mapping[str, str] = _NOTHING) -> str:
    """Return the reports as JUnit XML: a gate is a test case, a gate not run an error.

    CI systems show a skipped case as green: that is only what nobody asked for.
    """
    root = Element("testsuites", name="sdd verify")
    suite = SubElement(
        root,
        "testsuite",
        name="sdd verify",
        tests=str(len(reports) + len(not_checked)),
        skipped=str(len(not_checked)),
        failures=str(sum(item.result is Result.FAILED for item in reports)),
        errors=str(sum(item.result is Result.NOT_RUN for item in reports)),
        time=f"{sum(item.seconds for item in reports):.3f}",
    )
    for report in reports:
        case = SubElement(
            suite,
            "testcase",
            classname="sdd.verify",
            name=report.gate,
            time=f"{report.seconds:.3f}",
        )
        if report.result is Result.FAILED:
            told = SubElement(case, "failure", message=_legal(report.reason))
            told.text = _legal("\n".join(map(_line, report.diagnostics)))
        elif report.result is Result.NOT_RUN:
            SubElement(case, "error", message=_legal(f"not run: {report.reason}"))
        SubElement(case, "system-out").text = _legal(report.summary)
    for what, why in not_checked.items():
        case = SubElement(suite, "testcase", classname="sdd.verify", name=_legal(what))
        SubElement(case, "skipped", message=_legal(f"not checked: {why}"))
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _line(item: Diagnostic) -> str:
    place = f"{item.span}: " if item.span else ""
    return f"{place}{item.severity.value}: {item.message} [{item.rule}]"


def _legal(text: str) -> str:
    """Escape what XML cannot hold."""
    return "".join(
        char
        if char in "\t\n" or (char >= " " and not "\ud800" <= char <= "\udfff" and char < "\ufffe")
        else repr(char)[1:-1]
        for char in text
    )
