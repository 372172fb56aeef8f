"""Whatever two places state differently is reported with both places, and one is followed."""

import pytest
from speclang.specs_builder import application, column, read

from sdd.diagnostics import Diagnostic, Severity
from sdd.ir import Type
from sdd.speclang import Reading


def finding(reading: Reading, rule: str) -> Diagnostic:
    """Return the one finding of a rule."""
    found = [item for item in reading.diagnostics if item.rule == rule]
    assert len(found) == 1, [(item.rule, item.message) for item in reading.diagnostics]
    return found[0]


def lines(diagnostic: Diagnostic) -> list[tuple[str, int]]:
    """Return the places of a finding by file name and line."""
    return [(item.span.path.rpartition("/")[2], item.span.line) for item in diagnostic.related]


COLUMNS = {
    "contradicting-type": ("INTEGER | NOT NULL", "x UUID NOT NULL"),
    "contradicting-nullability": ("TEXT | NULL", "x TEXT NOT NULL"),
    "contradicting-length": ("VARCHAR(100) | NOT NULL", "x VARCHAR(200) NOT NULL"),
    "contradicting-default": ("TEXT | NOT NULL, DEFAULT 'a'", "x TEXT NOT NULL DEFAULT 'b'"),
    "contradicting-choices": (
        "TEXT | NOT NULL, one of: a, b",
        "x TEXT NOT NULL CHECK (x IN ('a', 'c'))",
    ),
    "contradicting-reference": (
        "INT | NOT NULL, FK → users.id",
        "x INT NOT NULL REFERENCES tags(id)",
    ),
}


@pytest.mark.parametrize(("rule", "stated"), COLUMNS.items())
def test_two_forms_of_a_column_disagree(rule: str, stated: tuple[str, str]) -> None:
    """A Markdown table and the SQL below it that differ are one finding with both lines."""
    cells, sql = stated
    reading = read(
        schema=(
            f"# S\n\n### notes\n\n| Column | Type | Constraints |\n|---|---|---|\n"
            f"| id | INT | PK |\n| x | {cells} |\n\n"
            f"```sql\nCREATE TABLE notes (\n  id INT PRIMARY KEY,\n  {sql}\n);\n```\n"
        )
    )
    told = finding(reading, rule)

    assert lines(told) == [("schema.md", 8), ("schema.md", 13)]
    assert told.severity is Severity.WARNING
    assert told.hint


def test_the_table_is_followed() -> None:
    """Of a table and Python code that disagree, the table counts."""
    app = application(
        schema="# S\n\n### notes\n\n| Column | Type |\n|---|---|\n| id | UUID |\n\n"
        "```python\nclass Note(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n```\n"
    )

    assert column(app, "Note.id").type is Type.UUID


def test_compatible_words_are_no_contradiction() -> None:
    """TEXT and `str`, JSON and `list`, now() and utcnow are the same thing in other words."""
    reading = read(
        schema="""
        # S

        ### notes

        | Column | Type | Constraints |
        |---|---|---|
        | id | SERIAL | PRIMARY KEY |
        | body | TEXT | NOT NULL |
        | tags | JSONB | NOT NULL, DEFAULT '[]' |
        | at | TIMESTAMPTZ | NOT NULL, DEFAULT now() |

        ```python
        class Note(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            body: str
            tags: list[str] = Field(default_factory=list, sa_column=Column(JSON))
            at: datetime = Field(default_factory=datetime.utcnow)
        ```
        """
    )

    assert reading.diagnostics == ()


def test_a_status_disagrees_between_documents() -> None:
    """The contract's status is followed, and the feature's is named with its place."""
    reading = read(
        api="# API\n\n### DELETE /notes/{id}\n\n**Response**: 204 No Content\n",
        feature=(
            "# Notes\n\n## Delete\n\n- **Endpoint:** DELETE /notes/{id}\n- **Response:** 200 OK\n"
        ),
    )

    assert reading.application.endpoints[0].success_status == 204
    assert lines(finding(reading, "contradicting-success-status")) == [
        ("rest-endpoints.md", 5),
        ("notes.md", 6),
    ]


def test_a_body_disagrees_between_documents() -> None:
    """A field that only one document names is reported."""
    reading = read(
        api=(
            "# API\n\n### POST /notes\n\n**Request Body**:\n- `text`: string (required)\n"
            "- `mood`: string\n"
        ),
        feature=(
            "# Notes\n\n- **Endpoint:** POST /notes\n- **Request Body:**\n"
            "  - `text`: string (required)\n"
        ),
    )

    assert "mood" in finding(reading, "contradicting-body").message


def test_a_path_disagrees_between_documents() -> None:
    """A feature file with the old base path is stale, and says where the contract is."""
    reading = read(
        api="# API\n\n### GET /api/{user_id}/notes\n\nAll.\n",
        feature="# Notes\n\n- **Endpoint:** GET /api/notes\n",
    )

    assert [item.path for item in reading.application.endpoints] == ["/api/{user_id}/notes"]
    assert lines(finding(reading, "contradicting-path")) == [
        ("rest-endpoints.md", 3),
        ("notes.md", 3),
    ]


def test_an_endpoint_of_a_feature_is_not_in_the_contract() -> None:
    """The contract says which endpoints there are; another one is reported, not implemented."""
    reading = read(
        api="# API\n\n### GET /notes\n\nAll.\n",
        feature="# Notes\n\n- **Endpoint:** POST /notes/import\n",
    )

    assert [item.name for item in reading.application.endpoints] == ["GET /notes"]
    assert "POST /notes/import" in finding(reading, "endpoint-not-in-contract").message


