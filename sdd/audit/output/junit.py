"""JUnit XML: a route is a test case, so that a build server counts and remembers routes."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sdd.audit.model import RouteReport, Verdict
from sdd.audit.outcome import UNREADABLE
from sdd.audit.output.view import View
from sdd.diagnostics import Diagnostic


def junit(view: View) -> str:
    """Return a case for each route, and one for each file with findings of no route.

    A case fails by what the policy refuses. What is not decided is skipped, and an error under
    a strict policy: it is never simply passed.
    """
    root = Element("testsuites", name="sdd audit")
    suite = SubElement(root, "testsuite", name="sdd audit")
    found = {id(route): items for route, items in view.grouped()}
    for route in view.report.routes:
        case = SubElement(suite, "testcase", classname=_legal(route.app or "app"), name=route.name)
        case.set("file", view.path(route.span))
        _judge(view, case, route, found.pop(id(route), []))
    for name, items in _elsewhere(found.pop(id(None), [])).items():
        case = SubElement(suite, "testcase", classname="project", name=_legal(name))
        _judge(view, case, None, items)
    suite.set("tests", str(len(suite)))
    for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in suite)))
    for attribute in ("tests", "failures", "errors"):
        root.set(attribute, suite.get(attribute, "0"))
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _elsewhere(items: Sequence[Diagnostic]) -> dict[str, list[Diagnostic]]:
    cases: dict[str, list[Diagnostic]] = {}
    for item in items:
        where = item.route or (item.span.path if item.span else item.rule)
        cases.setdefault(where, []).append(item)
    return cases


def _judge(
    view: View, case: Element, route: RouteReport | None, items: Sequence[Diagnostic]
) -> None:
    refused = [item for item in items if view.policy.refuses(item)]
    unread = [item for item in items if item.rule == UNREADABLE and not item.suppressed]
    undecided = route is not None and route.verdict is Verdict.UNKNOWN
    if unread:
        _tell(view, case, "error", unread)
    elif refused:
        _tell(view, case, "failure", refused)
    elif undecided:
        tag = "error" if view.policy.strict else "skipped"
        found = SubElement(case, tag, message="not decided")
        found.text = _legal("\n".join(_line(view, item) for item in items))
    rest = [item for item in items if item not in refused and item not in unread]
    if rest and not undecided:
        SubElement(case, "system-out").text = _legal("\n".join(_line(view, item) for item in rest))


def _tell(view: View, case: Element, tag: str, items: Sequence[Diagnostic]) -> None:
    first = items[0]
    told = SubElement(case, tag, message=_legal(first.message), type=first.rule)
    told.text = _legal("\n".join(_line(view, item) for item in items))


def _line(view: View, item: Diagnostic) -> str:
    place = f"{view.place(item.span)}: " if item.span else ""
    head = f"{place}{item.severity.value}: {item.message} [{item.rule}]"
    suppressed = f"suppressed: {item.suppressed}" if item.suppressed else None
    return "\n  ".join(part for part in (head, item.reason, item.hint, suppressed) if part)


def _legal(text: str) -> str:
    """Escape what XML cannot hold."""
    return "".join(
        char
        if char in "\t\n" or (char >= " " and not "\ud800" <= char <= "\udfff" and char < "\ufffe")
        else repr(char)[1:-1]
        for char in text
    )
