from pathlib import PurePosixPath

from fakes import MemoryFiles, ScriptedModel, call

from sdd.agents.conversation import ToolResult
from sdd.errors import ExitCode
from sdd.workflow.manifest import load_manifest
from tests.workflow.harness import PROJECT, Rig

OPEN = "# Feature\n\n- **FR-001**: Bookmarks expire after [NEEDS CLARIFICATION: how many days?]\n"


WITH_QUESTION = {**PROJECT, "specs/001-bookmarks/spec.md": OPEN}


def test_an_open_question_ends_3_when_nobody_may_be_asked() -> None:
    """It says what it needs, id, text and place, and how the answer gets there."""
    rig = Rig(files=MemoryFiles(WITH_QUESTION), answer="never asked")

    report = rig.start(no_input=True)

    assert report.exit_code is ExitCode.NEEDS_HUMAN
    assert rig.asked == []
    assert [str(question.places[0]) for question in report.questions] == [
        "specs/001-bookmarks/spec.md:3"
    ]
    assert f'({report.questions[0].id} = "…") and give it with --answers' in report.answer


def test_a_human_is_asked_and_the_answer_is_recorded() -> None:
    """Agents hear it, and the record keeps it."""
    rig = Rig(files=MemoryFiles(WITH_QUESTION), answer="thirty days")

    report = rig.start()

    assert report.landed
    assert len(rig.asked) == 1
    assert "thirty days" in rig.fake_runner.tasks[0][1].prompt
    assert report.record is not None
    assert "thirty days" in rig.files.text(report.record)


def test_a_document_that_cannot_be_read_is_a_question() -> None:
    """An error in the specs is not passed over; a human may say to go on without it."""
    binary = {**PROJECT, "specs/features/authentication.md": b"\x00\x01\x02"}
    rig = Rig(files=MemoryFiles(binary))

    report = rig.start(no_input=True)
    question = report.questions[0]
    landed = rig.start(no_input=True, answers={question.id: "go on"})

    assert report.exit_code is ExitCode.NEEDS_HUMAN
    assert str(question.places[0]).startswith("specs/features/authentication.md")
    assert landed.landed


def test_an_answers_file_answers() -> None:
    """Nobody is asked what was answered before."""
    rig = Rig(files=MemoryFiles(WITH_QUESTION))
    question = rig.start(no_input=True).questions[0]

    report = rig.start(no_input=True, answers={question.id: "thirty days"})

    assert report.landed
    assert report.questions == ()


def test_what_was_answered_once_holds_for_later_runs() -> None:
    """The backend stands on the answer, so it is kept beside it; a newer one replaces it."""
    rig = Rig(files=MemoryFiles(WITH_QUESTION))
    question = rig.start(no_input=True).questions[0]
    rig.start(no_input=True, answers={question.id: "thirty days"})

    again = rig.start(no_input=True)

    assert (again.exit_code, again.files) == (ExitCode.CLEAN, ())
    assert load_manifest(rig.files, PurePosixPath("backend")).answers == {
        question.id: "thirty days"
    }


def test_an_answer_to_no_question_is_told() -> None:
    """A slip in an answers file does not pass in silence."""
    report = Rig().start(answers={"no-such-question": "yes"})

    assert [item.subject for item in report.diagnostics if item.rule == "unused-answer"] == [
        "no-such-question"
    ]


def test_an_agents_question_waits_for_a_human_and_goes_on_when_answered() -> None:
    """Without a terminal the run ends 3 and names it; the same command with the answer goes on."""
    question = "May a bookmark be empty?"
    asks = ScriptedModel(call("ask_user", question=question, choices=["no", "yes"]))
    rig = Rig(model=asks)

    waiting = rig.start(no_input=True, model="sonnet")
    (asked,) = waiting.questions
    again = rig.start(no_input=True, model="sonnet", answers={asked.id: "no"})

    assert (waiting.exit_code, waiting.landed) == (ExitCode.NEEDS_HUMAN, False)
    assert (asked.text, asked.choices, asked.proposal) == (question, ("no", "yes"), "no")
    assert asked.id in waiting.answer
    assert (again.run_id, again.resumed) == (waiting.run_id, True)
    assert again.questions == ()
    results = [item for said in asks.seen for item in said if isinstance(item, ToolResult)]
    assert {result.text for result in results} == {"no"}
