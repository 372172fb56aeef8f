"""The linter's checks: each fires on the defect that it names, and on nothing else."""

import pytest
from speclang.specs_builder import read

from sdd.diagnostics import Severity
from sdd.speclang import check_specs

SCHEMA = """
# Schema

### users (managed by Better Auth)

- id: string (primary key)

### notes

| Column | Type | Constraints |
|---|---|---|
| id | INTEGER | PK, auto-increment |
| user_id | VARCHAR(64) | NOT NULL, FK → users.id |
| text | VARCHAR(200) | NOT NULL |
| mood | VARCHAR(20) | NULL |
| created_at | TIMESTAMP | NOT NULL, DEFAULT now() |
"""
API = """
# API

All endpoints require a JWT.

## Endpoints

### POST /notes

**Request Body**:
- `text`: string (required, max 200 characters)
- `mood`: string (optional, max 20 characters)

### GET /notes/{note_id}
"""


def found(**texts: str) -> list[str]:
    """Return the rules that fire."""
    return [item.rule for item in check_specs(read(**texts))]


def test_sound_specs_have_no_findings() -> None:
    """Contract and schema that fit together are quiet."""
    assert found(api=API, schema=SCHEMA) == []


DEFECTS = {
    "route-without-access": (API.replace("All endpoints require a JWT.", "Hello."), SCHEMA),
    "field-without-column": (
        API.replace("- `mood`: string (optional, max 20 characters)", "- `colour`: string"),
        SCHEMA,
    ),
    "field-length-differs": (API.replace("max 200 characters", "max 100 characters"), SCHEMA),
    "field-type-differs": (
        API.replace("`mood`: string (optional, max 20 characters)", "`mood`: boolean"),
        SCHEMA,
    ),
    "column-without-field": (
        API.replace("- `text`: string (required, max 200 characters)\n", ""),
        SCHEMA,
    ),
    "path-parameter-without-column": (API.replace("{note_id}", "{slug}"), SCHEMA),
    "unknown-reference": (API, SCHEMA.replace("FK → users.id", "FK → people.id")),
    "entity-without-owner": (
        API + "\n### GET /tags\n",
        SCHEMA + "\n### tags\n\n- id: integer (primary key)\n- name: string\n",
    ),
}


@pytest.mark.parametrize(("rule", "texts"), DEFECTS.items())
def test_a_defect_is_found(rule: str, texts: tuple[str, str]) -> None:
    """Each defect, put into sound specs, is found by the rule that names it."""
    api, schema = texts

    assert rule in found(api=api, schema=schema)


def test_a_child_is_owned_through_its_parent() -> None:
    """An entity that refers to an owned one needs no owner column."""
    schema = (
        SCHEMA
        + "\n### remarks\n\n- id: integer (primary key)\n- note_id: integer (FK -> notes.id)\n"
    )

    assert found(api=API + "\n### GET /remarks\n", schema=schema) == []


def test_an_open_question_is_an_error() -> None:
    """It blocks implementation, and says how to answer it."""
    (finding,) = check_specs(read(spec="# S\n\nNotes are kept [NEEDS CLARIFICATION: how long?]\n"))

    assert finding.rule == "open-question"
    assert finding.severity is Severity.ERROR
    assert "clarify-how-long" in (finding.hint or "")


def test_unanswered_requirements_are_one_note() -> None:
    """Requirements that nothing answers are named together, each with its place."""
    reading = read(
        api=API,
        schema=SCHEMA,
        spec=(
            "# S\n\n- **FR-001**: Notes MUST be kept\n- **FR-002**: Sparkles MUST fly\n"
            "- **FR-003**: Confetti MUST rain\n"
        ),
    )
    (finding,) = check_specs(reading)

    assert finding.rule == "unanswered-requirement"
    assert finding.severity is Severity.NOTE
    assert [item.span.line for item in finding.related] == [4, 5]


def test_inert_principles_are_one_note() -> None:
    """A MUST with no check behind it is declared, but inert."""
    reading = read(
        constitution="# P\n\n- Queries MUST be confined to their user.\n- Colours MUST be calm.\n"
    )
    (finding,) = check_specs(reading)

    assert finding.rule == "inert-principle"
    assert "C-002" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "Every operation requires sign-in.",
        "Anybody has to be logged in first.",
        "Nothing happens without valid credentials.",
    ],
)
def test_access_that_the_contract_demands_answers_a_requirement(text: str) -> None:
    """Protected endpoints answer what asks for signing in; where all is open, nothing does."""
    feature = f"# Notes\n\n- **FR-001**: {text}\n"
    open_to_all = API.replace("All endpoints require a JWT.", "All endpoints are public.")

    assert "unanswered-requirement" not in found(api=API, schema=SCHEMA, feature=feature)
    assert "unanswered-requirement" in found(api=open_to_all, schema=SCHEMA, feature=feature)
