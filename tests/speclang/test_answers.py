"""What a human answered is read where the question stands."""

import pytest
from speclang.specs_builder import PATHS, column, source

from sdd.ir import Type
from sdd.speclang import read_specs

TWO_TYPES = """
    # Schema

    ### notes

    | Column | Type | Constraints |
    |---|---|---|
    | id | UUID or VARCHAR | PRIMARY KEY |
    | text | VARCHAR([NEEDS CLARIFICATION: how many characters?]) | NOT NULL |
    """
FEATURE = """
    # Feature: notes

    - **FR-001**: System MUST keep notes for [NEEDS CLARIFICATION: how long
      are they kept?] and no longer.
    - **FR-002**: System MUST list notes.
    """


def test_questions_bear_places_a_proposal_and_its_consequence() -> None:
    """Each can be decided without looking anything up."""
    questions = read_specs(
        [source(PATHS["schema"], TWO_TYPES), source(PATHS["spec"], FEATURE)]
    ).application.questions

    assert {item.id for item in questions} == {
        "type-of-note-id",
        "clarify-how-many-characters",
        "clarify-how-long-are-they-kept",
    }
    assert all(item.places and item.proposal and item.consequence for item in questions)


def test_an_answer_decides_between_two_types() -> None:
    """The column takes the type, and nobody is asked again."""
    app = read_specs(
        [source(PATHS["schema"], TWO_TYPES)], {"type-of-note-id": "VARCHAR(36)"}
    ).application

    assert column(app, "Note.id").type is Type.STR
    assert column(app, "Note.id").constraints.max_length == 36
    assert column(app, "Note.id").primary_key is True
    assert "type-of-note-id" not in {item.id for item in app.questions}


def test_an_answer_that_is_no_type_leaves_the_question() -> None:
    """Whatever was meant, it is not guessed."""
    app = read_specs([source(PATHS["schema"], TWO_TYPES)], {"type-of-note-id": "yes"}).application

    assert column(app, "Note.id").type is None
    assert "type-of-note-id" in {item.id for item in app.questions}


def test_an_answer_stands_where_the_mark_stood() -> None:
    """It is read like the rest of the sentence, and later lines keep their places."""
    answers = {"clarify-how-long-are-they-kept": "thirty\ndays"}

    app = read_specs([source(PATHS["spec"], FEATURE)], answers).application

    assert [(item.id, item.span.line if item.span else 0) for item in app.requirements] == [
        ("FR-001", 3),
        ("FR-002", 5),
    ]
    assert app.requirements[0].text == "System MUST keep notes for thirty days and no longer"
    assert app.questions == ()


@pytest.mark.parametrize("answer", ["200", " 200 "])
def test_an_answer_may_be_a_fact(answer: str) -> None:
    """A length that was asked for limits the column."""
    answers = {"clarify-how-many-characters": answer}

    app = read_specs([source(PATHS["schema"], TWO_TYPES)], answers).application

    assert column(app, "Note.text").constraints.max_length == 200
