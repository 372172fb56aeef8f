import json
from dataclasses import replace

import pytest
from audit_reports import finding, make_report, proved_route, public_route, violated_route

from sdd.audit.serial import report_from_data, report_to_data
from sdd.program import Unreadable

REPORT = make_report(
    finding(),
    replace(finding(None), suppressed="shared", span=None),
    routes=(proved_route(), violated_route(), public_route()),
    unreadable=(Unreadable(path="x.py", reason="syntax error", line=3),),
)


def test_a_report_survives_json() -> None:
    """What the cache gives back is what was put in."""
    text = json.dumps(report_to_data(REPORT))

    assert report_from_data(json.loads(text)) == REPORT


@pytest.mark.parametrize(
    "data", [None, 1, "x", [], [[]], {}, [1, 2, 3, 4, 5], [[], [], [], "2", []]]
)
def test_data_of_another_form_is_refused(data: object) -> None:
    """A damaged or older cache is no report."""
    with pytest.raises(ValueError, match=r"."):
        report_from_data(data)
