"""Human as a tool: what only a person can decide is asked, answered from a file, or reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sdd.ir import Question
from sdd.workflow.request import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of the questions: answers by id, and what is still open."""

    answers: Mapping[str, str] = field(default_factory=dict)
    open: tuple[Question, ...] = ()


def settle_questions(
    questions: Sequence[Question], answers: Mapping[str, str], ask: Ask | None
) -> Answered:
    """Answer questions from what was given, then by asking; only blocking ones are asked.

    Args:
        questions: What the specs leave to a human.
        answers: Answers by question id, from a file or an earlier part of the run.
        ask: Asks the human; None when nobody may be asked.
    """
    known = {item.id: answers[item.id] for item in questions if answers.get(item.id)}
    still_open: list[Question] = []
    for question in questions:
        if question.id in known or not question.blocking:
            continue
        reply = ask(question) if ask is not None else None
        if reply:
            known[question.id] = reply
        else:
            still_open.append(question)
    return Answered(answers=known, open=tuple(still_open))


def unknown_answers(questions: Sequence[Question], answers: Mapping[str, str]) -> tuple[str, ...]:
    """Return ids in an answers file that belong to no question."""
    known = {question.id for question in questions}
    return tuple(sorted(set(answers) - known))
