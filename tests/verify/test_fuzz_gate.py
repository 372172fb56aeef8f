from pathlib import Path

import pytest
from verify.harness import Edit, context, seed

from sdd.adapters.processes import LocalProcesses
from sdd.verify import QUICK, Result
from sdd.verify.fuzz import check_fuzz

_BACKEND = Path(__file__).parents[2] / "backend"


def test_schemathesis_is_only_run_when_asked_for() -> None:
    """It takes longer than all other gates together."""
    assert "schemathesis" not in {gate.name for gate in QUICK}


@pytest.mark.slow
def test_an_answer_that_the_document_does_not_allow_is_found(tmp_path: Path) -> None:
    """A crash that only an odd value brings about is found, at its handler."""
    crash = Edit("    if q:\n", "    if q:\n        q.encode('ascii')\n")
    place = seed("plain_sync", tmp_path, crash)

    report = check_fuzz(context(place, LocalProcesses()))

    assert report.result is Result.FAILED
    told = {(item.rule, item.route) for item in report.diagnostics}
    assert ("schemathesis-failure", "GET /notes") in told
    assert dict(report.counts)["operations"] == 7


@pytest.mark.slow
def test_schemathesis_finds_nothing_on_the_sample() -> None:
    """The committed backend answers as its document says, whatever it is asked."""
    report = check_fuzz(context(_BACKEND, LocalProcesses(), timeout=300, app="app.main:app"))

    assert (report.result, report.reason, report.diagnostics) == (Result.PASSED, "", ())
    assert dict(report.counts)["cases"] > 400
