"""Request and response bodies from tables, bullets, examples, annotations and names."""

import pytest
from speclang.specs_builder import application, only, read

from sdd.ir import NO_BODY, Endpoint, Shape, Type


def endpoint(text: str, method: str = "POST", path: str = "/notes") -> Endpoint:
    """Read one endpoint with this text."""
    return only(application(api=f"# API\n\n### {method} {path}\n\n{text}\n"))


def outline(shape: Shape | None) -> object:
    """Write a shape as names and types, `?` for what may be left out, `!` for what may not."""
    if shape is None:
        return None
    if shape.fields:
        marks = {True: "!", False: "?", None: ""}
        return {f"{item.name}{marks[item.required]}": outline(item.shape) for item in shape.fields}
    if shape.type is Type.LIST:
        return [outline(shape.item)]
    null = " or null" if shape.nullable else ""
    return f"{shape.type.value if shape.type else '?'}{null}"


REQUESTS = {
    "table": (
        "**Request Body**:\n\n| Field | Type | Required | Constraints |\n|---|---|---|---|\n"
        "| `text` | string | Yes | 1-200 chars |\n| `tag` | string | No | max 30 |"
    ),
    "ticks": (
        "**Request Body**:\n\n| Name | Type | Required | Description |\n|---|---|---|---|\n"
        "| text | string | ✅ | The text (1-200 chars) |\n| tag | string | ❌ | max 30 |"
    ),
    "bullets": (
        "**Request Body:**\n- `text`: string (required, 1-200 chars)\n"
        "- `tag`: string (optional, max 30)"
    ),
    "plain bullets": (
        "Request Body:\n- text: string (required, 1 to 200 characters)\n"
        "- tag: string (optional, at most 30 characters)"
    ),
    "note first": (
        "**Body**:\n- `text` (string, required): 1-200 characters\n"
        "- `tag` (string, optional): max 30 characters"
    ),
    "annotated JSON": (
        '**Request Body:**\n```json\n{\n  "text": "string (required, 1-200 chars)",\n'
        '  "tag": "string (optional, max 30 chars)"\n}\n```'
    ),
    "typed JSON": (
        '**Request Body:**\n```\n{\n  "text": string (required, 1-200 chars),\n'
        '  "tag": string (optional, max 30 chars),\n}\n```'
    ),
    "example and rules": (
        '**Request Body:**\n```json\n{ "text": "Buy milk", "tag": "home" }\n```\n\n'
        "**Validation Rules:**\n- `text`: Required, 1-200 characters\n"
        "- `tag`: Optional, max 30 characters"
    ),
    "example and sentences": (
        '**Request**:\n```json\n{ "text": "Buy milk", "tag": "home" }\n```\n\n'
        "**Validation**:\n- Text is required and must be 1-200 characters\n"
        "- Tag is optional, max 30 characters"
    ),
    "sections": (
        "#### Request\n\n- **Headers:**\n  - `Authorization: Bearer <t>`\n- **Body:**\n\n"
        '```json\n{"text": "string (required, 1-200 chars)", "tag": "string (optional, max '
        '30)"}\n```'
    ),
    "table right below": (
        "| Field | Type | Required | Constraints |\n|---|---|---|---|\n"
        "| text | string | Yes | 1-200 chars |\n| tag | string | No | max 30 chars |"
    ),
}