def test_a_phase_of_its_own_is_only_noted() -> None:
    """What a numbered folder says beyond the central contract may be another phase: a note."""
    reading = read(
        api="# API\n\n### GET /notes\n\nAll.\n",
        spec="# Spec\n\n- **Endpoint:** POST /notes/import\n",
    )

    assert finding(reading, "endpoint-not-in-contract").severity is Severity.NOTE


def test_rows_of_others_answer_in_two_ways() -> None:
    """404 in one place and 403 in another for somebody else's row is a contradiction."""
    reading = read(
        api=(
            "# API\n\n## Errors\n\n- 404: the note belongs to another user\n\n"
            "### GET /notes/{id}\n\n**Errors**:\n- 403: the note belongs to another user\n"
        )
    )

    assert reading.application.errors.foreign_status == 404
    assert lines(finding(reading, "contradicting-foreign-row-status")) == [
        ("rest-endpoints.md", 5),
        ("rest-endpoints.md", 10),
    ]


def test_two_ways_to_verify_tokens() -> None:
    """A shared secret here and public keys there is a contradiction."""
    reading = read(
        tokens="# Tokens\n\nTokens are signed with HS256.\n",
        guide="# Backend\n\nTokens are verified against the JWKS of the issuer.\n",
    )

    assert len(lines(finding(reading, "contradicting-token-algorithm"))) == 2


def test_a_limit_disagrees_between_documents() -> None:
    """A stale limit in a feature file is named with both places."""
    reading = read(
        api=(
            "# API\n\n### POST /notes\n\n**Request Body**:\n- `text`: string (max 200 characters)\n"
        ),
        feature=(
            "# Notes\n\n- **Endpoint:** POST /notes\n- **Request Body:**\n"
            "  - `text`: string (max 100 characters)\n"
        ),
    )

    assert "200 and 100" in finding(reading, "contradicting-length").message


@pytest.mark.parametrize(
    "line",
    [
        "- Text is required, max 100 characters",
        "- `text`: at most 100 characters",
        "- Text (required, 1-100 chars)",
        "| Field | Rule |\n|---|---|\n| `text` | 1 to 100 characters |",
    ],
)
def test_a_feature_file_repeats_a_stale_limit(line: str) -> None:
    """A limit in a behaviour document that the column does not have is named with both places."""
    reading = read(
        schema="# S\n\n### notes\n\n- id: integer (primary key)\n- text: varchar(200) (not null)\n",
        feature=f"# Notes\n\n## Rules\n\n{line}\n",
    )

    assert lines(finding(reading, "contradicting-length"))[0] == ("schema.md", 6)


def test_the_place_with_a_text_counts_before_the_overview() -> None:
    """An overview's row that differs from the endpoint's own section yields, and is named."""
    reading = read(
        api=(
            "# API\n\n| Method | Path | Status |\n|---|---|---|\n| POST | /n | 200 |\n\n"
            "### POST /n\n\nMakes one.\n\n**Response 201**: the note\n"
        )
    )
    told = finding(reading, "contradicting-success-status")

    assert reading.application.endpoints[0].success_status == 201
    assert reading.application.endpoints[0].span is not None
    assert reading.application.endpoints[0].span.line == 7
    assert lines(told) == [("rest-endpoints.md", 11), ("rest-endpoints.md", 5)]


def test_the_row_of_an_overview_names_an_endpoint() -> None:
    """The section says more, but its sentences are no title."""
    reading = read(
        api=(
            "# API\n\n| Method | Path | Purpose |\n|---|---|---|\n| POST | /n | Make a note |\n\n"
            "### POST /n\n\nMakes one note of the user, and returns it.\n"
        )
    )

    assert reading.application.endpoints[0].summary == "Make a note"


def test_a_contradiction_names_the_place_that_is_followed() -> None:
    """What only the second place states is followed, so it is the place that a third one meets."""
    reading = read(
        api="# API\n\n### GET /n\n\nAll.\n",
        feature="# F\n\n### GET /n\n\n**Response 200**: all\n",
        tokens="# T\n\n### GET /n\n\n**Response 202**: all\n",
    )
    told = finding(reading, "contradicting-success-status")

    assert lines(told) == [("notes.md", 5), ("authentication.md", 5)]
    assert "200" in told.message


def test_documents_that_show_one_body_differently_contradict() -> None:
    """A field that is a number here and a text there is told with both places."""
    reading = read(
        api='# API\n\n### GET /n/{id}\n\n**Response**:\n\n```json\n{"id": 1, "text": "a"}\n```\n',
        feature=(
            '# F\n\n### GET /n/{id}\n\n**Response**:\n\n```json\n{"id": "n-1", "text": "a"}\n```\n'
        ),
    )
    told = finding(reading, "contradicting-example")

    assert lines(told) == [("rest-endpoints.md", 7), ("notes.md", 7)]


def test_examples_that_fit_together_are_quiet() -> None:
    """A date and a text, a whole number and a fraction, another set of fields: no contradiction."""
    reading = read(
        api=(
            "# API\n\n### GET /n/{id}\n\n**Response**:\n\n"
            '```json\n{"id": 1, "at": "2026-01-01", "price": 1}\n```\n\n'
            '**Example**:\n\n```json\n{"id": 2, "at": "today", "price": 1.5}\n```\n\n'
            '**Example**:\n\n```json\n{"id": "x", "other": 1, "names": 2}\n```\n'
        )
    )

    assert [item.rule for item in reading.diagnostics] == []
