"""Columns as people spell them out: details in nested items, unions, words of another language."""

import pytest
from speclang.specs_builder import column, entity, only, read, source

from sdd.ir import Application, Factory, Type
from sdd.speclang import read_specs


def model(text: str) -> Application:
    """Read a data model."""
    return read_specs([source("specs/001-barn/data-model.md", text)]).application


NESTED = """
    # Data model

    ## Goat Entity

    ### Fields

    - **id**: UUID (Primary Key)
      - Type: UUID (database) / str (Python)
      - Constraints: Not Null
    - **born_at**: When the goat was born
      - Type: DateTime (UTC)
      - Constraints: Not Null
      - Description: As the herder remembers it
    - **ear_tag**: What is on the ear
      - Type: String
      - Constraints: Unique, Not Null
    """


def test_details_stand_in_items_of_their_own() -> None:
    """A name with a remark is a column, since its type stands below it."""
    app = model(NESTED)

    assert [item.name for item in entity(app, "Goat").columns] == ["id", "born_at", "ear_tag"]
    assert column(app, "Goat.born_at").type is Type.DATETIME
    assert column(app, "Goat.born_at").nullable is False
    assert column(app, "Goat.ear_tag").unique is True


@pytest.mark.parametrize(
    "label", ["Fields", "Fields (as far as they matter here)", "Columns (new)"]
)
def test_a_label_over_columns_may_have_a_remark(label: str) -> None:
    """The table is not lost for it."""
    app = model(f"""
        # Data model

        ### Goat (existing)
        - **{label}**:
          - `id: string`
          - `name: string`
        - **Relationships**:
          - `Goat` has many `Bell` records.
        """)

    assert [item.name for item in entity(app, "Goat").columns] == ["id", "name"]


def of_one_column(text: str) -> Application:
    """Read a goat with a key and one other column."""
    return model(f"""
        # Data model

        - **Goat**
          - `id: string`
          - {text}
        """)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("`mood: 'calm' | 'cross'`", Type.ENUM),
        ("`soldAt: Date`", Type.DATETIME),
        ("`soldAt: Date | null`", Type.DATETIME),
        ("`birthday: Date`", Type.DATE),
    ],
)
def test_words_of_a_script_have_their_meaning(text: str, type_: Type) -> None:
    """A union of literals is an enum; a `Date` is a moment where its name says `At`."""
    table = entity(of_one_column(text), "Goat")

    assert table.columns[1].type is type_


def test_an_enum_of_a_name_has_its_values() -> None:
    """`Mood` enum (`calm` | `cross`) in a cell is an enum, whatever the class is called."""
    app = model("""
        # Data model

        ## Goat

        | Field | Type | Rules |
        |---|---|---|
        | `id` | `int` (identity PK) | |
        | `mood` | `Mood` enum (`calm` \\| `cross`) | Required, defaults to `calm`. |
        """)
    mood = column(app, "Goat.mood")

    assert (mood.type, mood.constraints.choices) == (Type.ENUM, ("calm", "cross"))
    default = column(app, "Goat.id").default
    assert default is not None
    assert default.factory is Factory.AUTOINCREMENT


@pytest.mark.parametrize(
    "text",
    [
        "`hidden: boolean` (whether the herder's identity is hidden)",
        "`leavesAt: DateTime` — stay default 7 days",
        "`email: string`, unique by the server's default case-insensitive collation",
    ],
)
def test_a_word_in_a_remark_is_no_default(text: str) -> None:
    """What the column cannot hold, and what is the default of something else, is none."""
    table = entity(of_one_column(text), "Goat")

    assert table.columns[1].default is None


ROUTES = """
    # Goats

    ### GET /api/goats
    **Authentication**: None required

    **Response (200 OK)**:
    ```json
    [{"id": 1}]
    ```
    """


def test_markdown_that_is_called_yaml_is_read_as_what_it_is() -> None:
    """Its routes are the contract, and nobody is told that it is no OpenAPI."""
    found = read_specs([source("specs/001-barn/contracts/api.yaml", ROUTES)])

    assert only(found.application).name == "GET /api/goats"
    assert only(found.application).success_status == 200
    assert only(found.application).auth is False
    assert found.diagnostics == ()


@pytest.mark.parametrize("name", ["session_token", "access_token", "SESSIONID"])
def test_a_cookie_with_a_token_is_shown_where_one_is_needed(name: str) -> None:
    """A request that bears one stands for all requests to that route."""
    app = read(
        api=f"""
        # API

        ### GET /api/goats

        **Request**:
        ```http
        GET /api/goats
        Cookie: {name}=<token>
        ```
        """
    ).application

    assert only(app).auth is True
