"""Whether a token is needed: by endpoint, by section, for all, and left open where nothing says."""

import pytest
from speclang.specs_builder import application, read, rules

YES = [
    "**Authentication**: Required",
    "**Auth:** Yes",
    "**Auth Required**: Yes",
    "- **Authentication Required:** Yes",
    "**Access**: Protected (requires authentication)",
    "**Authorization**: Bearer token",
    "**Headers**: `Authorization: Bearer <token>`",
    "**Headers**:\n```\nAuthorization: Bearer <token>\n```",
    "**Headers:**\n- `Authorization`: Bearer token (required)",
    "Requires authentication.",
    "| Field | Value |\n|---|---|\n| Auth | Yes |\n| Status | 200 |",
]
NO = [
    "**Authentication**: None",
    "**Authentication**: Not required",
    "**Auth:** No",
    "**Auth Required**: false",
    "**Access**: Public",
    "**Authentication**: None (public)",
    "No authentication required.",
    "| Field | Value |\n|---|---|\n| Auth | No |\n| Status | 200 |",
]


def test_an_endpoint_that_may_answer_401_asks_for_a_token() -> None:
    """All but those that hand out tokens, whose 401 is about the password."""
    table = """
        # API

        | Method | Path | Success | Errors |
        |---|---|---|---|
        | GET | /notes | 200 | 401 |
        | POST | /login | 200 | 401 |
        | GET | /about | 200 | 404 |
        """

    app = application(api=table)

    assert [endpoint.auth for endpoint in app.endpoints] == [True, None, None]


def test_what_is_required_may_stand_before_what_it_is_required_for() -> None:
    """`A token for every request` and `every request needs a token` are the same."""
    app = application(
        api="# API\n\n### GET /notes\n",
        spec="# Notes\n\n- **FR-001**: System MUST require a signed-in user for every operation.\n",
    )

    assert app.endpoints[0].auth is True


@pytest.mark.parametrize("text", YES)
def test_an_endpoint_says_that_it_is_protected(text: str) -> None:
    """Each of these means that a token is required."""
    app = application(api=f"# API\n\n### GET /notes\n\n{text}\n")

    assert app.endpoints[0].auth is True


@pytest.mark.parametrize("text", NO)
def test_an_endpoint_says_that_it_is_public(text: str) -> None:
    """Each of these means that none is, whatever is said of all endpoints."""
    app = application(
        api=f"# API\n\nAll endpoints require a JWT.\n\n## Endpoints\n\n### GET /notes\n\n{text}\n"
    )

    assert app.endpoints[0].auth is False


ALL = [
    "All endpoints require a valid JWT token in the Authorization header.",
    "Every endpoint requires authentication.",
    "All API endpoints must include a Bearer token.",
    "- All routes are protected by JWT authentication",
    "Every endpoint under `/api/` needs a token in a header:\n\n```\nAuthorization: Bearer x\n```",
]


@pytest.mark.parametrize("text", ALL)
def test_a_statement_on_all_endpoints_counts(text: str) -> None:
    """What is said of all holds for each, and for the policy."""
    app = application(
        api=f"# API\n\n## Authentication\n\n{text}\n\n## Endpoints\n\n### GET /api/notes\n"
    )

    assert app.endpoints[0].auth is True
    assert app.auth.required is True


EXCEPTIONS = [
    "All endpoints require a JWT, except `/api/auth/*`.",
    "All endpoints (except authentication endpoints) require a valid JWT.",
    "All endpoints require a JWT except for registration and login.",
    "Every endpoint requires a token. `POST /api/auth/login` is public.",
]


@pytest.mark.parametrize("text", EXCEPTIONS)
def test_an_exception_is_public(text: str) -> None:
    """What a statement on all endpoints leaves out needs no token."""
    app = application(
        api=f"# API\n\n{text}\n\n## Endpoints\n\n### POST /api/auth/login\n\n### GET /api/notes\n"
    )

    assert [endpoint.auth for endpoint in app.endpoints] == [False, True]


def test_a_section_speaks_for_its_endpoints() -> None:
    """A statement under one heading is not about the endpoints under the next."""
    app = application(
        api="""
        # API

        ## Notes

        All endpoints require authentication.

        ### GET /notes

        ## Metrics

        ### GET /metrics
        """
    )

    assert [endpoint.auth for endpoint in app.endpoints] == [True, None]


@pytest.mark.parametrize(
    ("title", "auth"),
    [
        ("Notes (Authenticated)", True),
        ("Public endpoints", False),
        ("Protected routes", True),
        ("Notes", None),
    ],
)
def test_a_heading_may_say_it(title: str, *, auth: bool | None) -> None:
    """`(Authenticated)` or `Public` in the heading over endpoints is a statement."""
    app = application(api=f"# API\n\n## {title}\n\n### GET /notes\n\n## Other\n\n### GET /x\n")

    assert app.endpoints[0].auth is auth


