"""Path, query and header parameters from bullets, tables and running lists."""

import pytest
from speclang.specs_builder import application, only, read, rules

from sdd.ir import Location, Parameter, Type


def parameters(text: str, method: str = "GET", path: str = "/notes") -> dict[str, Parameter]:
    """Read one endpoint with this text and return its parameters by name."""
    app = application(api=f"# API\n\n### {method} {path}\n\n{text}\n")
    return {item.name: item for item in only(app).parameters}


BULLETS = {
    "bullet": "**Query Parameters:**\n- `limit`: integer (optional, default: 20, max: 100)",
    "plain label": "Query Parameters:\n- limit: integer (optional, default: 20, max: 100)",
    "note first": (
        "**Query Parameters**:\n- `limit` (integer, optional, default: 20, max: 100): How many"
    ),
    "dash": "#### Query Parameters\n\n- `limit` (integer) - How many (default: 20, max: 100)",
    "bold": "**Query params:**\n- **limit** (integer, default 20, max 100): How many",
    "running list": (
        "**Query Parameters**: `limit` (integer, default: 20, max: 100), `offset` "
        "(integer, default: 0)"
    ),
    "nested": "- **Parameters**:\n  - `limit` (query): integer, default: 20, max: 100",
    "announced": (
        "- **Parameters**:\n  - Optional query params: `limit` (integer, default: 20, max: 100)"
    ),
    "table": (
        "**Query Parameters**:\n\n| Name | Type | Default | Description |\n"
        "|---|---|---|---|\n| `limit` | integer | 20 | How many (max: 100) |"
    ),
    "table with place": (
        "| Parameter | In | Type | Required | Default | Constraints |\n"
        "|---|---|---|---|---|---|\n| limit | query | int | No | 20 | max 100 |"
    ),
    "table without label": (
        "| Parameter | Type | Default | Description |\n|---|---|---|---|\n"
        "| limit | integer | 20 | How many (max 100) |"
    ),
    "counted without type": "**Query Params:**\n- `limit`: Items on a page (default: 20, max: 100)",
}


@pytest.mark.parametrize("text", BULLETS.values(), ids=BULLETS.keys())
def test_a_query_parameter_with_default_and_bound(text: str) -> None:
    """Type, default and bound come out the same in each form."""
    limit = parameters(text)["limit"]

    assert limit.location is Location.QUERY
    assert limit.type is Type.INT
    assert limit.default is not None
    assert limit.default.value == 20
    assert limit.constraints.maximum == 100
    assert limit.required is False


CHOICES = {
    "quoted bars": '**Query Parameters:**\n- status: "all" | "open" | "done" (default: "all")',
    "code bars": "**Query Parameters:**\n- `status`: `all` | `open` | `done` (default: `all`)",
    "parentheses": "**Query Parameters:**\n- `status` (all, open, done), default: all",
    "bars in words": "**Query Params:**\n- `status`: By state (all|open|done) - default: all",
    "one of": "**Query Parameters:**\n- `status`: string, one of: all, open, done (default: all)",
    "values column": (
        "**Query Parameters**:\n\n| Param | Type | Default | Values |\n|---|---|---|---|\n"
        "| `status` | string | `all` | `all`, `open`, `done` |"
    ),
    "enum type": (
        "**Query Parameters**:\n\n| Name | Type | Default | Description |\n"
        "|---|---|---|---|\n| status | enum | all | `all`, `open`, `done` |"
    ),
}


@pytest.mark.parametrize("text", CHOICES.values(), ids=CHOICES.keys())
def test_a_choice_lists_its_values(text: str) -> None:
    """The allowed values and the default come out the same in each form."""
    status = parameters(text)["status"]

    assert status.constraints.choices == ("all", "open", "done")
    assert status.default is not None
    assert status.default.value == "all"
    assert status.type in {Type.STR, Type.ENUM}


def test_a_description_is_no_list_of_choices() -> None:
    """Code words within a sentence do not become allowed values."""
    found = parameters("**Query Parameters:**\n- `search` (string): Text within `title` or `body`")

    assert found["search"].constraints.choices == ()


def test_path_parameters_come_from_the_path() -> None:
    """They are there without a list, and a list adds what it says of them."""
    found = parameters(
        "**Path Parameters**:\n- `note_id`: integer (the note)",
        path="/notes/{note_id}/tags/{tag_id}",
    )

    assert found["note_id"].type is Type.INT
    assert found["tag_id"].type is None
    assert all(item.required for item in found.values())
    assert {item.location for item in found.values()} == {Location.PATH}


def test_one_table_may_hold_path_and_query() -> None:
    """A parameter that is in the path is a path parameter, the others are not."""
    found = parameters(
        "| Parameter | Type | Description |\n|---|---|---|\n| `note_id` | uuid | The note |\n| "
        "`deep` | boolean | All |",
        path="/notes/{note_id}",
    )

    assert found["note_id"].location is Location.PATH
    assert found["note_id"].type is Type.UUID
    assert found["deep"].location is Location.QUERY


def test_the_token_is_no_parameter() -> None:
    """`Authorization` and `Content-Type` are not parameters; other headers are."""
    found = parameters(
        "**Headers**:\n- `Authorization`: Bearer token\n- `Content-Type`: application/json\n- "
        "`X-Trace`: string (optional)"
    )

    assert list(found) == ["X-Trace"] or list(found) == []


def test_none_is_no_parameter() -> None:
    """`None` in place of a list is not a name."""
    assert parameters("**Query Parameters**: None") == {}


def test_an_entry_that_is_not_understood_is_reported() -> None:
    """A list entry without a readable name is said aloud."""
    reading = read(
        api="# API\n\n### GET /notes\n\n**Query Parameters:**\n- `a` `b` whatever this means\n"
    )

    assert "not-understood" in rules(reading)
