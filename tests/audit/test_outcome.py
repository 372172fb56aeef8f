from dataclasses import replace

import pytest
from audit_reports import finding, make_report, proved_route

from sdd.audit.model import AuditReport, Verdict
from sdd.audit.outcome import Outcome, Policy, outcome
from sdd.diagnostics import Severity

ROUTES = (proved_route(),)
DOUBTFUL = (replace(proved_route(), isolation=Verdict.UNKNOWN),)
WARNING = replace(finding(), severity=Severity.WARNING)
UNREAD = replace(finding(None), rule="unreadable-source")
DOUBT = replace(finding("GET /api/notes"), rule="undecided", severity=Severity.NOTE)


@pytest.mark.parametrize(
    ("report", "policy", "expected"),
    [
        (make_report(routes=ROUTES), Policy(), Outcome.CLEAN),
        (make_report(finding(), routes=ROUTES), Policy(), Outcome.FINDINGS),
        (make_report(WARNING, routes=ROUTES), Policy(), Outcome.CLEAN),
        (make_report(WARNING, routes=ROUTES), Policy(fail_on=Severity.WARNING), Outcome.FINDINGS),
        (make_report(UNREAD, routes=ROUTES), Policy(), Outcome.UNREADABLE),
        (make_report(UNREAD, finding(), routes=ROUTES), Policy(), Outcome.FINDINGS),
        (make_report(), Policy(), Outcome.NO_ROUTES),
        (make_report(DOUBT, routes=DOUBTFUL), Policy(), Outcome.CLEAN),
        (make_report(DOUBT, routes=DOUBTFUL), Policy(strict=True), Outcome.UNDECIDED),
        (make_report(routes=DOUBTFUL), Policy(strict=True), Outcome.UNDECIDED),
    ],
)
def test_the_gravest_matter_decides(report: AuditReport, policy: Policy, expected: Outcome) -> None:
    """Findings, then what was not read, then nothing seen, then doubt."""
    assert outcome(report, policy) is expected


def test_what_is_suppressed_does_not_decide() -> None:
    """Neither findings, nor unread files, nor doubts."""
    items = (replace(item, suppressed="known") for item in (finding(), UNREAD, DOUBT))
    report = make_report(*items, routes=DOUBTFUL)

    assert outcome(report, Policy(strict=True, fail_on=Severity.NOTE)) is Outcome.CLEAN
