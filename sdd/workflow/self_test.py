"""The self-test of the audit: faults seeded into a copy of a program, each to be caught."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sdd.audit import AuditReport, AuditSettings, RouteReport, Verdict, audit
from sdd.audit.survey import survey
from sdd.diagnostics import Diagnostic, Severity
from sdd.faults import Kind, Mutation, faults, locks, mutated
from sdd.program import Program

MOST_ENTRIES = 12
_LOCKS = frozenset({Kind.DROPPED_CONJUNCT, Kind.DROPPED_GUARD, Kind.UNBOUND_CHILD}) | {
    Kind.REMOVED_DEPENDENCY
}


class Fate(StrEnum):
    """What the audit says of a fault; only the first two are good."""

    CAUGHT = "caught"
    SECOND_LOCK = "second lock"
    UNDECIDED = "undecided"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One fault and what became of it.

    Attributes:
        told: The finding, or what protects the route all the same.
    """

    mutation: Mutation
    fate: Fate
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """All trials of one program.

    Attributes:
        possible: How many faults could have been seeded.
        routes: How many routes were proved before, so that something could be broken.
    """

    trials: tuple[Trial, ...]
    possible: int
    routes: int

    def count(self, fate: Fate, kind: str | None = None) -> int:
        """Return how many faults, of one kind or of all, ended in one way."""
        return sum(
            trial.fate is fate and (kind is None or trial.mutation.kind.value == kind)
            for trial in self.trials
        )

    @property
    def is_passed(self) -> bool:
        """Whether every fault was caught, or stopped by another check."""
        good = self.count(Fate.CAUGHT) + self.count(Fate.SECOND_LOCK)
        return bool(self.trials) and good == len(self.trials)


def self_test(
    program: Program,
    settings: AuditSettings | None = None,
    *,
    most: int | None = None,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> SelfTest:
    """Seed faults into a program, one at a time, and audit it each time.

    Args:
        program: It is not changed.
        settings: Those that the program is audited with.
        most: How many faults of each kind at most, spread evenly; None: all.
        told: Hears how many faults are done, and how many there are.
    """
    report, facts = survey(program, settings)
    every = faults(program, facts)
    chosen = tuple(spread(every, most))
    bench = Bench(program=program, settings=settings or AuditSettings(), before=report)
    found: list[Trial] = []
    for number, mutation in enumerate(chosen):
        told(number, len(chosen))
        found.append(bench.trial(mutation))
    stand_in = [item for item in every if item.kind in _LOCKS]
    stand_in += [
        item for item in locks(program, facts) if item.edits not in {one.edits for one in every}
    ]
    trials = tuple(bench.reconsidered(trial, stand_in) for trial in found)
    routes = sum(route.is_proved for route in report.routes)
    return SelfTest(trials=trials, possible=len(every), routes=routes)


def spread(mutations: Iterable[Mutation], most: int | None) -> Iterator[Mutation]:
    """Yield at most so many mutations of each kind, evenly from first to last."""
    kinds: dict[str, list[Mutation]] = {}
    for item in mutations:
        kinds.setdefault(item.kind.value, []).append(item)
    for items in kinds.values():
        count = len(items) if most is None else min(most, len(items))
        yield from (items[index * len(items) // count] for index in range(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Audits changed copies of one program, and compares with the report on it as it is."""

    program: Program
    settings: AuditSettings
    before: AuditReport
    _alone: dict[tuple[Mutation, frozenset[str]], Trial] = field(default_factory=dict)

    def trial(self, *mutations: Mutation, entries: frozenset[str] | None = None) -> Trial:
        """Audit the program with mutations, only where they matter; the first one is on trial."""
        first = mutations[0]
        changed = mutated(self.program, mutations)
        if changed is None:
            return Trial(mutation=first, fate=Fate.UNDECIDED, told="this is no Python any more")
        names = _tried(first) if entries is None else entries
        report = audit(changed, self.settings, only=names)
        return self._judged(first, report)

    def _judged(self, mutation: Mutation, report: AuditReport) -> Trial:
        before = {_identity(route): route for route in self.before.routes}
        worse = [
            route
            for route in report.routes
            if (old := before.get(_identity(route))) is None or route.verdict is not old.verdict
        ]
        known = {_told(item) for item in self.before.diagnostics}
        new = [
            item
            for item in report.diagnostics
            if item.severity is Severity.ERROR and _told(item) not in known
        ]
        broken = [route for route in worse if route.verdict is Verdict.VIOLATED]
        if broken or new:
            told = f"{new[0].rule}: {new[0].message}" if new else f"{broken[0].name} is violated"
            return Trial(mutation=mutation, fate=Fate.CAUGHT, told=told)
        unknown = [route for route in worse if route.verdict is Verdict.UNKNOWN]
        if unknown:
            return Trial(
                mutation=mutation, fate=Fate.UNDECIDED, told=f"{unknown[0].name} is unknown"
            )
        return Trial(mutation=mutation, fate=Fate.MISSED, told="every verdict is as before")

    def reconsidered(self, trial: Trial, stand_in: Sequence[Mutation]) -> Trial:
        """Look for another check without which a fault that was not caught would be."""
        if trial.fate is Fate.CAUGHT:
            return trial
        mutation = trial.mutation
        for lock in stand_in:
            shared = _tried(mutation) & set(lock.entries)
            if not shared or lock.edits == mutation.edits:
                continue
            if (lock, shared) not in self._alone:
                self._alone[lock, shared] = self.trial(lock, entries=shared)
            if self._alone[lock, shared].fate is Fate.CAUGHT:
                continue  # it is needed as it is, so it does not stand in for another
            both = self.trial(mutation, lock)
            if both.fate is Fate.CAUGHT and lock.span != mutation.span:
                told = f"{lock.span} protects it as well"
                return Trial(mutation=mutation, fate=Fate.SECOND_LOCK, told=told)
        return self._as_dropped(trial, stand_in)

    def _as_dropped(self, trial: Trial, stand_in: Sequence[Mutation]) -> Trial:
        """What is only spoilt is no worse than what is gone: it may contradict the second lock."""
        mutation = trial.mutation
        for lock in stand_in:
            if lock.span == mutation.span and lock.edits != mutation.edits:
                gone = self.reconsidered(self.trial(lock), stand_in)
                if gone.fate is Fate.SECOND_LOCK:
                    return Trial(mutation=mutation, fate=Fate.SECOND_LOCK, told=gone.told)
        return trial


def _tried(mutation: Mutation) -> frozenset[str]:
    return frozenset(mutation.entries[:MOST_ENTRIES])


def _told(item: Diagnostic) -> tuple[str, str | None, str]:
    """What a finding says; its subject may be a name that a rewrite has changed."""
    return item.rule, item.route, item.message


def _identity(route: RouteReport) -> tuple[str, str]:
    return route.app, route.name
