from collections.abc import Sequence
from pathlib import PurePosixPath

import pytest
from fakes import FakeRunner, MemoryFiles, ScriptedModel, call

from sdd.agents.conversation import AssistantMessage, Message, Tool, UserMessage
from sdd.errors import ExitCode, ModelError
from tests.workflow.harness import CONTRACT, PROJECT, Rig

MODELS = ("offline", "sonnet")


REMINDERS = "backend/app/repositories/reminders.py"


REMIND = """
### POST /api/bookmarks/{bookmark_id}/remind

Sends an e-mail about the bookmark to the user, an hour from now.

**Response**: `202 Accepted`
"""


def with_prose() -> MemoryFiles:
    """Return a project with an endpoint that no compiler can build."""
    return MemoryFiles({**PROJECT, "specs/api/rest-endpoints.md": CONTRACT + REMIND})


def test_what_is_not_built_does_not_look_like_success() -> None:
    """The rest lands, the run ends 3 and says how much is missing and what to do; or is told so."""
    report = Rig(files=with_prose()).start()
    allowed = Rig(files=with_prose()).start(allow_partial=True)

    assert (report.exit_code, report.landed) == (ExitCode.NEEDS_HUMAN, True)
    assert "NOT complete: 1 of 4 stated endpoints" in report.answer
    assert "--model hybrid" in report.answer
    assert (allowed.exit_code, allowed.landed) == (ExitCode.CLEAN, True)


def test_a_run_that_can_build_nothing_ends_before_its_agents_work() -> None:
    """It ends 3, with the reasons, and not at gates that find nothing to ask."""
    rig = Rig(files=MemoryFiles({**PROJECT, "specs/api/rest-endpoints.md": f"# API\n{REMIND}"}))

    report = rig.start()

    assert (report.exit_code, report.landed) == (ExitCode.NEEDS_HUMAN, False)
    assert "None of 1 stated endpoint" in report.answer
    assert "'remind' names no column" in report.answer
    assert not report.orders


def test_in_a_hybrid_run_the_language_model_gets_only_what_does_not_compile() -> None:
    """Everything is compiled first; four orders then hear of one endpoint, and are paid apart."""
    rig = Rig(files=with_prose())
    runner = FakeRunner(model=ScriptedModel(), seats={"offline": rig.model})
    rig.runner = runner

    report = rig.start(model="hybrid:sonnet")

    asked = [(task.key, task.model) for _, task in runner.tasks[8:]]
    assert asked == [
        (f"{order}+prose-0", "sonnet") for order in ("repositories", "schemas", "routes", "tests")
    ]
    assert {task.model for _, task in runner.tasks[:8]} == {"offline"}
    assert "POST /api/bookmarks/{bookmark_id}/remind cannot be" in runner.tasks[8][1].prompt
    by_model = {model: sum(order.model == model for order in report.orders) for model in MODELS}
    assert by_model == {"offline": 8, "sonnet": 4}


def reminding(messages: Sequence[Message], _: Sequence[Tool]) -> AssistantMessage:
    """Add a file to the repositories, as a language model does."""
    asked = next(message.text for message in messages if isinstance(message, UserMessage))
    if "Work order `repositories`" not in asked:
        return AssistantMessage(text="Nothing to add.")
    content = '"""Reminders, an hour from now."""\n'
    return call("write_file", path=REMINDERS, content=content)


def hybrid(rig: Rig) -> FakeRunner:
    """Let a run be hybrid, and return what remembers its tasks."""
    runner = FakeRunner(model=ScriptedModel(reminding), seats={"offline": rig.model})
    rig.runner = runner
    return runner


def test_a_hybrid_run_on_what_it_landed_asks_nobody_and_changes_nothing() -> None:
    """What a language model added was paid for once, unless it is gone or asked for otherwise."""
    rig = Rig(files=with_prose())
    hybrid(rig)
    first = rig.start(model="hybrid:sonnet")
    landed = rig.files.texts()

    runner = hybrid(rig)
    second = rig.start(model="hybrid:sonnet")
    asked_again = {task.model for _, task in runner.tasks}
    stood = {path: text for path, text in rig.files.texts().items() if path.startswith("backend/")}
    rig.files.commit({PurePosixPath(REMINDERS): None})
    runner = hybrid(rig)
    third = rig.start(model="hybrid:sonnet")
    restored = [task.key for _, task in runner.tasks if task.model == "sonnet"]
    contract = PurePosixPath("specs/api/rest-endpoints.md")
    later = CONTRACT + REMIND.replace("an hour", "a day")
    rig.files.commit({contract: later.encode()})
    runner = hybrid(rig)
    rig.start(model="hybrid:sonnet")
    changed = [task.key for _, task in runner.tasks if task.model == "sonnet"]

    assert REMINDERS in landed
    assert (first.landed, second.landed, asked_again) == (True, False, {"offline"})
    assert second.answer.startswith("0 files changed")
    assert stood == {path: text for path, text in landed.items() if path.startswith("backend/")}
    assert (third.landed, restored) == (True, ["repositories+prose-0"])
    assert "repositories+prose-0" in changed


def test_a_compiler_alone_leaves_what_a_language_model_added() -> None:
    """Where it would have to be added anew the run ends 3 and says how to go on."""
    rig = Rig(files=with_prose())
    hybrid(rig)
    rig.start(model="hybrid:sonnet")
    landed = rig.backend()
    rig.runner = None

    again = rig.start()
    after = rig.backend()
    later = CONTRACT + REMIND.replace("an hour", "a day")
    rig.files.commit({PurePosixPath("specs/api/rest-endpoints.md"): later.encode()})
    with pytest.raises(ModelError, match="has added") as refused:
        rig.start()
    untouched = rig.backend()
    replaced = rig.start(overwrite=True, allow_partial=True)

    assert (again.exit_code, again.landed, after) == (ExitCode.CLEAN, False, landed)
    assert refused.value.exit_code is ExitCode.NEEDS_HUMAN
    assert "--model hybrid" in (refused.value.hint or "")
    assert untouched == landed
    assert (replaced.landed, REMINDERS in rig.backend()) == (True, False)


def test_without_prose_a_hybrid_run_asks_no_language_model() -> None:
    """What compiles costs nothing."""
    rig = Rig()
    runner = FakeRunner(model=ScriptedModel(), seats={"offline": rig.model})
    rig.runner = runner

    report = rig.start(model="hybrid")

    assert report.exit_code == ExitCode.CLEAN
    assert {task.model for _, task in runner.tasks} == {"offline"}
