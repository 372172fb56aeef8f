import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sdd.adapters.journal import Journal, NoJournal, open_journal, open_replay
from sdd.errors import ModelError, WorkspaceError


def _made(*answers: bytes) -> Callable[[], Awaitable[bytes]]:
    left = iter(answers)

    async def make() -> bytes:
        await asyncio.sleep(0)
        return next(left)

    return make


def _with_journal(folder: Path, use: Callable[[Journal], Awaitable[object]]) -> object:
    async def run() -> object:
        async with open_journal(folder / "journal.db") as journal:
            return await use(journal)

    return asyncio.run(run())


def _bytes_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir()]


def test_a_record_is_made_once(tmp_path: Path) -> None:
    """Within a process and across processes; another key or hash is another record."""

    async def use(journal: Journal) -> object:
        return [
            await journal.record("a/1", "h1", _made("ä".encode())),
            await journal.record("a/1", "h1", _made(b"never")),
            await journal.record("a/1", "h2", _made(b"other")),
            await journal.record("a/2", "h1", _made(b"third")),
        ]

    async def again(journal: Journal) -> object:
        return await journal.record("a/1", "h1", _made(b"never"))

    first = _with_journal(tmp_path, use)

    assert first == [
        ("ä".encode(), False),
        ("ä".encode(), True),
        (b"other", False),
        (b"third", False),
    ]
    assert _with_journal(tmp_path, again) == ("ä".encode(), True)


def test_a_failed_call_is_not_recorded(tmp_path: Path) -> None:
    """Neither an error nor a cancellation is what a resumed run would hear."""

    async def fail() -> bytes:
        raise ModelError("out of order")

    async def hang() -> bytes:
        await asyncio.sleep(60)
        return b""

    async def use(journal: Journal) -> object:
        with pytest.raises(ModelError, match="out of order"):
            await journal.record("a", "h", fail)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await journal.record("a", "h", hang)
        return await journal.record("a", "h", _made(b"at last"))

    assert _with_journal(tmp_path, use) == (b"at last", False)


def test_what_a_failure_says_never_reaches_the_journal(tmp_path: Path) -> None:
    """Not even its free pages: a server may quote a secret, and a stopped run is not sealed."""

    async def fail() -> bytes:
        raise ModelError("the key is open-sesame")

    async def use(journal: Journal) -> object:
        with pytest.raises(ModelError, match="open-sesame"):
            await journal.record("a", "h", fail)
        return _bytes_in(tmp_path)

    written = _with_journal(tmp_path, use)

    assert isinstance(written, list)
    assert written
    assert not any(b"open-sesame" in data for data in written)


def test_without_a_journal_everything_is_made() -> None:
    """For runs that nobody will resume."""
    make = _made(b"1", b"2")

    async def use() -> list[tuple[bytes, bool]]:
        journal = NoJournal()
        return [await journal.record("a", "h", make), await journal.record("a", "h", make)]

    assert asyncio.run(use()) == [(b"1", False), (b"2", False)]


def test_one_process_has_one_journal_open(tmp_path: Path) -> None:
    """The engine behind it is a singleton; a second one is refused, the first goes on."""

    async def use(journal: Journal) -> object:
        with pytest.raises(WorkspaceError, match="at work on a run already"):
            async with open_journal(tmp_path / "other.db"):
                pass
        return await journal.record("a", "h", _made(b"1"))

    assert _with_journal(tmp_path, use) == (b"1", False)


def test_a_broken_journal_is_one_sentence(tmp_path: Path) -> None:
    """What is no database is named, with what to do; so is a missing one to replay."""
    (tmp_path / "journal.db").write_bytes(b"nonsense" * 1000)

    async def use(journal: Journal) -> object:
        raise AssertionError(journal)

    with pytest.raises(WorkspaceError, match=r"journal\.db cannot be opened"):
        _with_journal(tmp_path, use)
    with pytest.raises(WorkspaceError, match="has no journal"):
        open_replay(tmp_path / "none.db", "r9")
    assert not (tmp_path / "none.db").exists()


def test_a_journal_can_be_read_with_any_tool(tmp_path: Path) -> None:
    """Answers stand in it as text."""

    async def use(journal: Journal) -> object:
        return await journal.record("order-0/1", "h", _made(b'{"kind":"answer"}'))

    _with_journal(tmp_path, use)

    connection = sqlite3.connect(tmp_path / "journal.db")
    text = "\n".join(connection.iterdump())
    connection.close()
    assert "order-0/1/h" in text
    assert '{\\"kind\\":\\"answer\\"}' in text


