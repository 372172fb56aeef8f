"""Measures ten thousand tool calls: memory, the journal, the log of events and the terminal.

Usage: python benchmarks/long_run.py [--calls N]

Orders of 250 calls each, one after the other, by a model of ours over the real loop, with a journal
on disk, the log of events and the terminal's picture: all that grows in a run but its files. After
a fifth and at the end: what Python holds (tracemalloc) and the process's resident memory. Then the
log is read back as lines of JSON and the journal as what replays the run. The terminal is drawn
over and over meanwhile: printed is the processor time of one picture at the end.
"""

import argparse
import asyncio
import gc
import json
import sqlite3
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path, PurePosixPath

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from rich.console import Console

from sdd.adapters.event_log import appender, follow
from sdd.adapters.pydantic_runner import PydanticRunner, open_runner
from sdd.agents.conversation import AssistantMessage, Message, Tool, ToolCall
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits, Step, Task
from sdd.cli.progress import LiveProgress
from sdd.workflow.event_log import EVENTS, event_line
from sdd.workflow.events import OrderStep, StageStarted

PER_TURN, TURNS = 25, 10
EACH = PER_TURN * TURNS
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_AGENT = AgentDefinition(name="porter", description="", prompt="You carry.", path="")
_TOOL = Tool(
    name="carry",
    description="Carries a bag.",
    parameters={"type": "object", "properties": {"bag": {"type": "string"}}},
    call=lambda given: f"carried {given['bag']}",
)


class Porter:
    """Calls a tool many times in each of its turns, and then is done."""

    name = "porter"

    def respond(self, messages: Sequence[Message], _: Sequence[Tool]) -> AssistantMessage:
        """Return the next calls."""
        turn = sum(isinstance(message, AssistantMessage) for message in messages)
        if turn == TURNS:
            return AssistantMessage(text="Done.")
        calls = (
            ToolCall(id=f"{turn}-{number}", name="carry", arguments={"bag": f"{turn}-{number}"})
            for number in range(PER_TURN)
        )
        return AssistantMessage(calls=tuple(calls))


class Watched:
    """What a run tells of itself: to the log, and to the terminal."""

    def __init__(self, folder: Path) -> None:
        self._append = appender(folder)
        self.console = Console(file=StringIO(), force_terminal=True, width=100)
        self.progress = LiveProgress(self.console)
        self.progress(StageStarted(stage="delegate"))

    def step(self, step: Step) -> None:
        """Take a step as a run does."""
        event = OrderStep(order=f"order-{int(step.key) % 8}", text=step.text)
        self._append(PurePosixPath(EVENTS), event_line(event, MOMENT))
        self.progress(event)


async def work(runner: PydanticRunner, watched: Watched, orders: Sequence[int]) -> None:
    """Let each order be done."""
    for order in orders:
        task = Task(key=str(order), prompt="Carry.", model="porter")
        await runner.run(_AGENT, task, [_TOOL], Limits(), watched.step)


def held() -> tuple[float, float]:
    """Return kilobytes that Python holds, and megabytes that are resident."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return tracemalloc.get_traced_memory()[0] / 1024, pages * 4096 / 1_048_576


async def measured(folder: Path, orders: int) -> Watched:
    """Do all orders on one journal, and print what is held on the way."""
    watched = Watched(folder)
    async with open_runner(folder, scripted={"porter": Porter()}) as runner:
        fifth = max(orders // 5, 1)
        await work(runner, Watched(folder / "warm"), [orders])  # imports are no part of the measure
        tracemalloc.start()
        await work(runner, watched, range(fifth))
        early = held()
        await work(runner, watched, range(fifth, orders))
        late = held()
        tracemalloc.stop()
    for calls, (kilobytes, megabytes) in ((fifth * EACH, early), (orders * EACH, late)):
        print(f"after {calls:6,} calls  {kilobytes:8,.0f} KB held, {megabytes:6.1f} MB resident")
    each = (late[0] - early[0]) * 1024 / max((orders - fifth) * EACH, 1)
    print(f"growth of what is held: {each:.1f} bytes a call")
    return watched


def main() -> int:
    """Measure, and read everything back."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=10_000)
    orders = parser.parse_args().calls // EACH
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        watched = asyncio.run(measured(folder, orders))
        lines = [json.loads(line) for line in follow(folder / EVENTS, lambda: True)]
        with closing(sqlite3.connect(folder / "journal.db")) as journal:
            (kept,) = journal.execute("SELECT count(*) FROM workflow_status").fetchone()
        size = (folder / "journal.db").stat().st_size / 1_048_576
        print(f"log: {len(lines):,} lines of JSON; journal: {kept:,} answers, {size:.1f} MB")
    began = time.process_time()
    with watched.console.capture() as captured:
        watched.console.print(watched.progress.render())
    spent = (time.process_time() - began) * 1000
    rows = len(captured.get().splitlines())
    print(f"terminal: {rows} rows, {spent:.1f} ms of the processor for a picture (8 a second)")
    return 0 if len(lines) == orders * EACH and kept == (orders + 1) * (TURNS + 1) else 1


if __name__ == "__main__":
    raise SystemExit(main())
