"""The self-test of the dynamic gates: a fault of each kind in a running copy, each to be caught."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from sdd.audit import AuditSettings, RouteReport
from sdd.audit.survey import survey
from sdd.changes import edited
from sdd.errors import ConfigError
from sdd.faults import Kind, Mutation, faults
from sdd.faults.seeding import by_path
from sdd.program import Program
from sdd.verify import GateReport, Result
from sdd.workflow.self_test import Bench, Fate, SelfTest, Trial

# A running backend with a good secret and a library that refuses `none` beside a key shows
# nothing of the first three; the audit judges them. Where the client must say who it is, no
# request succeeds that knows nothing of it, and the gates are not run.
NOT_SEEN_RUNNING = frozenset(
    {Kind.LITERAL_SECRET, Kind.NONE_ALGORITHM, Kind.TOKENS_ALGORITHM, Kind.CLIENT_IDENTITY}
)

Judge = Callable[[Mapping[str, bytes]], Sequence[GateReport]]


def verify_self_test(
    program: Program,
    files: Mapping[str, bytes],
    judge: Judge,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> SelfTest:
    """Let the gates judge a copy with a fault of each kind, and first one without.

    Args:
        program: What the faults are seeded into; they are made where the audit sees them.
        files: The bytes of its modules by path.
        judge: Runs the gates on the backend with these files in the place of its own.
        told: Hears how many faults are done, and how many there are.

    Raises:
        ConfigError: The gates fail already, so that a fault would show nothing.
    """
    failed = [report for report in judge({}) if report.result is not Result.PASSED]
    if any(report.result is Result.FAILED for report in failed):
        raise ConfigError(
            f"The backend fails already: {failed[0].gate}, {failed[0].reason}.",
            hint="Run `sdd verify` and mend what it finds; then test the test.",
        )
    report, facts = survey(program)
    bench = Bench(program=program, settings=AuditSettings(), before=report)
    every = faults(program, facts)
    chosen = tuple(_one_of_each(every, bench))
    trials = []
    for number, mutation in enumerate(chosen):
        told(number, len(chosen))
        changed = {
            path: edited(files[path], edits) for path, edits in by_path(mutation.edits).items()
        }
        trials.append(_trial(mutation, judge(changed)))
    return SelfTest(trials=tuple(trials), possible=len(every), routes=_proved(report.routes))


def _proved(routes: Sequence[RouteReport]) -> int:
    return sum(route.is_proved for route in routes)


def _one_of_each(every: Sequence[Mutation], bench: Bench) -> Iterator[Mutation]:
    """Yield the first fault of each kind that breaks something, second locks left out."""
    for kind in Kind:
        mine = (item for item in every if item.kind is kind and kind not in NOT_SEEN_RUNNING)
        found = next((item for item in mine if bench.trial(item).fate is Fate.CAUGHT), None)
        if found is not None:
            yield found


def _trial(mutation: Mutation, reports: Sequence[GateReport]) -> Trial:
    for report in reports:
        if report.result is Result.FAILED:
            rules = dict.fromkeys(item.rule for item in report.diagnostics)
            told = f"{report.gate}: {', '.join(rules) or report.reason}"
            return Trial(mutation=mutation, fate=Fate.CAUGHT, told=told)
    unsure = [report for report in reports if report.result is Result.NOT_RUN]
    if unsure:
        told = f"{unsure[0].gate} could not run: {unsure[0].reason}"
        return Trial(mutation=mutation, fate=Fate.UNDECIDED, told=told)
    return Trial(mutation=mutation, fate=Fate.MISSED, told="every gate passes")
