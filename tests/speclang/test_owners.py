"""Whose rows a table holds is asked where the specs leave it open."""

import pytest
from speclang.specs_builder import PATHS, entity, source

from sdd.ir import Application, Question
from sdd.ir.behaviour import ChildOf, Direct, Shared, ownership
from sdd.ir.complete import complete
from sdd.speclang import Reading, read_specs

USERS = """
    ### users

    | Column | Type | Constraints |
    |---|---|---|
    | id | UUID | PRIMARY KEY |
    | email | VARCHAR(200) | NOT NULL, UNIQUE |
    | password_hash | VARCHAR(200) | NOT NULL |
"""
RECIPES = """
    ### recipes

    | Column | Type | Constraints |
    |---|---|---|
    | id | UUID | PRIMARY KEY |
    | title | VARCHAR(200) | NOT NULL |
"""
API = """
    # API

    Every endpoint needs a token.

    ### GET /api/recipes

    ### POST /api/recipes

    **Request Body**:

    - `title`: string, required
"""


def reading(schema: str, api: str = API, **answers: str) -> Reading:
    """Read a contract and a schema with answers, `owner_of_recipe` for `owner-of-recipe`."""
    given = {name.replace("_", "-"): answer for name, answer in answers.items()}
    return read_specs(
        [source(PATHS["api"], api), source(PATHS["schema"], f"    # Schema\n{schema}")], given
    )


def asked(found: Reading) -> dict[str, Question]:
    """The questions about owners, by id."""
    questions = found.application.questions
    return {item.id: item for item in questions if item.id.startswith("owner-of-")}


def owned_by(application: Application, name: str) -> object:
    """Who owns the rows once conventions have filled the rest."""
    whole = complete(application)
    return ownership(whole, entity(whole, name))


def test_a_column_that_is_called_the_users_is_not_asked_about() -> None:
    """`user_id` says it."""
    found = reading(USERS + RECIPES + "    | user_id | UUID | NOT NULL, REFERENCES users(id) |\n")

    assert asked(found) == {}


@pytest.mark.parametrize("column", ["created_by", "author_id", "reviewer_id"])
def test_who_made_a_row_need_not_own_it(column: str) -> None:
    """One user is named, so theirs alone is proposed, with the places that raise it."""
    found = reading(USERS + RECIPES + f"    | {column} | UUID | NOT NULL, REFERENCES users(id) |\n")
    (question,) = asked(found).values()

    assert question.choices == (column, "shared")
    assert question.proposal == column
    assert question.consequence is not None
    assert column in question.consequence
    assert [place.path for place in question.places] == [PATHS["schema"], PATHS["api"]]
    assert question.blocking is False


def test_of_several_users_the_maker_is_proposed_first() -> None:
    """Whoever is assigned later may come and go."""
    columns = "".join(
        f"    | {name} | UUID | {null}REFERENCES users(id) |\n"
        for name, null in (("tasted_by", ""), ("cook_id", "NOT NULL, "), ("created_by", ""))
    )
    (question,) = asked(reading(USERS + RECIPES + columns)).values()

    assert question.choices == ("created_by", "cook_id", "tasted_by", "shared")


def test_rows_without_a_user_are_proposed_to_be_everybodys() -> None:
    """Nothing says that they are somebody's."""
    (question,) = asked(reading(USERS + RECIPES)).values()

    assert question.id == "owner-of-recipe"
    assert (question.proposal, question.choices) == ("shared", ("shared", "user_id"))


def test_a_sentence_on_own_rows_proposes_an_owner() -> None:
    """It is named as a place."""
    api = API.replace(
        "Every endpoint needs a token.", "A token is needed. Users see their recipes."
    )
    (question,) = asked(reading(USERS + RECIPES, api)).values()

    assert question.proposal == "user_id"
    assert (PATHS["api"], 3) in [(place.path, place.line) for place in question.places]


