import asyncio

from sdd.verify.verdict import GateReport, Result
from sdd.workflow.events import Event, GateFinished, GateStarted
from sdd.workflow.judge import Gate, Reports, may_land, run_gates
from tests.workflow.test_delegate import context


def gate(name: str, result: Result = Result.PASSED, **more: object) -> Gate:
    """Return a gate with a fixed opinion."""

    def judge(_: Reports) -> GateReport:
        return GateReport(gate=name, result=result)

    return Gate(name=name, judge=judge, **more)  # type: ignore[arg-type]


def run(*gates: Gate, events: list[Event] | None = None) -> Reports:
    """Run gates and wait."""
    return asyncio.run(run_gates(context(events if events is not None else []), gates))


def test_gates_judge_in_order_and_tell_how_long() -> None:
    """Each is announced, judged and reported with its time."""
    events: list[Event] = []

    reports = run(gate("a"), gate("b"), events=events)

    assert [report.gate for report in reports] == ["a", "b"]
    kinds = [type(event) for event in events]
    assert (kinds.count(GateStarted), kinds.count(GateFinished)) == (2, 2)
    assert all(report.seconds > 0 for report in reports)


def test_a_gate_behind_one_that_failed_is_not_run() -> None:
    """It says which gate it waited for."""
    reports = run(gate("import", Result.FAILED), gate("tests", after=("import",)))

    assert reports[1].result is Result.NOT_RUN
    assert "import" in reports[1].reason


def test_an_early_gate_counts_only_if_those_before_it_pass() -> None:
    """It may begin at once, but what it says of a broken backend is noise."""
    first = gate("import", Result.FAILED)

    reports = run(first, gate("tests", Result.FAILED, after=("import",), early=True))

    assert [report.result for report in reports] == [Result.FAILED, Result.NOT_RUN]


def test_the_last_gate_hears_all_others() -> None:
    """A list of promises is answered by what the others said."""
    heard: list[str] = []

    def judge(reports: Reports) -> GateReport:
        heard.extend(report.gate for report in reports)
        return GateReport(gate="checklist", result=Result.PASSED)

    run(gate("a"), gate("b", Result.FAILED), Gate(name="checklist", judge=judge, last=True))

    assert heard == ["a", "b"]


def probing(operations: int, result: Result = Result.NOT_RUN) -> Gate:
    """Return a gate that may leave something out, with how much it looked at."""
    report = GateReport(gate="probe", result=result, counts=(("operations_probed", operations),))
    return Gate(name="probe", judge=lambda _: report, partial="operations_probed")


def test_not_run_is_no_pass() -> None:
    """Only a gate that looked at a part, and named the rest, does not hold a run up."""
    required = gate("a", Result.NOT_RUN)

    assert not may_land([required], run(required))
    assert may_land([probing(3)], run(probing(3)))
    assert not may_land([probing(0)], run(probing(0)))


def test_a_partial_gate_that_fails_holds_the_run_up() -> None:
    """What it found is wrong all the same."""
    failing = probing(3, Result.FAILED)

    assert not may_land([failing], run(failing))
