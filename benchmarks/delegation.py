"""Measures what sending work to agents costs, against a Messages API of ours on loopback.

Usage: python benchmarks/delegation.py [--agents N] [--turns N] [--seconds N] [--rounds N]

1. So many agents at once, each with so many turns, and a model that takes so long for each: the
   wall clock beside the critical path, which is what a single agent must wait for its model. The
   model answers from a process of its own.
2. The sample specs, implemented by a model behind the API: what is sent, beside the same requests
   with every document of `specs/` in each of them; and what of it is new to the server's cache.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from adversary.trial import Arena
from fakes import MemoryFiles
from messages_api import Brain, Reply, Request, messages_api

from sdd.adapters.pydantic_runner import open_runner
from sdd.agents.conversation import Tool
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits, Task

ROOT = Path(__file__).parents[1]
_AGENT = AgentDefinition(
    name="porter", description="", prompt="You carry.", path="", model="sonnet"
)
_TOOL = Tool(
    name="carry",
    description="Carries a bag.",
    parameters={"type": "object", "properties": {"bag": {"type": "string"}}},
    call=lambda _: "carried",
)


def working(turns: int, seconds: float) -> Brain:
    """Return a model that calls a tool in each turn but the last."""

    def brain(request: Request) -> Reply:
        said = sum(message["role"] == "assistant" for message in request["messages"])
        if said + 1 >= turns:
            return Reply(text="Done.", delay=seconds)
        return Reply(calls=[("carry", {"bag": str(said)})], delay=seconds)

    return brain


async def at_once(agents: int, url: str, folder: Path) -> tuple[float, float]:
    """Let agents work side by side on one journal; returns seconds, and those of our thread."""
    environment = {"ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": url}
    async with open_runner(folder, scripted={}, environment=environment) as runner:
        began, worked = time.perf_counter(), time.thread_time()
        await asyncio.gather(
            *(
                runner.run(
                    _AGENT,
                    Task(key=f"order-{number}", prompt=f"Carry {number}."),
                    [_TOOL],
                    Limits(),
                    lambda _: None,
                )
                for number in range(agents)
            )
        )
        return time.perf_counter() - began, time.thread_time() - worked


def serve(turns: int, seconds: float, line: Connection) -> None:
    """Serve a model to another process: says where, and at the end how often it was asked."""
    with messages_api(brain=working(turns, seconds)) as api:
        line.send(api.url)
        line.recv()
        line.send(len(api.requests))


@contextmanager
def served(turns: int, seconds: float, asked: int) -> Iterator[str]:
    """Yield where a model answers, in a process of its own as a provider's server is."""
    ours, theirs = Pipe()
    server = get_context("spawn").Process(target=serve, args=(turns, seconds, theirs))
    server.start()
    try:
        yield ours.recv()
        ours.send("enough")
        assert ours.recv() == asked
    finally:
        server.terminate()
        server.join()


def side_by_side(agents: int, turns: int, seconds: float, rounds: int) -> None:
    """Print the wall clock of the quietest round beside the critical path."""
    with served(turns, 0.0, turns) as url, tempfile.TemporaryDirectory() as folder:
        asyncio.run(at_once(1, url, Path(folder)))  # imports are no part of the measure
    measured = []
    for _ in range(rounds):
        where = served(turns, seconds, agents * turns)
        with where as url, tempfile.TemporaryDirectory() as place:
            measured.append(asyncio.run(at_once(agents, url, Path(place))))
    taken = min(wall for wall, _ in measured)
    path = turns * seconds
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{agents} agents, {turns} turns of {seconds:g} s each, with a journal on disk:")
    print(f"  critical path  {path:6.2f} s")
    print(f"  wall clock     {taken:6.2f} s  ({taken / path - 1:+.1%}, load {load:.1f})")
    least = min(work for _, work in measured)
    each = least / agents / turns * 1000
    print(f"  work of ours   {least:6.2f} s of the processor ({each:.1f} ms a turn)")
    print(f"  one by one     {agents * path:6.2f} s")


def sample() -> dict[str, str]:
    """Return the sample project: specs, agents and guidelines."""
    folders = [ROOT / "specs", ROOT / "agents", ROOT / ".specify"]
    files = [path for folder in folders for path in folder.rglob("*.md")]
    files.append(ROOT / "backend" / "CLAUDE.md")
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in files}


def sent(requests: Sequence[Request]) -> tuple[int, int]:
    """Return the bytes that were sent, and those that no earlier request began with."""
    texts = [_plain(request) for request in requests]
    total = sum(map(len, texts))
    fresh, before = 0, [""]
    for text in texts:
        shared = max(len(os.path.commonprefix([text, other])) for other in before)  # noqa: RUF071 - characters are meant
        fresh += len(text) - shared
        before.append(text)
    return total, fresh


def _plain(request: Request) -> str:
    """Write a request as the model reads it: tools, instructions, messages, without cache marks."""
    whole = {name: request.get(name) for name in ("tools", "system", "messages")}
    return json.dumps(whole, ensure_ascii=False).replace(
        ', "cache_control": {"type": "ephemeral"}', ""
    )


def shown(request: Request, documents: Mapping[str, str]) -> int:
    """Return how much of the documents a request holds."""
    blocks = [
        block
        for message in request["messages"]
        if not isinstance(message["content"], str)
        for block in message["content"]
        if block["type"] == "tool_result"
    ]
    texts = [block["content"] for block in blocks if isinstance(block["content"], str)]
    texts += [
        part["text"]
        for block in blocks
        if block["content"] not in texts
        for part in block["content"]
    ]
    heads = (text.partition("\n") for text in texts)
    return sum(
        _written(body) for head, _, body in heads if head.partition(", lines ")[0] in documents
    )


def _written(text: str) -> int:
    """Return the length of a text as it stands in a request."""
    return len(json.dumps(text, ensure_ascii=False)) - len('""')


def tokens() -> None:
    """Print what the sample run sends, beside everything to everyone."""
    files = sample()
    arena = Arena()
    try:
        report, texts = arena.serve("task-crud", MemoryFiles(files))
    finally:
        arena.processes.close()
    requests = [json.loads(text) for text in texts]
    total, fresh = sent(requests)
    print(f"\nThe sample run behind the API ({report.answer}), {len(requests)} requests:")
    print(f"  sent                             {total // 4:9,} tokens, four bytes each")
    print(f"  of these new to the cache        {fresh // 4:9,} tokens")
    specs = {path: text for path, text in files.items() if path.startswith("specs/")}
    everyones = [path for path in files if path.endswith(("constitution.md", "CLAUDE.md"))]
    said = {**specs, **{path: files[path] for path in everyones}}
    for what, documents in (("specs/ to every agent", specs), ("and guidelines, MUSTs", said)):
        whole = sum(map(_written, documents.values()))
        everything = sum(len(_plain(item)) + whole - shown(item, documents) for item in requests)
        print(
            f"  {what:22}           {everything // 4:9,} tokens "
            f"(sent {total / everything:.1%}, new {fresh / everything:.1%})"
        )


def main() -> int:
    """Measure both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--agents", type=int, default=8)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    side_by_side(arguments.agents, arguments.turns, arguments.seconds, arguments.rounds)
    tokens()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
