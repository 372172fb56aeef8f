"""Stand-ins for the outside world, shared by all tests: fakes that behave, not mocks that record.

Import them with `from fakes import MemoryFiles` (`tests/` is on pytest's path).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from sdd.agents.budget import Cost
from sdd.agents.conversation import (
    AssistantMessage,
    DeterministicModel,
    HumanNeeded,
    Message,
    SystemMessage,
    Tool,
    ToolCall,
    ToolError,
    ToolResult,
    UserMessage,
)
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Ending, Limits, Outcome, Step, Task, Usage
from sdd.errors import WorkspaceError
from sdd.ports import Completed


class MemoryFiles:
    """Files in memory: `MemoryFiles({"a/b.md": "text"})`.

    `texts()` shows the tree as strings for an assertion, `commits` what was written and when.
    A path in `unwritable` or `unreadable` raises WorkspaceError, before anything changes.
    """

    def __init__(
        self,
        texts: Mapping[str, str | bytes] | None = None,
        *,
        unreadable: Sequence[str] = (),
        unwritable: Sequence[str] = (),
    ) -> None:
        self._data = {
            PurePosixPath(path): text.encode() if isinstance(text, str) else text
            for path, text in (texts or {}).items()
        }
        self.unreadable = {PurePosixPath(path) for path in unreadable}
        self.unwritable = {PurePosixPath(path) for path in unwritable}
        self.commits: list[dict[PurePosixPath, bytes | None]] = []

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes, or None when there is no such file."""
        if path in self.unreadable:
            raise WorkspaceError(f"{path} cannot be read: permission denied.")
        return self._data.get(path)

    def paths(self, under: PurePosixPath = PurePosixPath()) -> Sequence[PurePosixPath]:
        """Return every path below `under`, sorted."""
        return sorted(path for path in self._data if path.is_relative_to(under))

    def commit(self, writes: Mapping[PurePosixPath, bytes | None]) -> None:
        """Write all, or raise WorkspaceError and write nothing."""
        for path in writes:
            if path in self.unwritable:
                raise WorkspaceError(f"{path} cannot be written: permission denied.")
            if path.is_absolute() or ".." in path.parts:
                raise WorkspaceError(f"{path} lies outside the project.")
        self.commits.append(dict(writes))
        for path, data in writes.items():
            if data is None:
                self._data.pop(path, None)
            else:
                self._data[path] = data

    def text(self, path: str) -> str:
        """Return one file's text; KeyError when it does not exist."""
        return self._data[PurePosixPath(path)].decode()

    def texts(self) -> dict[str, str]:
        """Return the whole tree as path → text."""
        return {str(path): data.decode() for path, data in sorted(self._data.items())}


class FixedClock:
    """A clock that stands still until `advance` is called; each `monotonic()` may `tick`."""

    def __init__(
        self, moment: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), tick: float = 0.0
    ) -> None:
        self.moment = moment
        self.seconds = 1000.0
        self.tick = tick

    def now(self) -> datetime:
        """Return the moment at which the clock stands."""
        return self.moment

    def monotonic(self) -> float:
        """Return the clock's seconds, then move on by `tick`."""
        seconds = self.seconds
        self.seconds += self.tick
        return seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds)
        self.seconds += seconds


Respond = Callable[[Sequence[Message], Sequence[Tool]], AssistantMessage]


def call(name: str, /, id: str = "", **arguments: object) -> AssistantMessage:  # noqa: A002
    """Return an assistant's message with one tool call."""
    return AssistantMessage(calls=(ToolCall(id=id or name, name=name, arguments=arguments),))


def say(text: str) -> AssistantMessage:
    """Return an assistant's message without calls: its turn is over."""
    return AssistantMessage(text=text)


class ScriptedModel:
    """A DeterministicModel that plays its answers one after the other.

    Which answer comes next follows from the number of assistant messages so far, so it is a pure
    function as the protocol demands; past the last answer it says "done". An answer may itself be
    a function of the messages and tools. `seen` holds the messages of every call.
    """

    def __init__(self, *answers: AssistantMessage | Respond, name: str = "scripted") -> None:
        self._answers = answers
        self._name = name
        self.seen: list[tuple[Message, ...]] = []

    @property
    def name(self) -> str:
        """Return what the report calls it."""
        return self._name

    def respond(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
        """Return the answer that is due."""
        self.seen.append(tuple(messages))
        turn = sum(isinstance(message, AssistantMessage) for message in messages)
        if turn >= len(self._answers):
            return say("done")
        answer = self._answers[turn]
        return answer(messages, tools) if callable(answer) else answer


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedProcess:
    """One call of ScriptedProcesses.run."""

    command: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]
    timeout: float
    stdin: str | None = None