_CHILD = """
    import asyncio, os, signal, sys
    from pathlib import Path
    from sdd.adapters.pydantic_runner import open_runner
    from sdd.agents.conversation import AssistantMessage, Tool, ToolCall
    from sdd.agents.definition import AgentDefinition
    from sdd.agents.runner import Limits, Task

    folder, kill_in, kill_at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    calls, tools_run = folder / "calls", [0]

    def note(name):
        with calls.open("a") as file:
            file.write(name + "\\n")

    class Model:
        name = "counting"

        def respond(self, messages, tools):
            turn = sum(isinstance(item, AssistantMessage) for item in messages)
            who = messages[1].text
            note(f"{who}{turn}")
            if kill_in == "model" and who == "a" and turn == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            if turn == 4:
                return AssistantMessage(text=f"{who} done")
            return AssistantMessage(calls=(ToolCall(id=str(turn), name="work", arguments={}),))

    def work(arguments):
        tools_run[0] += 1
        if kill_in == "tool" and tools_run[0] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return "worked"

    agent = AgentDefinition(name="x", description="x", prompt="x", path="x.md")
    tool = Tool(name="work", description="", parameters={"type": "object"}, call=work)

    async def main():
        async with open_runner(folder, scripted={"offline": Model()}) as runner:
            turns = (
                runner.run(agent, Task(key=k, prompt=k), [tool], Limits(), lambda step: None)
                for k in "ab"
            )
            done = await asyncio.gather(*turns)
            print([(item.text, item.usage.requests, item.usage.replayed) for item in done])

    asyncio.run(main())
"""


def _child(folder: Path, kill_in: str, kill_at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(_CHILD)]
    return subprocess.run(
        [*command, str(folder), kill_in, str(kill_at)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.parametrize(
    "kill_at", [pytest.param(1, marks=pytest.mark.slow), 4, pytest.param(7, marks=pytest.mark.slow)]
)
def test_a_killed_run_repeats_no_finished_call(tmp_path: Path, kill_at: int) -> None:
    """Two agents, killed by SIGKILL while a tool runs: ten calls in all, as without the kill.

    Only what the other agent had under way at that moment may be asked again.
    """
    killed = _child(tmp_path, "tool", kill_at)
    begun = (tmp_path / "calls").read_text().split()
    resumed = _child(tmp_path, "none", 0)
    calls = (tmp_path / "calls").read_text().split()

    assert killed.returncode == -signal.SIGKILL
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stderr == ""
    assert set(calls) == {f"{who}{turn}" for who in "ab" for turn in range(5)}
    repeated = [name for name in set(calls) if calls.count(name) > 1]
    assert len(repeated) <= 1
    latest = {who: [name for name in begun if name.startswith(who)][-1:] for who in "ab"}
    assert set(repeated) <= {*latest["a"], *latest["b"]}


@pytest.mark.slow
def test_a_call_under_way_is_made_again_and_no_other(tmp_path: Path) -> None:
    """Killed inside a call, that call alone is made twice."""
    killed = _child(tmp_path, "model", 2)
    resumed = _child(tmp_path, "none", 0)
    calls = (tmp_path / "calls").read_text().split()

    assert killed.returncode == -signal.SIGKILL
    assert resumed.returncode == 0, resumed.stderr
    assert calls.count("a2") == 2
    repeated = {name for name in calls if calls.count(name) > 1}
    assert repeated <= {"a2", "b0", "b1", "b2"}
    assert sum(calls.count(name) > 1 for name in set(calls) if name.startswith("b")) <= 1


_FULL = """
    import asyncio, resource, signal, sys
    from pathlib import Path
    from sdd.adapters.journal import open_journal
    from sdd.errors import WorkspaceError

    async def make():
        return b"x" * 5000

    async def main():
        async with open_journal(Path(sys.argv[1])) as journal:
            await journal.record("a", "h", make)
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))
            for number in range(300):
                await journal.record(f"b{number}", "h", make)

    try:
        asyncio.run(main())
    except WorkspaceError as error:
        print(error.message)
"""


@pytest.mark.slow
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    """A journal that cannot grow ends the run; it neither hangs nor goes on unrecorded."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_FULL), str(tmp_path / "journal.db")],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.stdout.startswith("The run's journal cannot be written: ")
    assert done.stderr == ""
