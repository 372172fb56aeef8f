"""Shows a run while it happens: a live tree at a terminal, lines in a pipe."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text
from typing_extensions import override

from sdd.verify.verdict import Result
from sdd.workflow.events import (
    Event,
    GateFinished,
    GateStarted,
    OrderFinished,
    OrderPlanned,
    OrderStarted,
    OrderStep,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
)

_SECONDS_WIDTH = 7
MARKS = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "not_run": ("-", "yellow"),
    "waiting": ("·", "dim"),
}


@dataclass(slots=True)
class _Line:
    """One line of the tree: what it is about, how far it is, and since when."""

    name: str
    detail: str = ""
    state: str = "waiting"
    note: str = ""
    since: float = 0.0
    seconds: float | None = None


@dataclass(slots=True)
class _Run:
    """What is known of the run so far, in the order in which it was learned."""

    title: str = ""
    stages: dict[str, _Line] = field(default_factory=dict)
    orders: dict[str, _Line] = field(default_factory=dict)
    gates: dict[str, _Line] = field(default_factory=dict)


def headline(event: RunStarted) -> str:
    """Say which model works, and how to choose another."""
    again = "Resuming" if event.resumed else "Implementing"
    text = f"{again} {event.feature} with model {event.model}"
    if event.model == "offline":
        text += " (a spec compiler, no language model; for Claude: --model claude)"
    return text


class SilentProgress:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def __call__(self, event: Event) -> None:
        """Let the event pass."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to somebody else for a while."""
        yield


class PlainProgress(SilentProgress):
    """Writes one line for each thing that ended, without colour or movement."""

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose

    @override
    def __call__(self, event: Event) -> None:
        """Write the event's line, if it has one."""
        line = self._line(event)
        if line:
            self._console.print(Text(line), soft_wrap=True)

    def _line(self, event: Event) -> str:
        match event:
            case RunStarted():
                return f"{headline(event)}."
            case StageFinished(stage=stage, seconds=seconds, summary=summary):
                return f"{stage}: {summary or 'done'} ({seconds:.1f} s)"
            case OrderFinished(order=order, ending=ending, seconds=seconds):
                return f"  {order}: {ending} ({seconds:.1f} s)"
            case OrderStep(order=order, text=text) if self._verbose:
                return f"    {order}: {text}"
            case GateFinished(report=report):
                result = report.result.value.replace("_", " ")
                note = report.reason if report.result is not Result.PASSED else report.summary
                return f"  gate {report.gate}: {result} — {note} ({report.seconds:.1f} s)"
            case _:
                return ""


class LiveProgress:
    """Draws stages, orders and gates as a tree that moves in place."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._run = _Run()
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(
            console=console, refresh_per_second=8, transient=True, get_renderable=self.render
        )

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, trace)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop drawing while somebody is asked."""
        self._live.stop()
        try:
            yield
        finally:
            self._live.start(refresh=True)

    def __call__(self, event: Event) -> None:  # noqa: C901 - one case for each event
        """Take an event into the picture."""
        match event:
            case RunStarted():
                self._run.title = headline(event)
            case StageStarted(stage=stage):
                self._begin(self._run.stages, stage)
            case StageFinished(stage=stage, seconds=seconds, summary=summary):
                self._end(self._run.stages, stage, "passed", seconds, summary)
            case OrderPlanned(order=order, title=title, agent=agent):
                self._run.orders[order] = _Line(name=order, detail=agent, note=title)
            case OrderStarted(order=order, round=repair):
                self._begin(self._run.orders, order, f"repair {repair}" if repair else "")
            case OrderStep(order=order, text=text):
                self._line(self._run.orders, order).note = text
            case OrderFinished(order=order, ending=ending, seconds=seconds):
                state = "passed" if ending == "submitted" else "failed"
                self._end(self._run.orders, order, state, seconds, ending)
            case GateStarted(gate=gate):
                self._begin(self._run.gates, gate)
            case GateFinished(report=report):
                note = report.summary if report.result is Result.PASSED else report.reason
                self._end(self._run.gates, report.gate, report.result.value, report.seconds, note)
            case RunFinished():
                pass

    def _line(self, lines: dict[str, _Line], name: str) -> _Line:
        return lines.setdefault(name, _Line(name=name))

    def _begin(self, lines: dict[str, _Line], name: str, note: str = "") -> None:
        line = self._line(lines, name)
        line.state, line.since, line.seconds = "running", self._clock(), None
        line.note = note or line.note

    def _end(
        self, lines: dict[str, _Line], name: str, state: str, seconds: float, note: str
    ) -> None:
        line = self._line(lines, name)
        line.state, line.seconds, line.note = state, seconds, note or line.note

    def render(self) -> RenderableType:
        """Return the tree as it stands."""
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(width=1)
        grid.add_column(no_wrap=True, min_width=self._widest("name", 2))
        grid.add_column(no_wrap=True, style="dim", min_width=self._widest("detail"))
        grid.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        grid.add_column(justify="right", no_wrap=True, style="dim", min_width=_SECONDS_WIDTH)
        for stage in self._run.stages.values():
            self._row(grid, stage, "")
            children = {"delegate": self._run.orders, "gates": self._run.gates}.get(stage.name, {})
            for child in children.values():
                self._row(grid, child, "  ")
        outer = Table.grid(expand=True)
        outer.add_row(Text(self._run.title, style="bold"))
        outer.add_row(grid)
        return outer

    def _widest(self, name: str, indent: int = 0) -> int:
        """Return how wide a column must be that is never cut."""
        lines = (*self._run.stages.values(), *self._run.orders.values(), *self._run.gates.values())
        return max((len(getattr(line, name)) + indent for line in lines), default=0)

    def _row(self, grid: Table, line: _Line, indent: str) -> None:
        mark: RenderableType
        if line.state == "running":
            mark = self._spinner
            seconds = self._clock() - line.since
        else:
            mark = Text(*MARKS[line.state])
            seconds = line.seconds or 0.0
        shown = f"{seconds:.1f} s" if line.state != "waiting" else ""
        grid.add_row(mark, Text(indent + line.name), Text(line.detail), Text(line.note), shown)
