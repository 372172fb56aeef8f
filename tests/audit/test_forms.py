"""Forms of real code: the first part of a route's path says what the audit must say of it.

Each file of `forms` is a program of its own, audited once together with the rule pages' base file:
`/api/proved/…`, `/api/violated/…`, `/api/unknown/…` and `/api/none/…` speak of isolation,
`/api/open/…` of authentication that is violated, `/api/doubtful/…` of one that is unknown,
`/api/public/…` of a route that may be public,
and a comment `# [rule]` behind the decorator of a diagnostic about that route.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from sdd.audit import AuditReport, Verdict

Auditor = Callable[..., AuditReport]
FORMS = Path(__file__).parent / "forms"
_ROUTE = re.compile(
    r"^@\w+\.\w+\(\s*\"/api/(\w+)/([^\"]*)\".*?\)(?:\s*# \[([\w-]+)\])?", re.MULTILINE
)


def routes() -> Iterator[object]:
    for file in sorted(FORMS.glob("*.py")):
        for said, name, rule in _ROUTE.findall(file.read_text(encoding="utf-8")):
            path = f"/api/{said}/{name}"
            yield pytest.param(file.name, path, rule, id=f"{file.stem}-{said}-{name}")


@pytest.fixture(scope="session")
def form_reports(base_file: str) -> Callable[[str], AuditReport]:
    """Audit a file of forms, once in a session."""
    from memory_files import MemoryFiles  # noqa: PLC0415 - beside its one use

    from sdd.audit import audit  # noqa: PLC0415
    from sdd.program import load  # noqa: PLC0415

    @cache
    def report(name: str) -> AuditReport:
        text = (FORMS / name).read_text(encoding="utf-8")
        return audit(load(MemoryFiles({"main.py": text, "base.py": base_file})))

    return report


@pytest.mark.parametrize(("file", "path", "rule"), list(routes()))
def test_a_form_gets_the_verdict_that_its_path_names(
    file: str, path: str, rule: str, form_reports: Callable[[str], AuditReport]
) -> None:
    """The verdict is the one in the path, and the rule the one in the comment."""
    report = form_reports(file)
    found = [route for route in report.routes if route.path == path]
    said = path.split("/")[2]

    assert found, [route.path for route in report.routes]
    for route in found:
        seen = (route.auth, [(one.entity, one.verdict, one.because) for one in route.accesses])
        if said == "open":
            assert route.auth.verdict is Verdict.VIOLATED, seen
        elif said == "doubtful":
            assert route.auth.verdict is Verdict.UNKNOWN, seen
        elif said == "public":
            assert route.auth.verdict is Verdict.PUBLIC, seen
        else:
            assert (route.isolation.value, route.auth.verdict) == (said, Verdict.PROVED), seen
    if rule:
        assert rule in {item.rule for item in report.diagnostics if item.route == found[0].name}
