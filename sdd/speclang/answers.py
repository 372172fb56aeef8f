"""What a human answered, put where the question stands: from there on it is read like any spec."""

import re
from collections.abc import Mapping

from sdd.names import slug
from sdd.text import SourceText

CLARIFICATION = re.compile(r"\[NEEDS CLARIFICATION(?P<rest>[:\s][^\]]{3,600})\]")


def question_in(mark: "re.Match[str]") -> str:
    """Return the question that a mark asks."""
    return " ".join(mark["rest"].strip(": \n").split())


def question_id(question: str) -> str:
    """Return the id by which an answers file answers a question; the same words, the same id."""
    return f"clarify-{slug(question)}"


def with_answers(source: SourceText, answers: Mapping[str, str]) -> SourceText:
    """Put answers in the place of the marks that ask for them; lines keep their numbers."""
    if not answers or "[NEEDS CLARIFICATION" not in source.text:
        return source

    def told(mark: "re.Match[str]") -> str:
        answer = answers.get(question_id(question_in(mark)))
        if answer is None:
            return mark.group()
        return " ".join(answer.split()) + "\n" * mark.group().count("\n")

    text = CLARIFICATION.sub(told, source.text)
    return SourceText(path=source.path, text=text, notes=source.notes)
