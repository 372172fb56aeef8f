"""Success and error statuses are found in all the phrasings that people use."""

import pytest
from speclang.specs_builder import application, only

CREATED = {
    "label with code": "**Response (201 Created)**:\n```json\n{}\n```",
    "code behind the label": "**Response** (201 Created):\n```json\n{}\n```",
    "code as value": "**Response**: `201 Created`",
    "status label": "**Status**: 201",
    "success status bullet": "- **Success Status:** `201 Created`",
    "response then text": "**Response**: 201 Created - the note",
    "response number": "**Response 201:** the note",
    "bullets": "**Response:**\n- 201 Created: the note\n- 400 Bad Request: invalid",
    "code bullets": "**Responses**:\n- `201 Created`: made\n- `401 Unauthorized`: no token",
    "nested bullets": "- **Response**:\n  - 201: the note\n  - 400: invalid",
    "status codes": "**Status Codes:**\n- 201: made\n- 401: no token",
    "alternatives": "Status: 201 Created | 404 Not Found",
    "table": "**Responses**:\n\n| Status | Meaning |\n|---|---|\n| 201 | made |\n| 422 | invalid |",
    "property table": "| Field | Value |\n|---|---|\n| Auth | Yes |\n| Status | 201 Created |",
    "heading": "#### Response (201 Created)\n\n```json\n{}\n```",
    "heading with code alone": "#### 201 Created\n\nThe note.",
    "sentence": "Creates a note and returns 201 with it.",
    "success response": "**Success Response** (201 Created):\n```json\n{}\n```",
    "http words": "**Returns**: HTTP 201 with the note",
}


@pytest.mark.parametrize("text", CREATED.values(), ids=CREATED.keys())
def test_a_success_status_is_found(text: str) -> None:
    """The success status is 201 in each of these."""
    endpoint = only(application(api=f"# API\n\n### POST /notes\n\n{text}\n"))

    assert endpoint.success_status == 201


def test_error_statuses_are_collected() -> None:
    """Every status that is stated is kept, in ascending order."""
    endpoint = only(
        application(
            api="""
            # API

            ### PUT /notes/{id}

            **Response**: `200 OK`

            **Errors**:

            | Status | When |
            |--------|------|
            | 404 | no such note |
            | 401 | no token |
            """
        )
    )

    assert endpoint.statuses == (200, 401, 404)
    assert endpoint.success_status == 200


@pytest.mark.parametrize(
    "text",
    [
        "Returns up to 200 notes.",
        "**Query Parameters**:\n- `limit`: integer (default: 200, max: 404)",
        "**Request Body**:\n- `text`: string (max 201 characters)",
    ],
)
def test_other_numbers_are_no_statuses(text: str) -> None:
    """Limits and counts are not taken for statuses; what is unsaid stays open."""
    endpoint = only(application(api=f"# API\n\n### GET /notes\n\n{text}\n"))

    assert endpoint.success_status is None
    assert endpoint.statuses == ()


def test_no_content_has_no_body() -> None:
    """A status of 204 says that there is no body."""
    endpoint = only(
        application(api="# API\n\n### DELETE /notes/{id}\n\n**Response**: 204 No Content\n")
    )

    assert endpoint.response is not None
    assert endpoint.response.type == "none"


def test_a_response_in_a_fence_begins_with_its_status() -> None:
    """`Status: 204 No Content` and `HTTP/1.1 201 Created` count."""
    app = application(
        api="""
        # API

        ### DELETE /api/notes/{id}

        **Response**:
        ```
        Status: 204 No Content
        ```

        ### POST /api/notes

        **Response**:
        ```
        HTTP/1.1 201 Created
        ```
        """
    )

    assert [item.success_status for item in app.endpoints] == [204, 201]


def test_a_bullet_without_a_colon_states_the_status() -> None:
    """`- Response 204 No Content` says it as well as a label does."""
    app = application(
        api="# API\n\n## DELETE /notes/{id}\n\n- Auth: Bearer\n- Request: none\n"
        "- Response 204 No Content\n"
    )

    assert app.endpoints[0].success_status == 204
