"""Human as a tool: what only a person can decide is asked, answered from a file, or reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sdd.changes import digest
from sdd.diagnostics import Diagnostic, Severity
from sdd.ir import Question
from sdd.workflow.request import Ask

_AGENTS = "agent-"


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


def unused_answers(
    questions: Sequence[Question], answers: Mapping[str, str]
) -> tuple[Diagnostic, ...]:
    """Warn about answers that belong to no question of the specs; those to agents are none."""
    known = {question.id for question in questions}
    unused = (key for key in sorted(answers) if key not in known and not is_agents(key))
    return tuple(
        Diagnostic(
            rule="unused-answer",
            severity=Severity.WARNING,
            message=f"No question is called {key}; its answer was not used.",
            hint=f"Open questions: {', '.join(sorted(known)) or 'none'}.",
            subject=key,
        )
        for key in unused
    )


def how_to_answer(questions: Sequence[Question]) -> str:
    """Say how open questions are answered without a terminal."""
    return (
        f'Put the answer into a file ({questions[0].id} = "…") and give it with --answers: '
        "the run goes on from there."
    )


def agents_question_id(text: str) -> str:
    """Return the id of a question that an agent asked; the same words have the same id."""
    return f"{_AGENTS}{digest(text.encode())[:10]}"


def is_agents(question_id: str) -> bool:
    """Tell whether a question was asked by an agent and not by the specs."""
    return question_id.startswith(_AGENTS)
