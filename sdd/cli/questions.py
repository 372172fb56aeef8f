"""A question for a human, as the terminal shows it."""

from rich.text import Text

from sdd.ir import Question


def question_text(question: Question) -> Text:
    """Write a question with its places, the proposed answer and what it would mean."""
    text = Text.assemble(("? ", "bold magenta"), (question.text, "bold"), f"  [{question.id}]\n")
    for place in question.places:
        text.append(f"  at {place}\n", style="dim")
    if question.choices:
        for number, choice in enumerate(question.choices, start=1):
            text.append(f"  {number}) {choice}\n")
    if question.proposal:
        text.append(f"  proposed: {question.proposal}\n")
    if question.consequence:
        text.append(f"  which means: {question.consequence}\n")
    return text
