"""Auth policy, error policy, conventions, requirements and questions."""

import pytest
from speclang.specs_builder import application, read

from sdd.ir import AuthMode, ErrorCode

MODES = {
    "Tokens are signed with HS256.": AuthMode.HS256,
    "| Algorithm | HS256 |\n|---|---|\n| x | y |": AuthMode.HS256,
    "- **Algorithm:** EdDSA, keys from the issuer": AuthMode.JWKS,
    "Verify signatures against `https://auth.example.test/api/auth/jwks`.": AuthMode.JWKS,
    "HS256 is the only algorithm that is accepted.": AuthMode.HS256,
}


@pytest.mark.parametrize(("text", "mode"), MODES.items())
def test_the_way_of_verifying_is_read(text: str, mode: AuthMode) -> None:
    """HS256 means a shared secret; EdDSA, RS256 and JWKS mean the issuer's keys."""
    assert application(tokens=f"# Tokens\n\n{text}\n").auth.mode is mode


LIMITS = {
    "Sign-in is limited to 5 attempts per minute.": "5/minute",
    "- Auth endpoints: 10 requests/minute for each address": "10/minute",
    "Login: at most 5 tries per 15 minutes.": "5/15 minute",
    "Every client may send 100 requests per minute.": None,
    "Tokens of a login expire in 15 minutes.": None,
}


@pytest.mark.parametrize(("text", "limit"), LIMITS.items())
def test_the_limit_of_signing_in_is_read(text: str, limit: str | None) -> None:
    """So many tries in such a time, where the line is about signing in."""
    assert application(tokens=f"# Tokens\n\n{text}\n").auth.sign_in_limit == limit


SUBJECTS = {
    "The user's id is the claim `sub`.": "sub",
    "The `sub` claim holds the user's id.": "sub",
    "Read the user from the JWT `sub`.": "sub",
    "The token includes user_id and expiration.": "user_id",
    "Bearer JWT, user id in `sub`.": "sub",
    "| user_id | text | the owner, `sub` of the access token |": "sub",
    "The payload of a JWT (sub: user_id, exp: end of life).": "sub",
    '## JWT payload\n\n```json\n{"user_id": "7", "exp": 1700000000}\n```': "user_id",
}


@pytest.mark.parametrize(("text", "subject"), SUBJECTS.items())
def test_the_subject_claim_is_read(text: str, subject: str) -> None:
    """The claim with the user's id is named in words or shown in a payload."""
    assert application(tokens=f"# Tokens\n\n{text}\n").auth.subject == subject


@pytest.mark.parametrize(
    "text",
    [
        "Shared secret: `APP_AUTH_SECRET`",
        "```env\nAPP_AUTH_SECRET=change-me\n```",
        "| `APP_AUTH_SECRET` | Yes | the key |\n|---|---|---|",
        "- `SHOP_WEBHOOK_SECRET` and `LOGIN_CLIENT_SECRET`\n- `APP_AUTH_SECRET`",
    ],
)
def test_the_secret_is_named(text: str) -> None:
    """The environment variable of the secret is found in text, tables and env files."""
    assert application(guide=f"# Backend\n\n{text}\n").auth.secret_variable == "APP_AUTH_SECRET"


ERRORS = {
    "fence": (
        "## Errors\n\nEvery error has the same form:\n\n```json\n"
        '{"detail": "x", "code": "y"}\n```\n'
    ),
    "heading": '## Error Response Format\n\n```json\n{"detail": "x", "code": "y"}\n```\n',
    "inline": (
        "| Convention | Detail |\n|---|---|\n| a | b |\n\n"
        'Error responses follow: `{ "detail": "x", "code": "y" }`\n'
    ),
    "fields": "### Error Response\n\n- `detail`: what went wrong\n- `code`: for programs\n",
}


@pytest.mark.parametrize("text", ERRORS.values(), ids=ERRORS.keys())
def test_the_form_of_errors_is_read(text: str) -> None:
    """The names of an error's fields come from an example or a list."""
    app = application(api=f"# API\n\n{text}\n## Endpoints\n\n### GET /notes\n")

    assert app.errors.fields == ("detail", "code")


def test_error_codes_come_from_tables_and_examples() -> None:
    """A table of codes and the example of an answer both name codes."""
    app = application(
        api="""
        # API

        ## Errors

        | Status | error_code | When |
        |--------|------------|------|
        | 404 | `not_found` | No such note |

        ### POST /notes

        **Response 409**:
        ```json
        {"error": {"code": "NOTE_EXISTS", "message": "There is one already"}}
        ```
        """
    )

    assert app.errors.codes == (
        ErrorCode(status=404, code="not_found", message="No such note"),
        ErrorCode(status=409, code="NOTE_EXISTS", message="There is one already"),
    )


