from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from fakes import MemoryFiles

from sdd.agents.conversation import (
    AssistantMessage,
    Message,
    SystemMessage,
    Tool,
    ToolCall,
    ToolError,
    ToolResult,
    UserMessage,
)
from sdd.agents.definition import AgentDefinition
from sdd.workflow.briefing import order_prompt
from sdd.workflow.offline.compiler import Compiled, CompiledFile
from sdd.workflow.offline.model import NEEDED_TOOLS, OfflineModel
from sdd.workflow.offline.order import Order
from sdd.workflow.overlay import Overlay
from sdd.workflow.tools import Services, make_tools
from tests.workflow.test_plan import briefing, plan_of

SPEC = "specs/api/rest-endpoints.md"
MODEL_FILE = "backend/app/models/task.py"
STALE = "backend/app/models/old.py"


@dataclass
class UpperCaser:
    """A compiler for tests: the model file is the spec in capitals."""

    seen: list[Mapping[str, str]] = field(default_factory=list)

    def compile(
        self, order: Order, texts: Mapping[str, str], history: Mapping[str, str]
    ) -> Compiled:
        """Compile nothing but one file."""
        self.seen.append({**texts, **history})
        if SPEC not in texts:
            return Compiled(files={}, unsupported=("There is no contract.",))
        content = texts[SPEC].upper()
        files = {MODEL_FILE: CompiledFile(content=content, purpose="shouts")}
        return Compiled(
            files={path: file for path, file in files.items() if order.owns(path)},
            assumed=("`Task`: table = tasks",),
            unsupported=(f"Reminders ({SPEC}:3)",),
        )


def converse(
    overlay: Overlay,
    prompts: list[str],
    granted: tuple[str, ...] | None = None,
    owned: frozenset[PurePosixPath] = frozenset(),
    compiler: UpperCaser | None = None,
) -> list[Message]:
    """Let the model talk with real tools until it has answered each prompt."""
    plan = plan_of()
    services = Services(run_tests=lambda *_: "", audit=lambda *_: "", ask=lambda *_: None)
    definition = AgentDefinition(name="a", description="", prompt="", path="", tools=granted)
    tools = make_tools(definition, plan.order("models"), overlay, owned, services)
    model = OfflineModel(compiler=compiler or UpperCaser())  # type: ignore[arg-type]
    messages: list[Message] = [SystemMessage(text="")]
    for prompt in prompts:
        messages.append(UserMessage(text=prompt))
        while True:
            answer = model.respond(messages, tools)
            messages.append(answer)
            if not answer.calls:
                break
            messages += [
                perform(tools, call.name, call.arguments, call.id) for call in answer.calls
            ]
    return messages


def perform(
    tools: tuple[Tool, ...], name: str, arguments: Mapping[str, object], call_id: str
) -> ToolResult:
    """Use one tool as a runner does."""
    tool = next(tool for tool in tools if tool.name == name)
    try:
        return ToolResult(call_id=call_id, name=name, text=tool.call(arguments))
    except ToolError as error:
        return ToolResult(call_id=call_id, name=name, text=str(error), failed=True)


def prompt(*left_over: str) -> str:
    """Return the order on models."""
    plan = plan_of()
    return order_prompt(
        plan.order("models"), plan, briefing(left_over=[PurePosixPath(path) for path in left_over])
    )


def calls(messages: list[Message]) -> list[tuple[str, str]]:
    """Return the tools used and the paths named."""
    return [
        (call.name, str(call.arguments.get("path", call.arguments.get("under", ""))))
        for message in messages
        if isinstance(message, AssistantMessage)
        for call in message.calls
    ]


