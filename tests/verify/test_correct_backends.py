from pathlib import Path

import pytest
from verify.harness import NAMES, ForkedProcesses, context, seed

from sdd.diagnostics import Severity
from sdd.verify import QUICK, Result, Verification

_ASKED = {"import", "isolation probe", "token attacks"}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_reported_on_a_correct_backend(
    name: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """Backends of many styles, none of which knows of us, pass with every operation probed."""
    verification = Verification(context(seed(name, tmp_path), processes))

    reports = [verification.check(gate) for gate in QUICK if gate.name in _ASKED]

    found = [item for report in reports for item in report.diagnostics]
    assert [item for item in found if item.severity is not Severity.NOTE] == []
    assert [(report.result, report.reason) for report in reports] == [(Result.PASSED, "")] * 3
    assert dict(reports[1].counts)["operations_not_probed"] == 0