STATUSES = {
    "| 422 | Validation error |": (422, None, None),
    "| 400 | Invalid input |": (400, None, None),
    "| 403 | The note belongs to another user |": (None, 403, None),
    "| 404 | Not found, or it belongs to another user |": (None, 404, None),
    "| 403 | user_id in the path does not match the token |": (None, None, 403),
}


@pytest.mark.parametrize(("row", "expected"), STATUSES.items())
def test_statuses_of_errors_are_told_apart(row: str, expected: tuple[int | None, ...]) -> None:
    """Validation, rows of others and the user in the path are told apart by their words."""
    errors = application(api=f"# API\n\n## Errors\n\n| Status | When |\n|---|---|\n{row}\n").errors

    assert (errors.validation_status, errors.foreign_status, errors.path_user_status) == expected


LAYOUTS = {
    "Layout: **app**": ("layout", "app"),
    "## Structure\n\n```text\nbackend/\n├── app/\n│   ├── main.py\n│   └── repositories/\n```": (
        "layout",
        "app",
    ),
    "## Project Structure\n\n- `app/main.py`\n- `app/services/note_service.py`": (
        "layout",
        "services",
    ),
    "- Async throughout: handlers and sessions": ("style", "async"),
    "- Synchronous sessions, plain handlers: sync handlers": ("style", "sync"),
}


@pytest.mark.parametrize(("text", "convention"), LAYOUTS.items())
def test_conventions_are_read(text: str, convention: tuple[str, str]) -> None:
    """Layout and style are stated, or shown by the tree of files."""
    assert convention in application(guide=f"# Backend\n\n{text}\n").conventions


def test_requirements_keep_their_ids() -> None:
    """Numbered requirements, stories, scenarios, rules and principles are told apart."""
    app = application(
        spec="""
        # Feature

        ### User Story 1 - Keep notes (Priority: P1)

        1. **Given** a user, **When** they write a note, **Then** it is kept

        ## Requirements

        - **FR-001**: The system MUST offer `GET /notes`
        - **SC-001**: 95 % of requests take less than 200 ms
        """,
        feature=(
            "# Notes\n\n## Business rules\n\n- **BR-001**: A note has one owner.\n"
            "- Titles are unique for a user.\n"
        ),
        constitution="# Principles\n\nEvery query MUST be confined to its user. Prose is fine.\n",
        api="# API\n\n### GET /notes\n\nAll.\n",
    )

    assert {item.id: item.kind for item in app.requirements} == {
        "US1": "story",
        "US1-AC1": "scenario",
        "FR-001": "functional",
        "SC-001": "success",
        "BR-001": "rule",
        "notes-rule-1": "rule",
        "C-001": "constitution",
    }
    assert app.endpoints[0].requirements == ("FR-001",)


def test_ids_stay_apart_between_documents() -> None:
    """The same number in two documents gets the document's name in front."""
    app = application(
        feature="- **FR-001**: One must hold\n", tokens="- **FR-001**: Two must hold\n"
    )

    assert [item.id for item in app.requirements] == ["FR-001", "authentication/FR-001"]


def test_a_clarification_blocks() -> None:
    """An open question has an id, its places, a proposal and a consequence."""
    app = application(
        spec=(
            "# Spec\n\n"
            "- **FR-004**: Notes are kept [NEEDS CLARIFICATION: how long - a week, a year "
            "or forever?]\n"
        )
    )
    (question,) = app.questions

    assert question.blocking
    assert question.choices == ("a week", "a year", "forever")
    assert question.proposal == "a week"
    assert question.consequence == "It decides this statement: FR-004: Notes are kept"
    assert question.places[0].line == 3


def test_a_template_is_no_question() -> None:
    """The mark in an explanation of the mark is no open question."""
    app = application(spec="# Spec\n\nMark doubts with [NEEDS CLARIFICATION: specific question].\n")

    assert app.questions == ()


def test_documents_tell_what_was_found() -> None:
    """Each document is listed with its role, its size and what it gave."""
    reading = read(
        api="# API\n\n### GET /notes\n",
        schema="# S\n\n### notes\n\n- id: integer (primary key)\n- t: text\n",
    )
    api, schema = reading.documents

    assert (api.role.label, dict(api.found)) == ("contract", {"endpoints": 1})
    assert (schema.role.label, dict(schema.found)) == ("schema", {"tables": 1})
    assert api.bytes == len(b"# API\n\n### GET /notes\n")