def test_it_lists_reads_compiles_and_writes() -> None:
    """A new file is written from what read_file returned, and the summary names it."""
    overlay = Overlay(MemoryFiles({SPEC: "tasks\n"}))

    messages = converse(overlay, [prompt()])

    assert calls(messages) == [
        ("list_files", "backend"),
        ("read_file", SPEC),
        ("write_file", MODEL_FILE),
    ]
    assert overlay.read(PurePosixPath(MODEL_FILE)) == b"TASKS\n"
    summary = messages[-1]
    assert isinstance(summary, AssistantMessage)
    for part in (MODEL_FILE, "shouts", "`Task`: table = tasks", f"Reminders ({SPEC}:3)"):
        assert part in summary.text


def test_migrations_are_read_before_anything_is_compiled() -> None:
    """What is appended follows what there is, and the model knows it from read_file alone."""
    first = "backend/alembic/versions/0001_create_tables.py"
    overlay = Overlay(MemoryFiles({SPEC: "tasks\n", first: "revision = 'a'\n"}))
    compiler = UpperCaser()

    messages = converse(overlay, [prompt()], compiler=compiler)

    assert ("read_file", first) in calls(messages)
    assert compiler.seen
    assert all(first in seen for seen in compiler.seen)


def test_a_migration_of_this_conversation_is_no_history() -> None:
    """What it wrote itself and has to mend is compiled anew, not taken for what stood there."""
    own = "backend/alembic/versions/0001_create_tables.py"
    overlay = Overlay(MemoryFiles({SPEC: "tasks\n"}))
    messages = converse(overlay, [prompt()])
    writing = ToolCall(id="w", name="write_file", arguments={"path": own, "content": "import x\n"})
    messages += [
        AssistantMessage(calls=(writing,)),
        ToolResult(call_id="w", name="write_file", text="Wrote it."),
        UserMessage(text="# Diagnostics"),
        AssistantMessage(calls=(ToolCall(id="l", name="list_files", arguments={}),)),
        ToolResult(call_id="l", name="list_files", text=f"{MODEL_FILE}\n{own}"),
    ]
    compiler = UpperCaser()

    OfflineModel(compiler=compiler).respond(  # type: ignore[arg-type]
        messages,
        [Tool(name=name, description="", parameters={}, call=str) for name in NEEDED_TOOLS],
    )

    assert compiler.seen
    assert not any(own in seen for seen in compiler.seen)


def test_another_message_gives_other_code() -> None:
    """What is written follows from the text that a tool returned, and from nothing else."""
    overlay = Overlay(MemoryFiles({SPEC: "tasks\n"}))
    messages = converse(overlay, [prompt()])
    index = next(
        number
        for number, message in enumerate(messages)
        if isinstance(message, ToolResult) and message.name == "read_file"
    )
    swapped = messages[: index + 1]
    result = swapped[index]
    assert isinstance(result, ToolResult)
    text = result.text.replace("tasks", "notes")
    swapped[index] = ToolResult(call_id=result.call_id, name=result.name, text=text)

    tools = make_tools(
        AgentDefinition(name="a", description="", prompt="", path=""),
        plan_of().order("models"),
        overlay,
        frozenset(),
        Services(run_tests=lambda *_: "", audit=lambda *_: "", ask=lambda *_: None),
    )
    answer = OfflineModel(compiler=UpperCaser()).respond(swapped, tools)  # type: ignore[arg-type]

    assert answer.calls[0].arguments["content"] == "NOTES\n"


def test_a_file_that_is_right_is_not_written_again() -> None:
    """It is read, found equal, and left alone."""
    overlay = Overlay(MemoryFiles({SPEC: "tasks\n", MODEL_FILE: "TASKS\n"}))

    messages = converse(overlay, [prompt()])

    assert calls(messages)[-1] == ("read_file", MODEL_FILE)
    assert overlay.writes() == {}


def test_long_documents_are_read_to_their_end() -> None:
    """Pages are joined without loss."""
    text = "".join(f"line {number}\n" for number in range(4_500))
    overlay = Overlay(MemoryFiles({SPEC: text}))

    converse(overlay, [prompt()])

    assert overlay.read(PurePosixPath(MODEL_FILE)) == text.upper().encode()


