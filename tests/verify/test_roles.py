"""Operations for some roles: whoever is signed in without one must be refused."""

import shutil
from pathlib import Path

import pytest
from generate.samples import notices_by_role
from verify.harness import ForkedProcesses, context

from sdd.generate import supported
from sdd.verify import Result, check_isolation

GOLDEN = Path(__file__).parents[1] / "golden" / "notices-by-role"
GUARD = 'dependencies=[Depends(require_role("editor", "admin"))],'


def _place(folder: Path, old: str = "", new: str = "") -> Path:
    place = folder / "backend"
    shutil.copytree(GOLDEN, place, ignore=shutil.ignore_patterns("__pycache__"))
    for file in place.rglob("*.py"):
        file.write_text(file.read_text().replace(old, new) if old else file.read_text())
    return place


def test_roles_that_are_asked_for_are_tried_and_refused(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """With the role each operation works, without it none of them does."""
    report = check_isolation(context(_place(tmp_path), processes, supported(notices_by_role())))

    assert (report.result, report.diagnostics) == (Result.PASSED, ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (GUARD, ""),
        ("if granted.isdisjoint(allowed):", 'if "admin" in granted and not allowed:'),
    ],
)
def test_a_role_that_is_not_checked_is_found(
    tmp_path: Path, processes: ForkedProcesses, old: str, new: str
) -> None:
    """Whether one route has lost its guard, or the guard lets everybody in."""
    place = _place(tmp_path, old, new)

    report = check_isolation(context(place, processes, supported(notices_by_role())))

    found = {item.route for item in report.diagnostics if item.rule == "isolation-role-ignored"}
    assert report.result is Result.FAILED
    assert {"POST /api/notices", "PUT /api/notices/{notice_id}"} <= found