class ScriptedProcesses:
    """Processes that start nothing: the first script whose words all stand in the command answers.

    `ScriptedProcesses({"pytest": completed(stdout="3 passed"), "git status": completed()})`.
    `started` lists what was asked; a command without a script raises WorkspaceError.
    """

    def __init__(self, scripts: Mapping[str, Completed] | None = None) -> None:
        self._scripts = dict(scripts or {})
        self.started: list[StartedProcess] = []

    def run(
        self,
        command: Sequence[str],
        *,
        folder: str,
        environment: Mapping[str, str],
        timeout: float,
        stdin: str | None = None,
    ) -> Completed:
        """Return the scripted completion for the command."""
        self.started.append(
            StartedProcess(
                command=tuple(command),
                folder=folder,
                environment=dict(environment),
                timeout=timeout,
                stdin=stdin,
            )
        )
        words = {part.rsplit("/", 1)[-1] for part in command} | set(command)
        for script, answer in self._scripts.items():
            if set(script.split()) <= words:
                return answer
        raise WorkspaceError(f"{command[0]} cannot be started: no such program.")


def completed(
    stdout: str = "", stderr: str = "", *, status: int = 0, timed_out: bool = False
) -> Completed:
    """Return how a child process ended."""
    return Completed(status=status, stdout=stdout, stderr=stderr, seconds=0.01, timed_out=timed_out)


@dataclass
class FakeRunner:
    """An AgentRunner that loops over a DeterministicModel in a few lines, without any framework.

    Tools are called in order; ToolError, unknown tools and missing required arguments are told to
    the model; the request and tool-call limits end the turn. `tasks` lists what was asked of whom.
    Give `models` by agent name where agents differ, `seats` by the name of the model asked for;
    `model` serves the rest.
    """

    model: DeterministicModel = field(default_factory=ScriptedModel)
    models: Mapping[str, DeterministicModel] = field(default_factory=dict)
    seats: Mapping[str, DeterministicModel] = field(default_factory=dict)
    tasks: list[tuple[str, Task]] = field(default_factory=list)

    async def recall(self, _: str, make: Callable[[], Awaitable[str]]) -> str:
        """Remember nothing."""
        return await make()

    async def run(
        self,
        definition: AgentDefinition,
        task: Task,
        tools: Sequence[Tool],
        limits: Limits,
        on_step: Callable[[Step], None],
    ) -> Outcome:
        """Let the scripted model work to its ending."""
        self.tasks.append((definition.name, task))
        model = self.models.get(definition.name, self.model)
        model = self.seats.get(task.model or "", model)
        messages: list[Message] = list(task.history) or [SystemMessage(text=definition.prompt)]
        messages.append(UserMessage(text=task.prompt))
        usage = Usage()
        while limits.requests is None or usage.requests < limits.requests:
            await asyncio.sleep(0)
            if any(account.lacks(Cost()) for account in task.accounts):
                break
            for account in task.accounts:
                account.usage += Usage(requests=1)
            answer = model.respond(tuple(messages), tools)
            usage += Usage(requests=1, tool_calls=len(answer.calls))
            messages.append(answer)
            if not answer.calls:
                return Outcome(
                    ending=Ending.SUBMITTED,
                    text=answer.text,
                    messages=tuple(messages),
                    usage=usage,
                )
            if limits.tool_calls is not None and usage.tool_calls > limits.tool_calls:
                break
            for tool_call in answer.calls:
                on_step(Step(key=task.key, text=tool_call.name))
                try:
                    messages.append(await _perform(tool_call, tools))
                except HumanNeeded as needed:
                    return Outcome(
                        ending=Ending.WAITING,
                        text="",
                        messages=tuple(messages),
                        usage=usage,
                        reason=str(needed),
                    )
        return Outcome(
            ending=Ending.LIMIT,
            text="",
            messages=tuple(messages),
            usage=usage,
            reason="a limit was reached",
        )


async def _perform(tool_call: ToolCall, tools: Sequence[Tool]) -> ToolResult:
    tool = next((tool for tool in tools if tool.name == tool_call.name), None)
    if tool is None:
        return _result(tool_call, f"Unknown tool: {tool_call.name}", failed=True)
    missing = set(tool.parameters.get("required", ())) - set(tool_call.arguments)
    if missing:
        return _result(tool_call, f"Missing arguments: {', '.join(sorted(missing))}", failed=True)
    try:
        begun = tool.call(tool_call.arguments)
        answer = begun if isinstance(begun, str) else await begun
        return _result(tool_call, answer, failed=False)
    except ToolError as error:
        return _result(tool_call, str(error), failed=True)


def _result(tool_call: ToolCall, text: str, *, failed: bool) -> ToolResult:
    return ToolResult(call_id=tool_call.id, name=tool_call.name, text=text, failed=failed)
