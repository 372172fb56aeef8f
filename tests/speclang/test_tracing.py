"""Requirements are traced to what answers them, and what nothing answers is known."""

from speclang.specs_builder import application

from sdd.speclang.tracing import Trace, trace

API = """
    # API

    Every endpoint needs a token (HS256).

    ### GET /notes

    **Query Parameters**:

    - `colour` (string)

    ### POST /notes

    **Errors**:

    - `422`: the text is too long

    ### DELETE /notes/{id}
    """
SCHEMA = """
    # Schema

    ### notes

    | Column | Type | Constraints |
    |---|---|---|
    | id | INTEGER | PRIMARY KEY |
    | user_id | TEXT | NOT NULL |
    | due_date | DATE | NULL |
    """
SPEC = """
    # Feature: notes

    - **FR-001**: System MUST let users add notes.
    - **FR-002**: System MUST store the due date.
    - **FR-003**: System MUST filter by colour.
    - **FR-004**: System MUST refuse requests without a token.
    - **FR-005**: System MUST send a postcard.
    - **FR-006**: System MUST answer GET /notes.
    - **FR-007**: System MUST play a sound.
    """
CODE = {
    "backend/app/notes.py": "# FR-007: the sound\n",
    "backend/tests/test_notes.py": "def test_fr_001_notes_are_added() -> None:\n    ...\n",
}


def traced() -> dict[str, Trace]:
    """The traces by requirement."""
    app = application(api=API, schema=SCHEMA, spec=SPEC)
    return {item.requirement.id: item for item in trace(app, CODE)}


def test_a_requirement_leads_to_what_answers_it() -> None:
    """By act and rows, by column, by query, by policy, by route."""
    found = traced()

    assert [item.name for item in found["FR-001"].endpoints] == ["POST /notes"]
    assert [column.name for _, column in found["FR-002"].columns] == ["due_date"]
    assert [(item.name, name) for item, name in found["FR-003"].parameters] == [
        ("GET /notes", "colour")
    ]
    assert found["FR-004"].policies == ("tokens (hs256)",)
    assert [item.name for item in found["FR-006"].endpoints] == ["GET /notes"]


def test_lines_that_name_a_requirement_are_found() -> None:
    """However the id is spelt; tests apart from code."""
    found = traced()

    assert [str(span) for span in found["FR-007"].code] == ["backend/app/notes.py:1"]
    assert [str(span) for span in found["FR-001"].tests] == ["backend/tests/test_notes.py:1"]


def test_what_nothing_answers_is_known() -> None:
    """It is told, and nothing else is."""
    assert [name for name, item in traced().items() if not item.is_answered] == ["FR-005"]
