"""What ten thousand tool calls leave in the terminal and in the log of a run."""

import tracemalloc
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path, PurePosixPath

from rich.console import Console

from sdd.adapters.event_log import appender, follow
from sdd.cli.progress import LiveProgress
from sdd.workflow.event_log import EVENTS, event_line
from sdd.workflow.events import OrderPlanned, OrderStep

CALLS = 10_000
LAST = 1_000
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_ten_thousand_tool_calls_leave_memory_flat_and_the_log_readable(tmp_path: Path) -> None:
    """The terminal keeps one line for an order, whatever it does; the log has every call."""
    append = appender(tmp_path)
    shown = Console(file=StringIO(), force_terminal=True, width=100)
    progress = LiveProgress(shown)
    for number in range(8):
        progress(OrderPlanned(order=f"order-{number}", title="Work", agent="agent", wave=1))

    def call(number: int) -> None:
        event = OrderStep(order=f"order-{number % 8}", text=f"write_file backend/{number}.py")
        append(PurePosixPath(EVENTS), event_line(event, MOMENT))
        progress(event)

    for number in range(CALLS - LAST):
        call(number)
    tracemalloc.start()
    for number in range(CALLS - LAST, CALLS):
        call(number)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < LAST * 20  # less than a line of text for each
    assert sum(1 for _ in follow(tmp_path / EVENTS, lambda: True)) == CALLS
    with shown.capture() as captured:
        shown.print(progress.render())
    assert len(captured.get().splitlines()) < 20
