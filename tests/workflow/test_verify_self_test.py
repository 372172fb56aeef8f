"""The self-test of the dynamic gates shows one fault of each kind to the gates."""

from collections.abc import Mapping, Sequence

import pytest
from faults.backend import FILES
from memory_files import MemoryFiles

from sdd.errors import ConfigError
from sdd.faults import Kind
from sdd.program import load
from sdd.verify import GateReport, Result
from sdd.workflow.self_test import Fate, SelfTest
from sdd.workflow.verify_self_test import NOT_SEEN_RUNNING, Judge, verify_self_test

SOURCES = {path: text.encode() for path, text in FILES.items()}


def run(judge: Judge) -> SelfTest:
    return verify_self_test(load(MemoryFiles(FILES)), SOURCES, judge)


def report(result: Result, reason: str = "") -> GateReport:
    return GateReport(gate="isolation probe", result=result, reason=reason)


def test_a_fault_of_each_kind_that_can_be_seen_is_shown_to_the_gates() -> None:
    """First the backend as it is, then a copy for each fault, with one file changed or two."""
    seen: list[Mapping[str, bytes]] = []

    def judge(changed: Mapping[str, bytes]) -> Sequence[GateReport]:
        seen.append(changed)
        return [report(Result.FAILED if changed else Result.PASSED, "1 defect")]

    result = run(judge)

    assert result.is_passed
    assert {trial.mutation.kind for trial in result.trials} == set(Kind) - NOT_SEEN_RUNNING
    assert seen[0] == {}
    assert all(data != SOURCES[path] for one in seen[1:] for path, data in one.items())


def test_gates_that_pass_in_spite_of_a_fault_have_missed_it() -> None:
    """So a gate that looks away is seen."""
    result = run(lambda _: [report(Result.PASSED)])

    assert not result.is_passed
    assert result.count(Fate.MISSED) == len(result.trials)


def test_gates_that_cannot_run_with_a_fault_have_not_decided() -> None:
    """Not run is never a pass, and no catch either."""
    result = run(lambda changed: [report(Result.NOT_RUN if changed else Result.PASSED, "why")])

    assert result.count(Fate.UNDECIDED) == len(result.trials)
    assert result.trials[0].told == "isolation probe could not run: why"


def test_a_backend_that_fails_without_any_fault_cannot_be_tested() -> None:
    """Everything would look caught."""
    with pytest.raises(ConfigError, match="The backend fails already: isolation probe, 3 defects"):
        run(lambda _: [report(Result.FAILED, "3 defects")])
