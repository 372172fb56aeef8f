from sdd.ir import Question
from sdd.workflow.questions import (
    agents_question_id,
    settle_questions,
    unused_answers,
)

BLOCKING = Question(id="mode", text="Which?", choices=("a", "b"), proposal="a")
IDLE = Question(id="idle", text="By the way?", blocking=False)


def test_only_blocking_questions_are_asked() -> None:
    """What can wait does not hold anybody up."""
    asked: list[str] = []

    def ask(question: Question) -> str:
        asked.append(question.id)
        return "b"

    settled = settle_questions([BLOCKING, IDLE], {}, ask)

    assert asked == ["mode"]
    assert settled.answers == {"mode": "b"}
    assert settled.open == ()


def test_a_given_answer_is_not_asked_for_again() -> None:
    """Files and earlier parts of the run count."""
    settled = settle_questions([BLOCKING, IDLE], {"mode": "a", "idle": "yes"}, None)

    assert settled.answers == {"mode": "a", "idle": "yes"}


def test_without_an_answer_a_blocking_question_stays_open() -> None:
    """Nobody there, or no answer given: the run has to wait."""
    assert settle_questions([BLOCKING], {}, None).open == (BLOCKING,)
    assert settle_questions([BLOCKING], {"mode": ""}, lambda _: None).open == (BLOCKING,)


def test_answers_to_agents_are_not_called_unused() -> None:
    """Their questions are not in the specs."""
    answers = {agents_question_id("May I?"): "yes", "typo": "x"}

    assert [item.subject for item in unused_answers([BLOCKING], answers)] == ["typo"]