def test_a_table_of_members_raises_the_question() -> None:
    """Users beside rows mean something, but not what."""
    members = """
    ### recipe_members

    | Column | Type | Constraints |
    |---|---|---|
    | recipe_id | UUID | NOT NULL, REFERENCES recipes(id) |
    | user_id | UUID | NOT NULL, REFERENCES users(id) |
"""
    (question,) = asked(reading(USERS + RECIPES + members)).values()

    assert "recipe_members" in question.text
    assert question.proposal == "user_id"
    assert len(question.places) == 3


def test_rows_below_owned_rows_follow_them() -> None:
    """The parent is asked about, once."""
    steps = """
    ### steps

    | Column | Type | Constraints |
    |---|---|---|
    | id | UUID | PRIMARY KEY |
    | recipe_id | UUID | NOT NULL, REFERENCES recipes(id) |
"""
    made = "    | created_by | UUID | NOT NULL, REFERENCES users(id) |\n"
    api = API + "\n    ### POST /api/steps\n"

    found = reading(USERS + RECIPES + made + steps, api)

    assert set(asked(found)) == {"owner-of-recipe"}
    assert isinstance(owned_by(found.application, "Step"), ChildOf)


@pytest.mark.parametrize(
    "api",
    [
        API.replace(
            "Every endpoint needs a token.",
            "## Authentication\n\n    No authentication required.\n\n    ## Recipes",
        ),
        API.replace("### POST /api/recipes", "### GET /api/recipes/{id}"),
    ],
    ids=["open to everybody", "read alone"],
)
def test_rows_that_nobody_can_take_are_not_asked_about(api: str) -> None:
    """There is nothing to confine."""
    assert asked(reading(USERS + RECIPES, api)) == {}


def test_whoever_signs_in_is_the_user_whatever_they_are_called() -> None:
    """A handle and a password make `cooks` the users, so `cook_id` is an owner."""
    cooks = USERS.replace("users", "cooks")
    found = reading(cooks + RECIPES + "    | cook_id | UUID | NOT NULL, REFERENCES cooks(id) |\n")

    assert asked(found) == {}
    assert owned_by(found.application, "Recipe") == Direct(
        column=entity(complete(found.application), "Recipe").columns[2]
    )


@pytest.mark.parametrize("answer", ["created_by", "`created_by`"])
def test_an_answer_names_the_column(answer: str) -> None:
    """It is the owner from then on, and nobody is asked again."""
    made = "    | created_by | UUID | NOT NULL, REFERENCES users(id) |\n"
    found = reading(USERS + RECIPES + made, owner_of_recipe=answer)

    assert entity(found.application, "Recipe").owner_column == "created_by"
    assert asked(found) == {}


@pytest.mark.parametrize("answer", ["shared", "Everybody"])
def test_an_answer_shares_rows_whatever_their_columns_say(answer: str) -> None:
    """No convention takes them back."""
    made = "    | created_by | UUID | NOT NULL, REFERENCES users(id) |\n"
    found = reading(USERS + RECIPES + made, owner_of_recipe=answer)

    assert owned_by(found.application, "Recipe") == Shared()
    assert asked(found) == {}


def test_an_answer_adds_an_owner() -> None:
    """The column has the type of the users' key and refers to them."""
    found = reading(USERS + RECIPES, owner_of_recipe="user_id")
    added = entity(found.application, "Recipe").column("user_id")

    assert added is not None
    assert added.foreign_key is not None
    assert (added.type, added.nullable, added.foreign_key.table) == ("uuid", False, "users")
    assert isinstance(owned_by(found.application, "Recipe"), Direct)


def test_an_answer_that_names_nothing_leaves_the_question() -> None:
    """Whatever was meant, it is not guessed."""
    found = reading(USERS + RECIPES, owner_of_recipe="the cook")

    assert set(asked(found)) == {"owner-of-recipe"}
    assert entity(found.application, "Recipe").shared is False
