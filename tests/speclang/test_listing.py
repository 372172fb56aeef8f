"""The JSON of `sdd spec show`: complete, stable, and null for what the specs leave open."""

import json

from speclang.specs_builder import read

from sdd.speclang import application_json

API = """
# API

### POST /notes

**Authentication**: Required

**Request Body**:
- `text`: string (required, max 200)

**Response**: 201 Created

### GET /notes
"""
SCHEMA = """
# S

### notes

| Column | Type | Constraints |
|---|---|---|
| id | UUID | PK |
| user_id | INT | FK → users.id |
| text | TEXT | NOT NULL, DEFAULT '' |
| at | TIMESTAMP | DEFAULT now() |

### users (managed by Better Auth)

- id: integer (primary key)
"""


def test_an_application_as_json() -> None:
    """Endpoints and entities have the keys of the contract, and open values are null."""
    shown = application_json(read(api=API, schema=SCHEMA))
    post, get = shown["endpoints"]
    note, user = shown["entities"]

    assert shown["schema_version"] == 1
    assert (post["method"], post["path"], post["auth"], post["success_status"]) == (
        "POST",
        "/notes",
        True,
        201,
    )
    assert post["request"]["fields"][0]["name"] == "text"
    assert post["source"] == {"file": "specs/api/rest-endpoints.md", "line": 3}
    assert (get["auth"], get["success_status"], get["request"], get["response"]) == (
        None,
        None,
        None,
        None,
    )
    assert (note["name"], note["table"], note["owner_column"], note["managed_by"]) == (
        "Note",
        "notes",
        "user_id",
        None,
    )
    assert user["managed_by"] == "Better Auth"
    columns = {item["name"]: item for item in note["columns"]}
    assert columns["id"]["primary_key"] is True
    assert columns["user_id"]["foreign_key"] == "users.id"
    assert columns["text"]["default"] == ""
    assert columns["at"]["default"] == "now()"
    assert columns["at"]["max_length"] is None
    assert json.loads(json.dumps(shown)) == shown


def test_every_entry_of_a_column_is_there() -> None:
    """The contract of the command names these keys."""
    shown = application_json(read(schema=SCHEMA))
    column = shown["entities"][0]["columns"][0]

    assert {
        "name",
        "type",
        "nullable",
        "primary_key",
        "unique",
        "default",
        "foreign_key",
        "max_length",
    } <= set(column)


def test_diagnostics_and_questions_are_listed() -> None:
    """What a human must know stands beside what was read."""
    shown = application_json(
        read(
            api="# API\n\n### GET /a\n\nSee also `PUT /b`.\n",
            spec="# S\n\nKept [NEEDS CLARIFICATION: for a day or a week?]\n",
        )
    )

    assert [item["rule"] for item in shown["diagnostics"]] == ["not-understood"]
    assert shown["questions"][0]["choices"] == ["for a day", "a week"]
    assert shown["questions"][0]["blocking"] is True
