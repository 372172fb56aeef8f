"""An agent that ticks tasks which nobody has done, inside a run that lands."""

from collections.abc import Sequence

import pytest
from fakes import MemoryFiles
from workflow.harness import COMPILER, PROJECT, Rig

from sdd.agents.conversation import AssistantMessage, Message, Tool, ToolCall, ToolResult
from sdd.workflow.offline.model import OfflineModel

LIST = "specs/001-bookmarks/tasks.md"
TASKS = """# Tasks

- [ ] T001 Assemble the application in backend/app/main.py
- [ ] T002 Count visits in backend/app/visits.py
- [ ] T003 Test that a visit counts in backend/tests/test_visits.py
- [ ] T004 Agree on the colours with the customer
- [X] T005 Send letters in backend/app/letters.py
"""
ALL_TICKED = TASKS.replace("[ ]", "[X]")
TRIES = (
    ("write_file", {"path": LIST, "content": ALL_TICKED}),
    ("edit_file", {"path": LIST, "old_text": "- [ ] T002", "new_text": "- [X] T002"}),
    ("write_file", {"path": f"backend/../{LIST}", "content": ALL_TICKED}),
    ("write_file", {"path": f"./{LIST}", "content": ALL_TICKED}),
    ("write_file", {"path": f"/{LIST}", "content": ALL_TICKED}),
    ("write_file", {"path": "backend/tasks.md", "content": ALL_TICKED}),
    ("write_file", {"path": "backend/.sdd-manifest.json", "content": '{"ticked": {}}'}),
)


class Liar:
    """Ticks every box in every way that it can think of, works, and says that all is done."""

    name = "liar"

    def __init__(self) -> None:
        self.honest = OfflineModel(compiler=COMPILER)
        self.told: list[ToolResult] = []

    def respond(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
        """Lie, then work."""
        answers = [item for item in messages if isinstance(item, AssistantMessage)]
        if not answers:
            calls = (
                ToolCall(id=f"lie-{number}", name=name, arguments=arguments)
                for number, (name, arguments) in enumerate(TRIES)
            )
            return AssistantMessage(calls=tuple(calls))
        lies = [
            item
            for item in messages
            if isinstance(item, ToolResult) and item.call_id.startswith("lie-")
        ]
        if len(answers) == 1:
            self.told += lies
        rest = [item for item in messages if item is not answers[0] and item not in lies]
        answer = self.honest.respond(rest, tools)
        said = f"{answer.text}\n\n- [X] T001\n- [X] T002\n- [X] T003\n- [X] T004 done, all green"
        return AssistantMessage(text=said, calls=answer.calls)


@pytest.fixture(scope="module")
def lied() -> tuple[Liar, Rig, MemoryFiles]:
    """Return what came of a run with a liar."""
    model, files = Liar(), MemoryFiles({**PROJECT, LIST: TASKS})
    rig = Rig(files=files, model=model)
    rig.report = rig.start()  # type: ignore[attr-defined]
    return model, rig, files


def test_what_was_not_done_stays_open(lied: tuple[Liar, Rig, MemoryFiles]) -> None:
    """Only the task whose file landed is ticked, whatever was written or said; no byte beside."""
    _, rig, files = lied

    assert rig.report.landed  # type: ignore[attr-defined]
    assert files.text(LIST) == TASKS.replace("[ ] T001", "[X] T001")


def test_every_try_is_refused_and_told_to_the_agent(lied: tuple[Liar, Rig, MemoryFiles]) -> None:
    """Each order tried each way; none succeeded, and no other list was left behind."""
    model, _, files = lied

    assert len(model.told) >= len(TRIES)
    assert all(item.failed for item in model.told)
    assert not [path for path in files.texts() if path.endswith("backend/tasks.md")]


def test_a_tick_that_stood_there_without_evidence_is_reported(
    lied: tuple[Liar, Rig, MemoryFiles],
) -> None:
    """It stays as it is, and the human reads of it."""
    _, rig, _ = lied
    report = rig.report  # type: ignore[attr-defined]

    told = [item for item in report.diagnostics if item.rule == "ticked-without-evidence"]
    assert len(told) == 1
    assert "T005" in told[0].message


def test_the_record_names_what_was_ticked_and_nothing_else(
    lied: tuple[Liar, Rig, MemoryFiles],
) -> None:
    """History says what the evidence says, not what the agent said."""
    _, rig, files = lied
    record = files.text(rig.report.record)  # type: ignore[attr-defined]

    assert "ticked T001;" in record
    assert "T002" not in record
