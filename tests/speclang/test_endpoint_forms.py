"""Every form in which people write an endpoint is read, with method, path and nothing else."""

import pytest
from speclang.specs_builder import application, only, read, routes, rules

from sdd.ir import Default
from sdd.speclang.routes import find_routes

FORMS = {
    "heading": "### GET /api/notes",
    "numbered heading": "### 3.1 GET /api/notes",
    "heading with number and dot": "## 2. GET /api/notes",
    "heading in code marks": "### `GET /api/notes`",
    "heading with the path in code marks": "#### GET `/api/notes`",
    "heading with a bold method": "### **GET** /api/notes",
    "heading with a title before": "### List notes: `GET /api/notes`",
    "heading with a title in front and parentheses": "### List notes (GET /api/notes)",
    "heading with brackets": "### [GET] /api/notes",
    "heading with a dash": "### GET - /api/notes",
    "bullet": "## Notes\n\n- `GET /api/notes`: all notes of the user",
    "bold bullet": "## Notes\n\n- **GET /api/notes:** all notes of the user",
    "bullet with a bold method": "## Notes\n\n- **GET** `/api/notes` — all notes",
    "plain bullet": "## Notes\n\n* GET /api/notes - all notes",
    "numbered item": "## Notes\n\n1. `GET /api/notes` - all notes",
    "bold line": "### List notes\n\n**GET** `/api/notes`\n\nAll notes.",
    "bare line": "### List notes\n\nGET /api/notes\n\nAll notes.",
    "code line": "### List notes\n\n`GET /api/notes`\n\nAll notes.",
    "fence": "### List notes\n\n```\nGET /api/notes\n```\n\nAll notes.",
    "http fence": "### List notes\n\n```http\nGET /api/notes\n```\n\nAll notes.",
    "table": "| Method | Path |\n|---|---|\n| GET | /api/notes |",
    "table with endpoint column": (
        "| HTTP Method | Endpoint | Purpose |\n|---|---|---|\n| `GET` | `/api/notes` | List |"
    ),
    "table with one column": "| Endpoint | Purpose |\n|---|---|\n| `GET /api/notes` | List |",
    "label": "### List notes\n\n**Endpoint**: `GET /api/notes`",
    "label in a bullet": "### List notes\n\n- **Endpoint:** GET /api/notes\n- **Description:** all",
    "method and path": "### List notes\n\n**Method**: GET\n**Path**: `/api/notes`",
    "path and method bullets": "### List notes\n\n- **URL**: `/api/notes`\n- **Method**: `GET`",
    "property table": (
        "### List notes\n\n| Property | Value |\n|---|---|\n| Method | GET |\n"
        "| Path | `/api/notes` |"
    ),
    "path heading with method heading": "### /api/notes\n\n#### GET\n\nAll notes.",
    "path heading with method bullet": "### `/api/notes`\n\n- **GET**: all notes",
    "requirement": "- **FR-001**: The `GET /api/notes` endpoint MUST return all notes",
    "sentence": "The backend exposes `GET /api/notes`, which must return the notes of the user.",
    "full-width slashes": "### GET \uff0fapi\uff0fnotes",
    "zero-width space": "### GET /api/\u200bnotes",
    "full URL": "### GET http://localhost:8000/api/notes",
    "trailing slash": "### GET /api/notes/",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_a_form_is_read(text: str) -> None:
    """The endpoint is found, once, with the same method and path in every form."""
    app = application(api=f"# API\n\n{text}\n")

    assert routes(app) == ["GET /api/notes"]


PARAMETERS = {
    "braces": "/api/notes/{note_id}",
    "colon": "/api/notes/:note_id",
    "angle brackets": "/api/notes/<note_id>",
    "typed angle brackets": "/api/notes/<int:note_id>",
    "square brackets": "/api/notes/[note_id]",
    "typed braces": "/api/notes/{note_id:int}",
}


@pytest.mark.parametrize("path", PARAMETERS.values(), ids=PARAMETERS.keys())
def test_a_path_parameter_has_one_form(path: str) -> None:
    """However a parameter is marked in a path, it becomes `{name}`."""
    app = application(api=f"# API\n\n### GET `{path}`\n")

    assert routes(app) == ["GET /api/notes/{note_id}"]
    assert [item.name for item in only(app).parameters] == ["note_id"]


def test_several_methods_on_one_path_are_several_endpoints() -> None:
    """`GET, POST /x` states two endpoints."""
    app = application(api="# API\n\n### GET, POST /api/notes\n")

    assert routes(app) == ["GET /api/notes", "POST /api/notes"]


def test_a_listing_in_a_fence_keeps_its_details_apart() -> None:
    """Routes in one fence own the lines up to the next route."""
    app = application(
        api="""
        # API

        ```
        POST /api/notes
        - Request: { text: string, colour?: string }
        - Response: { id: string }
        - Errors: 400 (validation), 401 (no token)

        DELETE /api/notes/{id}
        - Response: { gone: boolean }
        ```
        """
    )
    post, delete = app.endpoints

    assert [item.name for item in post.request.fields] == ["text", "colour"]
    assert post.statuses == (400, 401)
    assert [item.name for item in delete.response.fields] == ["gone"]
    assert delete.statuses == ()


FALSE = {
    "curl": "```bash\ncurl -X DELETE http://localhost:8000/api/notes/7\n```",
    "example with an id": "**Example:**\n\n```http\nGET /api/notes/7\n```",
    "example with a UUID": "```http\nGET /api/notes/550e8400-e29b-41d4-a716-446655440000\n```",
    "example with a query": "**Example Request:**\n```\nGET /api/notes?limit=3&sort=title\n```",
    "placeholder in capitals": "```\nGET /api/notes/NOTE_ID\n```",
    "note about another route": "**Note**: to change a part use PATCH /api/notes/{id} instead.",
    "python": '```python\nclient.get("/api/notes/7")\n# GET /api/other\n```',
    "rate limit table": "## Rate limits\n\n| Endpoint | Limit |\n|---|---|\n| `/api/x/*` | 10 |",
    "acceptance criterion": "## Acceptance criteria\n\n- [ ] `GET /api/notes/9` answers 404",
    "future": "## Future endpoints\n\n### POST /api/notes/{id}/share\n\nShares a note.",
    "out of scope bullet": "## Out of scope\n\n- `POST /api/notes/import`",
}


@pytest.mark.parametrize("text", FALSE.values(), ids=FALSE.keys())
def test_what_only_looks_like_an_endpoint_is_none(text: str) -> None:
    """Examples, calls and remarks add no endpoint to those that are stated."""
    app = application(api=f"# API\n\n### GET /api/notes/{{id}}\n\nOne note.\n\n{text}\n")

    assert routes(app) == ["GET /api/notes/{id}"]


def test_an_endpoint_that_is_put_off_is_named() -> None:
    """What a heading rules out is left out aloud."""
    reading = read(api="# API\n\n### GET /a\n\nx\n\n## Out of scope\n\n### GET /b\n")

    assert routes(reading.application) == ["GET /a"]
    assert "postponed-endpoint" in rules(reading)


def test_a_mention_of_an_unknown_route_is_not_dropped_in_silence() -> None:
    """A route that the contract names without stating it is a diagnostic with its place."""
    reading = read(api="# API\n\n### GET /a\n\nIt must be called after `PUT /b/c` was called.\n")
    (finding,) = [item for item in reading.diagnostics if item.rule == "not-understood"]

    assert "PUT /b/c" in finding.message
    assert finding.span is not None
    assert finding.span.line == 5


def test_a_table_and_its_details_are_one_endpoint() -> None:
    """An overview row and the section on the same route complete each other."""
    app = application(
        api="""
        # API

        | Method | Path | Auth | Success |
        |--------|------|------|---------|
        | POST | `/notes` | Yes | 201 |

        ### POST /notes

        Creates a note.

        **Request body**:

        | Field | Type | Required |
        |-------|------|----------|
        | `text` | string | Yes |
        """
    )
    endpoint = only(app)

    assert endpoint.auth is True
    assert endpoint.success_status == 201
    assert [item.name for item in endpoint.request.fields] == ["text"]


def test_a_parameter_that_is_named_twice_differently_is_one_endpoint() -> None:
    """`:id` in one place and `{note_id}` in another is one route, and the first name counts."""
    reading = read(
        api=(
            "# API\n\n| Method | Path |\n|---|---|\n| GET | /n/{note_id} |\n\n"
            "### GET /n/:id\n\nOne.\n"
        )
    )

    assert routes(reading.application) == ["GET /n/{note_id}"]
    assert "parameter-names-differ" in rules(reading)


def test_odd_letters_in_a_path_are_reported() -> None:
    """A Cyrillic letter that looks Latin is kept, and said aloud."""
    reading = read(api="# API\n\n### GET /\u0430pi/notes\n")

    assert "look-alike-character" in rules(reading)


def test_a_route_and_its_properties_may_be_items_of_one_list() -> None:
    """Where a section has one route in a list, the items beside it speak of that route."""
    app = application(
        api="""
        # API

        ## Notes (all require JWT)

        ### List
        - **GET** `/api/notes`
        - **Response**: `200 OK`

        ### Make
        - **POST** `/api/notes`
        - **Request Body**:
          ```json
          {"text": "x"}
          ```
        - **Response**: `201 Created`
        """
    )

    assert [(item.name, item.success_status, item.auth) for item in app.endpoints] == [
        ("GET /api/notes", 200, True),
        ("POST /api/notes", 201, True),
    ]
    assert app.endpoints[1].request is not None


def test_a_cell_and_a_labelled_item_may_name_routes() -> None:
    """Several routes in one cell, several methods on one path, and a label before the route."""
    app = application(
        api="""
        # API

        - Root Route: GET / - says hello
        - Method: GET /api/notes - all of them

        | Story | Endpoints |
        |---|---|
        | Write | `POST /api/notes`, `PUT/DELETE /api/notes/{id}` |
        """
    )

    assert routes(app) == [
        "GET /",
        "GET /api/notes",
        "POST /api/notes",
        "PUT /api/notes/{id}",
        "DELETE /api/notes/{id}",
    ]


def test_wide_punctuation_ends_a_path() -> None:
    """Chinese and Japanese punctuation belongs to the sentence."""
    app = application(api="# API\n\n1. `GET /notes`\uff08all\uff09\n2. GET /notes/{id}\uff0cone\n")

    assert routes(app) == ["GET /notes", "GET /notes/{id}"]


@pytest.mark.parametrize(
    "text",
    [
        "### GET /api/notes?day=2026-03-09&open=true",
        "### `GET /api/notes?day={day}&open={open}`",
        "### List notes\n\n**Endpoint**: `GET /api/notes?day=2026-03-09&open=1`",
    ],
)
def test_a_query_in_a_heading_shows_parameters(text: str) -> None:
    """What is headed by a route with a query is an endpoint, and the query names parameters."""
    endpoint = only(application(api=f"# API\n\n{text}\n\nAll notes of a day.\n"))

    assert endpoint.name == "GET /api/notes"
    assert [parameter.name for parameter in endpoint.parameters] == ["day", "open"]


def test_parameters_stand_in_a_plain_fence() -> None:
    """Lines of a fence below a label are parameters, and no table."""
    app = application(
        api="""
        # API

        ### 3. List open notes

        **Endpoint**: `GET /api/notes`

        **Query Parameters:**
        ```
        page: integer (default: 1)
        limit: integer (default: 10, max: 50)
        ```
        """
    )

    assert app.entities == ()
    assert [(item.name, item.default) for item in only(app).parameters] == [
        ("page", Default(value=1)),
        ("limit", Default(value=10)),
    ]


REMINDERS = """
# Feature: Reminders

### POST /api/reminders

Makes one. **Response 201**: the reminder

### GET /api/reminders

Lists them.
"""
CONTRACT = "# API\n\n### GET /api/notes\n\nLists them.\n\n### POST /api/notes\n\nMakes one.\n"


def test_a_feature_that_the_contract_knows_nothing_of_brings_its_endpoints() -> None:
    """A feature's document that is about another matter altogether is read, and it is said."""
    reading = read(api=CONTRACT, feature=REMINDERS)
    told = [item for item in reading.diagnostics if item.rule == "endpoint-not-in-contract"]

    assert routes(reading.application)[2:] == ["POST /api/reminders", "GET /api/reminders"]
    assert reading.application.endpoints[2].success_status == 201
    assert [item.span.line for item in told if item.span] == [3, 7]
    assert all("taken as it stands" in (item.hint or "") for item in told)


def test_such_a_feature_stands_below_the_contracts_base() -> None:
    """Relative paths of a feature have the base that the contract states."""
    reading = read(
        api="# API\n\nBase URL: `/api`\n\n### GET /notes\n\nLists them.\n",
        feature=REMINDERS.replace("/api/", "/"),
    )

    assert routes(reading.application)[1:] == ["POST /api/reminders", "GET /api/reminders"]


@pytest.mark.parametrize(
    "feature",
    [
        f"{REMINDERS}\n### PATCH /api/notes\n\nChanges all.\n",
        "# Feature: Notes\n\n### POST /api/v2/notes\n\nMakes one.\n",
        "# Feature: Reminders\n\nLater `POST /api/reminders` may come.\n",
    ],
)
def test_a_feature_that_the_contract_knows_is_stale_where_it_differs(feature: str) -> None:
    """What shares a resource with the contract, or only mentions a route, adds none."""
    reading = read(api=CONTRACT, feature=feature)

    assert routes(reading.application) == ["GET /api/notes", "POST /api/notes"]


def test_how_to_sign_in_is_not_taken_from_a_feature() -> None:
    """Tokens are often another program's: its routes are told, not implemented."""
    reading = read(
        api=CONTRACT,
        tokens="# Authentication\n\n### POST /api/auth/sign-in\n\nHands out a token.\n",
    )

    assert routes(reading.application) == ["GET /api/notes", "POST /api/notes"]
    assert "endpoint-not-in-contract" in {item.rule for item in reading.diagnostics}


CHECKLIST = """
# Notes

## Acceptance Criteria

### Backend API Endpoints (all under /api/notes)

- [ ] GET /api/notes ?state=open|done → the user's notes
- [ ] POST /api/notes {title: str (1-80), text?: str (≤500)} → the note
- [ ] PATCH /api/notes/{note_id}/pin {pinned: bool} → the note
"""


def test_a_checklist_of_endpoints_states_them() -> None:
    """Boxes below a heading on endpoints are endpoints, with the bodies in their lines."""
    app = application(feature=CHECKLIST)
    requests = [item.request for item in app.endpoints]

    assert routes(app) == ["GET /api/notes", "POST /api/notes", "PATCH /api/notes/{note_id}/pin"]
    assert requests[0] is None
    assert [[field.name for field in item.fields] for item in requests[1:] if item] == [
        ["title", "text"],
        ["pinned"],
    ]


def test_a_checklist_of_other_things_states_none() -> None:
    """What has to be tried by hand is no list of endpoints."""
    app = application(
        feature=(
            "# Notes\n\n### GET /api/notes\n\nAll.\n\n"
            "## Manual tests\n\n- [ ] GET /api/other fails\n"
        )
    )

    assert routes(app) == ["GET /api/notes"]


@pytest.mark.parametrize(
    "text", ["`POST /forgot`는 멱등", "(`POST /forgot`)은 멱등", "`POST /forgot`の後"]
)
def test_a_particle_behind_a_path_is_no_part_of_it(text: str) -> None:
    """Korean and Japanese write a word's case right behind it; a path in that script stays."""
    assert [route.path for route in find_routes(text)] == ["/forgot"]
    assert [route.path for route in find_routes("GET /商品")] == ["/商品"]
