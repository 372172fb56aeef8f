"""Measures what a journal costs each turn of an agent, and what ten thousand tool calls leave.

Usage: python benchmarks/durable_turn.py [--turns N] [--calls N]

A model without latency calls a tool that does nothing, turn after turn: without a journal, and with
the run's journal on the disk (asked for: at most 10 ms more a turn). Then as many tool calls as
a very long run has, in conversations of a hundred turns, each told to the terminal and to the log
of events: printed are the memory before and after, the size of journal and log, how long it takes
to read them, and the longest that the terminal kept an event waiting.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path, PurePosixPath

from rich.console import Console

from sdd.adapters.event_log import appender, follow
from sdd.adapters.journal import open_replay
from sdd.adapters.pydantic_runner import open_runner
from sdd.agents.conversation import AssistantMessage, Message, Tool, ToolCall
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits, Step, Task
from sdd.cli.progress import LiveProgress
from sdd.workflow.event_log import EVENTS, event_line
from sdd.workflow.events import OrderStep

AGENT = AgentDefinition(name="x", description="x", prompt="x", path="x.md")
TOOL = Tool(name="work", description="", parameters={"type": "object"}, call=lambda _: "worked")
TURNS = 100


class Endless:
    """Calls a tool again and again, and ends after so many turns."""

    name = "endless"

    def __init__(self, turns: int) -> None:
        self._turns = turns

    def respond(self, messages: Sequence[Message], _: Sequence[Tool]) -> AssistantMessage:
        """Call, or end."""
        turn = sum(isinstance(item, AssistantMessage) for item in messages)
        if turn >= self._turns:
            return AssistantMessage(text="done")
        return AssistantMessage(
            calls=(ToolCall(id=str(turn), name="work", arguments={"turn": turn}),)
        )


async def seconds_per_turn(folder: Path | None, turns: int) -> tuple[float, float]:
    """Return what a turn takes, in all and of the processor, with a journal or without one."""
    async with open_runner(folder, scripted={"offline": Endless(turns)}) as runner:
        await runner.run(AGENT, Task(key="warm", prompt="warm"), [TOOL], Limits(), ignore)
        began, used = time.perf_counter(), time.process_time()
        await runner.run(AGENT, Task(key="timed", prompt="go"), [TOOL], Limits(), ignore)
        return (time.perf_counter() - began) / turns, (time.process_time() - used) / turns


def ignore(_: Step) -> None:
    """Let a step pass."""


async def long_run(folder: Path, calls: int) -> float:
    """Make so many tool calls, tell each, and return the longest that the telling took."""
    append = appender(folder)
    progress = LiveProgress(Console(file=StringIO(), force_terminal=True, width=100))
    longest = [0.0]

    def tell(step: Step) -> None:
        began = time.perf_counter()
        event = OrderStep(order=step.key, text=step.text)
        append(PurePosixPath(EVENTS), event_line(event, datetime.now(UTC)))
        progress(event)
        longest[0] = max(longest[0], time.perf_counter() - began)

    with progress:
        async with open_runner(folder, scripted={"offline": Endless(TURNS)}) as runner:
            for number in range(calls // TURNS):
                task = Task(key=f"order-{number % 8}-{number}", prompt=f"go {number}")
                await runner.run(AGENT, task, [TOOL], Limits(), tell)
                if number == 0:
                    print(f"memory after {TURNS} calls: {memory():.0f} MB", flush=True)
    return longest[0]


def shown(seconds: tuple[float, float]) -> str:
    """Write a time, and how much of it was work of this process."""
    return f"{seconds[0] * 1000:.1f} ms, {seconds[1] * 1000:.1f} ms of processor"


def memory() -> float:
    """Return the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=50)
    parser.add_argument("--calls", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sdd-turns-") as name:
        folder = Path(name)
        without = asyncio.run(seconds_per_turn(None, asked.turns))
        durable = asyncio.run(seconds_per_turn(folder / "short", asked.turns))
        more = (durable[0] - without[0], durable[1] - without[1])
        print(f"a turn without a journal: {shown(without)}")
        print(f"a turn with a journal:    {shown(durable)}")
        print(f"what the journal costs:   {shown(more)} (asked: at most 10)")
        long = folder / "long"
        long.mkdir()
        longest = asyncio.run(long_run(long, asked.calls))
        print(f"memory after {asked.calls} calls: {memory():.0f} MB")
        began = time.perf_counter()
        open_replay(long / "journal.db", "long")
        size = (long / "journal.db").stat().st_size / 1e6
        print(f"journal: {size:.0f} MB, read in {time.perf_counter() - began:.1f} s")
        began = time.perf_counter()
        lines = sum(1 for _ in follow(long / EVENTS, lambda: True))
        size = (long / EVENTS).stat().st_size / 1e6
        print(f"events: {lines} lines, {size:.1f} MB, read in {time.perf_counter() - began:.2f} s")
        print(f"longest that an event was kept waiting: {longest * 1000:.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