@pytest.mark.parametrize("text", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_request_body_in_any_form(text: str) -> None:
    """Fields, types, presence and lengths come out the same in each form."""
    request = endpoint(text).request

    assert outline(request) == {"text!": "str", "tag?": "str"}
    assert request is not None
    field, tag = request.fields
    assert (field.shape.constraints.min_length, field.shape.constraints.max_length) == (1, 200)
    assert tag.shape.constraints.max_length == 30


INLINE = {
    "types": "- **Request Body**: `{text: string, tag?: string}`",
    "listing": "Creates a note. Body: { text, tag }",
}


def test_an_inline_object_is_a_body() -> None:
    """`{text: string, tag?: string}` on one line is read as an object."""
    assert outline(endpoint(INLINE["types"]).request) == {"text": "str", "tag?": "str"}
    assert outline(endpoint(INLINE["listing"]).request) == {"text": "?", "tag": "?"}


def test_an_example_is_evidence_of_types() -> None:
    """Types follow the values; null says that null is possible, and no more."""
    response = endpoint(
        """
**Response (200 OK)**:
```json
{
  "id": 7,
  "key": "550e8400-e29b-41d4-a716-446655440000",
  "text": "Buy milk",
  "done": false,
  "ratio": 0.5,
  "due": "2026-01-31",
  "created_at": "2026-01-31T10:00:00Z",
  "tags": ["home"],
  "note": null
}
```
""".strip()
    ).response

    assert outline(response) == {
        "id": "int",
        "key": "uuid",
        "text": "str",
        "done": "bool",
        "ratio": "float",
        "due": "date",
        "created_at": "datetime",
        "tags": ["str"],
        "note": "? or null",
    }


@pytest.mark.parametrize("told", ["Note logged out successfully", "Note has been signed out."])
def test_what_happened_to_a_thing_is_no_answer(told: str) -> None:
    """`User logged out` names a table, and answers none of its rows."""
    (found,) = application(
        api=f"# API\n\n### POST /api/auth/logout\n\n#### Responses\n- **200 OK**: {told}\n",
        schema="# Schema\n\n## Note\n\n- `id`: integer, primary key\n- `text`: string\n",
    ).endpoints

    assert (found.success_status, found.response) == (200, None)


def test_two_examples_in_a_list_complete_each_other() -> None:
    """A value that is null in the second example is nullable in the list's items."""
    response = endpoint(
        '**Response**:\n```json\n[{"a": 1, "b": "x"}, {"a": 2, "b": null}]\n```', method="GET"
    ).response

    assert outline(response) == [{"a": "int", "b": "str or null"}]


def test_an_example_keeps_what_it_shows() -> None:
    """A scalar's value is kept, unless the rows of a list show two different ones."""
    response = endpoint(
        "**Response**:\n```json\n"
        '{"status": "ok", "rows": [{"kind": "a", "n": 1}, {"kind": "a", "n": 2}]}\n```'
    ).response
    assert response is not None
    rows = response.fields[1].shape.item
    assert rows is not None

    assert response.fields[0].shape.example == "ok"
    assert [item.shape.example for item in rows.fields] == ["a", None]


def test_an_envelope_is_a_nested_shape() -> None:
    """`{"status": …, "data": …}` is what the answer is, not decoration."""
    response = endpoint(
        '**Response**:\n```json\n{"status": "success", "data": {"id": 1}, "message": "made"}\n```'
    ).response

    assert outline(response) == {"status": "str", "data": {"id": "int"}, "message": "str"}


TOLERATED = {
    "trailing comma": '{"a": 1, "b": "x",}',
    "comments": '{"a": 1, // the number\n "b": "x" /* text */}',
    "ellipsis": '{"a": 1, "b": "x", ...}',
    "bare keys": '{a: 1, b: "x"}',
    "single quotes": "{'a': 1, 'b': 'x'}",
    "missing bracket": '{"a": 1, "b": "x"',
    "types": '{"a": integer, "b": string}',
    "type words": '{"a": "integer", "b": "string"}',
}


@pytest.mark.parametrize("text", TOLERATED.values(), ids=TOLERATED.keys())
def test_json_is_read_as_people_write_it(text: str) -> None:
    """Comments, trailing commas, elisions and types in place of values do no harm."""
    response = endpoint(f"**Response**:\n```json\n{text}\n```").response

    assert outline(response) == {"a": "int", "b": "str"}


NAMED = """
# API

## Schemas

### NoteOut

Fields:
- `id`: integer
- `text`: string

### Note Object

| Field | Type |
|-------|------|
| id | integer |
| text | string |

## Endpoints

### GET /notes

**Response**: {0}
"""


@pytest.mark.parametrize(
    "words",
    [
        "Array of Note objects",
        "`List[NoteOut]`",
        "`200 OK` — Array of Note objects",
        "JSON array of `NoteOut`.",
        "List of notes",
    ],
)
def test_a_named_list_is_resolved(words: str) -> None:
    """A response that names a list of objects gets their fields."""
    app = application(api=NAMED.replace("{0}", words))

    assert outline(only(app).response) == [{"id": "int", "text": "str"}]


@pytest.mark.parametrize(
    "words",
    [
        "Note object",
        "`NoteOut`",
        "Created Note object",
        "The updated `NoteOut` object.",
        "200 OK - Note object",
    ],
)
def test_a_named_object_is_resolved(words: str) -> None:
    """A response that names one object gets its fields."""
    app = application(api=NAMED.replace("{0}", words))

    assert outline(only(app).response) == {"id": "int", "text": "str"}


def test_a_name_may_be_an_entity() -> None:
    """`Note object` without a section of its own is the entity's columns, secrets left out."""
    app = application(
        api="# API\n\n### GET /notes/{id}\n\n**Response**: Note object\n",
        schema=(
            "# Schema\n\n### notes\n\n- id: integer (primary key)\n- text: string\n"
            "- password_hash: string\n"
        ),
    )

    assert outline(only(app).response) == {"id": "int", "text": "str"}


def test_a_body_may_be_the_same_as_another() -> None:
    """`Same as POST, all fields optional` takes the other request and frees its fields."""
    app = application(
        api="""
        # API

        ### POST /notes

        **Request Body**:
        - `text`: string (required)

        ### PUT /notes/{id}

        **Request Body**: Same as POST, all fields optional
        """
    )

    assert outline(app.endpoints[1].request) == {"text?": "str"}


SAME_RULES = """
# API

### POST /notes

**Request Body**:

| Field | Type | Required | Rules |
|---|---|---|---|
| text | string | yes | max 80 characters |
| mood | string | no | max 20 characters |

"""


@pytest.mark.parametrize(
    "text",
    [
        "### PATCH /notes/{id}\n\nSame rules as POST.\n",
        "### PATCH /notes/{id}\n\nA partial update; the same validation rules as for POST apply.\n",
        "### PATCH /notes/{id}\n\n**Rules**: same as create\n",
        "### PATCH /notes/{id}\n\n**Request**: same rules as POST\n",
        "### PATCH /notes/{id}\n\nChanges a note with the same rules as creating a note.\n",
        "## Others\n\n- `PATCH /notes/{id}`: same rules as POST\n- `DELETE /notes/{id}`: gone\n",
        (
            "## Others\n\n| Method | Path | Description |\n|---|---|---|\n"
            "| PATCH | /notes/{id} | same fields as POST |\n"
        ),
    ],
)
def test_prose_gives_a_request_the_rules_of_another(text: str) -> None:
    """`Same rules as POST` says which fields there are, and a PATCH may leave each out."""
    app = application(api=SAME_RULES + text)
    request = app.endpoints[1].request

    assert request is not None
    assert outline(request) == {"text?": "str", "mood?": "str"}
    assert [item.shape.constraints.max_length for item in request.fields] == [80, 20]


def test_own_fields_take_the_bounds_of_the_others() -> None:
    """A body that shows its fields and has the same rules as another has that one's bounds."""
    app = application(
        api=f"{SAME_RULES}### PATCH /notes/{{id}}\n\n**Request Body**:\n\n"
        '```json\n{"text": "New"}\n```\n\nSame rules as POST.\n'
    )
    request = app.endpoints[1].request

    assert request is not None
    assert [(item.name, item.shape.constraints.max_length) for item in request.fields] == [
        ("text", 80)
    ]


def test_an_answer_like_another_is_no_request() -> None:
    """Words on the answer alone leave the request open."""
    app = application(api=f"{SAME_RULES}### PATCH /notes/{{id}}\n\nAnswers the same body as GET.\n")

    assert app.endpoints[1].request is None


@pytest.mark.parametrize(
    "text",
    [
        "**Request Body**: None",
        "**Body**: No request body",
        "**Body**:\n\n```json\n{}\n```",
        "Toggles the note. There is no request body.",
    ],
)
def test_no_body_is_a_statement(text: str) -> None:
    """A body that is ruled out is not one that was left open."""
    assert endpoint(text, method="PATCH").request == NO_BODY


def test_silence_leaves_bodies_open() -> None:
    """Without a word about bodies, they are open."""
    found = endpoint("Toggles the note.", method="PATCH")

    assert found.request is None
    assert found.response is None


def test_lists_bound_their_items() -> None:
    """`max 10 tags, each 1 to 30 characters` bounds the list and what is in it."""
    request = endpoint(
        "**Request Body**:\n\n| Field | Type | Required | Constraints |\n|---|---|---|---|\n"
        "| `tags` | array of strings | No | At most 10 tags, each 1 to 30 characters |"
    ).request
    assert request is not None
    tags = request.fields[0].shape

    assert tags.constraints.max_length == 10
    assert tags.item is not None
    assert (tags.item.constraints.min_length, tags.item.constraints.max_length) == (1, 30)


def test_errors_are_no_response() -> None:
    """The example under an error status is not the success answer."""
    found = endpoint(
        '**Response (201 Created)**:\n```json\n{"id": 1}\n```\n\n**Response 400**:\n'
        '```json\n{"error": "bad"}\n```'
    )

    assert outline(found.response) == {"id": "int"}


def test_a_path_parameter_in_an_http_message_is_no_body() -> None:
    """`GET /rooms/{room_id}` has braces, and shows no object."""
    found = endpoint(
        "**Request:**\n```http\nGET /rooms/{room_id}/notes HTTP/1.1\nAuthorization: Bearer x\n```",
        method="GET",
        path="/rooms/{room_id}/notes",
    )

    assert found.request is None


def test_the_body_of_an_http_message_follows_its_headers() -> None:
    """With an empty line between, or without."""
    for gap in ("\n", "\n\n"):
        found = endpoint(
            "**Request:**\n```http\nPOST /rooms/{room_id}/notes HTTP/1.1\nAccept: a/b"
            f'{gap}{{\n  "text": "Hello"\n}}\n```',
            path="/rooms/{room_id}/notes",
        )

        assert outline(found.request) == {"text": "str"}


@pytest.mark.parametrize(
    ("method", "shown", "sent", "answered"),
    [
        ("PUT", ['{"rating": 8}'], ["rating"], []),
        ("POST", ['{"id": 1, "title": "A"}'], [], ["id", "title"]),
        ("POST", ['{"title": "A"}', '{"id": 1, "title": "A"}'], ["title"], ["id", "title"]),
        ("GET", ['{"done": 3, "open": 1}'], [], ["done", "open"]),
        ("GET", ['{"detail": "Not found"}'], [], []),
    ],
)
def test_bodies_without_a_label_are_told_apart(
    method: str, shown: list[str], sent: list[str], answered: list[str]
) -> None:
    """The first of two is sent, and what only a stored row has is answered."""
    fences = "\n\n".join(f"```json\n{one}\n```" for one in shown)

    endpoint = only(application(api=f"# API\n\n### {method} /notes/{{id}}\n\n{fences}\n"))

    assert _names(endpoint.request) == sent
    assert _names(endpoint.response) == answered


def _names(shape: Shape | None) -> list[str]:
    return [item.name for item in shape.fields] if shape else []


EITHER = {
    "item": "- username or email (string, required)\n- `password`: string, required\n",
    "marked item": "- `username` or `email`: string, required\n- `password`: string, required\n",
    "row": (
        "| Field | Type | Required |\n|---|---|---|\n| `username` or `email` | string | yes |\n"
        "| password | string | yes |\n"
    ),
}


@pytest.mark.parametrize("form", EITHER)
def test_of_two_fields_in_one_place_neither_is_lost_nor_asked_for(form: str) -> None:
    """`username or email` names two fields, and the reader says how it took them."""
    text = f"# API\n\n### POST /login\n\n**Request Body**:\n\n{EITHER[form]}"

    reading = read(api=text)

    request = only(reading.application).request
    assert request is not None
    required = {field.name: field.required for field in request.fields}
    assert required == {"username": False, "email": False, "password": True}
    assert any("takes username or email" in item.message for item in reading.diagnostics)


def test_a_sentence_with_or_in_a_body_is_no_pair_of_fields() -> None:
    """Without a type it may say anything: what is refused, which values there are."""
    request = endpoint("**Request Body**:\n\n- `title`: string\n- missing or empty: 400").request

    assert request is not None
    assert [field.name for field in request.fields] == ["title"]