def test_the_token_document_counts_where_the_contract_is_silent() -> None:
    """Another document's statement on all endpoints decides what the contract leaves open."""
    app = application(
        api="# API\n\n### GET /api/notes\n\n### GET /health\n",
        tokens=(
            "# Tokens\n\n"
            "- Every endpoint under `/api/` requires a valid token. `GET /health` is "
            "public.\n"
        ),
    )

    assert [endpoint.auth for endpoint in app.endpoints] == [True, False]


def test_silence_leaves_it_open() -> None:
    """Without any statement, access is left open."""
    app = application(api="# API\n\n### GET /notes\n")

    assert app.endpoints[0].auth is None
    assert app.auth.required is None


def test_signing_in_is_not_taken_for_protected() -> None:
    """A sweeping statement does not make the endpoint that hands out tokens ask for one."""
    reading = read(
        api="# API\n\nAll endpoints require a JWT.\n\n## Endpoints\n\n### POST /auth/login\n"
    )

    assert reading.application.endpoints[0].auth is None
    assert "sign-in-access" in rules(reading)


def test_two_statements_on_access_contradict() -> None:
    """A table that says No and a section that says Required is a contradiction with both places."""
    reading = read(
        api=(
            "# API\n\n| Method | Path | Auth |\n|---|---|---|\n| GET | /n | No |\n\n"
            "### GET /n\n\n**Auth**: Required\n"
        )
    )
    (finding,) = [item for item in reading.diagnostics if item.rule == "contradicting-auth"]

    assert [item.span.line for item in finding.related] == [9, 5]


@pytest.mark.parametrize(
    "text",
    [
        "## Authentication\n\nNot implemented for the first version.",
        "## Authentication\n\nNo authentication required (trusted network).",
        "**Authentication**: None",
        "- **Authentication**: Not implemented (open API)",
    ],
)
def test_a_document_does_without_authentication(text: str) -> None:
    """What a document says in general of access that nobody has to prove counts for every route."""
    for api in (f"# API\n\n{text}\n\n## Notes\n\n### GET /notes\n\nAll.\n",):
        assert [endpoint.auth for endpoint in application(api=api).endpoints] == [False]


def test_a_public_endpoint_in_between_says_nothing_of_the_others() -> None:
    """The label of one endpoint is not taken for what the document says in general."""
    app = application(
        api="# API\n\n### GET /health\n\n**Authentication**: None\n\n### GET /notes\n\nAll.\n"
    )

    assert [endpoint.auth for endpoint in app.endpoints] == [False, None]


def test_optional_authentication_lets_everybody_in() -> None:
    """Who needs no token is let in without one."""
    app = application(api="# API\n\n### GET /notes\n\n**Authentication**: Optional\n")

    assert app.endpoints[0].auth is False


@pytest.mark.parametrize(
    "heading", ["## Auth: Bearer <token>", "## Authentication: JWT", "## Auth: required"]
)
def test_a_heading_may_say_that_all_is_protected(heading: str) -> None:
    """A heading that is a label with its value is about the whole API."""
    app = application(api=f"# API\n\n{heading}\n\n## Notes\n\n- GET /notes\n- POST /notes\n")

    assert [item.auth for item in app.endpoints] == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        "All endpoints are currently public (no authentication required).",
        "All endpoints do not require authentication.",
        "Every request is public; tokens will be required later.",
    ],
)
def test_all_endpoints_may_be_open(text: str) -> None:
    """A sentence on all endpoints that says they are open is not one that asks for tokens."""
    app = application(api=f"# API\n\n### GET /notes\n\nAll.\n\n## Security\n\n{text}\n")

    assert app.endpoints[0].auth is False


def test_exceptions_do_not_open_the_rest() -> None:
    """Public endpoints that are excepted leave the others protected."""
    app = application(
        api="# API\n\nAll endpoints except public ones require a JWT.\n\n### GET /notes\n\nAll.\n"
    )

    assert app.endpoints[0].auth is not False


@pytest.mark.parametrize(
    "text",
    [
        "This specifies all endpoints, formats, authentication requirements and errors.",
        "All endpoints are listed here, with their validation rules and token formats.",
    ],
)
def test_a_table_of_contents_protects_nothing(text: str) -> None:
    """A sentence that lists what a document is about asks nobody for a token."""
    app = application(api=f"# API\n\n{text}\n\n### GET /notes\n\nAll.\n")

    assert app.endpoints[0].auth is None