def test_a_stale_file_of_a_run_is_deleted() -> None:
    """What an earlier run wrote and no document asks for goes; other files stay."""
    overlay = Overlay(MemoryFiles({SPEC: "tasks\n", STALE: "old", "backend/app/models/x.py": ""}))

    converse(overlay, [prompt(STALE)], owned=frozenset({PurePosixPath(STALE)}))

    assert overlay.read(PurePosixPath(STALE)) is None
    assert overlay.read(PurePosixPath("backend/app/models/x.py")) == b""


def test_diagnostics_are_answered_by_mending() -> None:
    """What stands there now is read again, and put right where it differs."""
    overlay = Overlay(MemoryFiles({SPEC: "tasks\n"}))
    messages = converse(overlay, [prompt()])
    overlay.commit({PurePosixPath(MODEL_FILE): b"broken"})

    tools = make_tools(
        AgentDefinition(name="a", description="", prompt="", path=""),
        plan_of().order("models"),
        overlay,
        frozenset(),
        Services(run_tests=lambda *_: "", audit=lambda *_: "", ask=lambda *_: None),
    )
    model = OfflineModel(compiler=UpperCaser())  # type: ignore[arg-type]
    messages.append(UserMessage(text=f"# Diagnostics\n\n1. `unscoped-read` at `{MODEL_FILE}:3`: x"))
    used: list[str] = []
    while (answer := model.respond(messages, tools)).calls:
        messages.append(answer)
        used += [call.name for call in answer.calls]
        messages += [perform(tools, call.name, call.arguments, call.id) for call in answer.calls]

    assert used == ["list_files", "read_file", "write_file"]
    assert overlay.read(PurePosixPath(MODEL_FILE)) == b"TASKS\n"
    assert "1 diagnostic." in answer.text


def test_what_it_cannot_mend_it_says() -> None:
    """When its files are as the documents ask, it names the diagnostics and gives up."""
    overlay = Overlay(MemoryFiles({SPEC: "tasks\n"}))
    diagnostics = f"# Diagnostics\n\n1. `unscoped-read` at `{MODEL_FILE}:3`: no owner"

    messages = converse(overlay, [prompt(), diagnostics])

    last = messages[-1]
    assert isinstance(last, AssistantMessage)
    assert f"I cannot mend `unscoped-read` at `{MODEL_FILE}:3`" in last.text


def test_a_missing_document_is_told_and_nothing_is_deleted() -> None:
    """Without its contract it writes nothing, deletes nothing, and says why."""
    overlay = Overlay(MemoryFiles({STALE: "old"}))

    messages = converse(overlay, [prompt(STALE)], owned=frozenset({PurePosixPath(STALE)}))

    last = messages[-1]
    assert isinstance(last, AssistantMessage)
    assert "could not be read" in last.text
    assert overlay.writes() == {}


def test_without_its_tools_it_says_so() -> None:
    """A definition that grants no writing gets an honest answer."""
    messages = converse(Overlay(MemoryFiles({SPEC: "x"})), [prompt()], granted=("read_file",))

    last = messages[-1]
    assert isinstance(last, AssistantMessage)
    assert "does not grant list_files, write_file" in last.text


def test_prose_is_no_order() -> None:
    """It does not pretend to understand what it is told in prose."""
    answer = OfflineModel().respond([UserMessage(text="Write a backend, please.")], ())

    assert answer.calls == ()
    assert "written form" in answer.text


def test_the_same_messages_give_the_same_answer() -> None:
    """It is a pure function of the conversation."""
    overlay = Overlay(MemoryFiles({SPEC: "tasks\n"}))
    messages = converse(overlay, [prompt()])
    again = converse(Overlay(MemoryFiles({SPEC: "tasks\n"})), [prompt()])

    assert messages == again
