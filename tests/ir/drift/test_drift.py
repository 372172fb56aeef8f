"""Specs beside code: every difference is found, named with both sides, and only then."""

from collections.abc import Iterable

import pytest

from sdd.ir import (
    Application,
    Column,
    Constraints,
    Default,
    Endpoint,
    Entity,
    Factory,
    Field,
    ForeignKey,
    Location,
    Parameter,
    Shape,
    Type,
)
from sdd.ir.drift import Difference, Side, diff


def table(*columns: Column, name: str = "Note", managed_by: str | None = None) -> Application:
    """An application of one table."""
    return Application(
        entities=(Entity(name=name, table="notes", columns=columns, managed_by=managed_by),)
    )


def body(*names: str) -> Shape:
    """An object of text fields."""
    fields = tuple(Field(name=name, shape=Shape(type=Type.STR)) for name in names)
    return Shape(type=Type.OBJECT, fields=fields)


def api(*endpoints: Endpoint) -> Application:
    """An application of endpoints."""
    return Application(endpoints=endpoints)


def told(differences: Iterable[Difference]) -> list[tuple[str, str]]:
    """Rule and subject of each difference."""
    return [(item.rule, item.subject) for item in differences]


TEXT = Column(name="text", type=Type.STR, nullable=False, constraints=Constraints(max_length=200))
COLUMNS = {
    "drifted-type": (TEXT, Column(name="text", type=Type.INT)),
    "drifted-length": (
        TEXT,
        Column(name="text", type=Type.STR, constraints=Constraints(max_length=80)),
    ),
    "drifted-nullability": (
        TEXT,
        Column(name="text", type=Type.STR, nullable=True, constraints=Constraints(max_length=200)),
    ),
    "drifted-key": (
        Column(name="text", primary_key=True),
        Column(name="text", primary_key=False),
    ),
    "drifted-uniqueness": (Column(name="text", unique=True), Column(name="text")),
    "drifted-default": (
        Column(name="text", default=Default(value="a")),
        Column(name="text", default=Default(value="b")),
    ),
    "drifted-reference": (
        Column(name="text", foreign_key=ForeignKey(table="users", column="id")),
        Column(name="text", foreign_key=ForeignKey(table="teams", column="id")),
    ),
    "renamed-column": (Column(name="is_done"), Column(name="done")),
    "missing-column": (Column(name="text"), Column(name="other_thing")),
}


@pytest.mark.parametrize("rule", COLUMNS)
def test_a_column_that_differs_is_named(rule: str) -> None:
    """Each fact of a column is compared, and both sides are told."""
    spec, code = COLUMNS[rule]

    found = diff(table(spec), table(code))

    assert (rule, f"Note.{spec.name}") in told(found)
    assert all(item.spec != item.code for item in found)


def test_what_is_left_open_is_no_difference() -> None:
    """None on either side, and words for the same, are no drift."""
    spec = table(
        Column(name="text", type=Type.TEXT, nullable=None),
        Column(name="tags", type=Type.LIST),
        Column(name="done", type=Type.BOOL, nullable=True, default=Default(value=False)),
        Column(name="made", type=Type.DATETIME, default=Default(factory=Factory.NOW)),
    )
    code = table(
        Column(name="text", type=Type.STR, nullable=False),
        Column(name="tags", type=Type.JSON),
        Column(name="done", type=Type.BOOL, nullable=False, default=Default(value=False)),
        Column(name="made", type=Type.DATETIME, default=Default(value=None)),
    )

    assert diff(spec, code) == ()


def test_a_limit_may_stand_in_the_request() -> None:
    """Code that checks the length where it takes the text keeps the limit."""
    taken = Shape(
        type=Type.OBJECT,
        fields=(
            Field(name="text", shape=Shape(type=Type.STR, constraints=Constraints(max_length=200))),
        ),
    )
    code = Application(
        entities=table(Column(name="text", type=Type.STR, nullable=False)).entities,
        endpoints=(Endpoint(method="POST", path="/notes", request=taken),),
    )
    spec = Application(
        entities=table(TEXT).entities, endpoints=(Endpoint(method="POST", path="/notes"),)
    )

    assert diff(spec, code) == ()


def test_tables_are_found_both_ways() -> None:
    """A table of one side alone is named; one that somebody else manages is nobody's drift."""
    notes, users = table(TEXT), table(TEXT, name="Account", managed_by="Better Auth")

    assert told(diff(notes, Application())) == [("missing-table", "Note")]
    assert told(diff(Application(), notes)) == [("unspecified-table", "Note")]
    assert diff(users, Application()) == ()


def test_endpoints_are_found_both_ways() -> None:
    """One that the code lacks, and those that only the code has, by their resource."""
    spec = api(Endpoint(method="GET", path="/api/notes"))
    code = api(
        Endpoint(method="POST", path="/api/chats"),
        Endpoint(method="GET", path="/api/chats/{id}"),
        Endpoint(method="GET", path="/health"),
    )

    found = diff(spec, code)

    assert told(found) == [
        ("missing-endpoint", "GET /api/notes"),
        ("unspecified-endpoint", "/api/chats"),
    ]
    assert [item.only for item in found] == [Side.SPEC, Side.CODE]


def test_endpoints_that_moved_together_are_one_difference() -> None:
    """Another base for all of them is said once, and nothing is missing."""
    spec = api(
        *(
            Endpoint(method=method, path=f"/api/{{user_id}}/notes{rest}")
            for method, rest in (("GET", ""), ("POST", ""), ("GET", "/{id}"))
        )
    )
    code = api(
        *(
            Endpoint(method=method, path=f"/api/v1/notes{rest}")
            for method, rest in (("GET", ""), ("POST", ""), ("GET", "/{note_id}"))
        )
    )

    (found,) = diff(spec, code)

    assert (found.rule, found.spec, found.code) == ("moved-endpoint", "/api/{}", "/api/v1")
    assert "2 more likewise" in found.message


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (("PATCH", "/notes/{id}/complete"), ("PATCH", "/notes/{id}/toggle")),
        (("PUT", "/notes/{id}"), ("PATCH", "/notes/{id}")),
    ],
)
def test_one_other_word_is_a_renamed_endpoint(
    here: tuple[str, str], there: tuple[str, str]
) -> None:
    """An endpoint whose method or last word differs is the same one."""
    spec = api(Endpoint(method=here[0], path=here[1]))
    code = api(Endpoint(method=there[0], path=there[1]))

    assert [item.rule for item in diff(spec, code)] == ["renamed-endpoint"]


def test_status_access_query_body_and_answer_are_compared() -> None:
    """What an endpoint takes and gives, each in words of its own."""
    limit = Parameter(name="limit", location=Location.QUERY)
    page = Parameter(name="page", location=Location.QUERY)
    spec = Endpoint(
        method="POST",
        path="/notes",
        auth=True,
        success_status=201,
        parameters=(limit,),
        request=body("text", "colour"),
        response=body("id", "text", "seen"),
    )
    code = Endpoint(
        method="POST",
        path="/notes",
        auth=False,
        success_status=200,
        parameters=(page,),
        request=body("text", "size"),
        response=body("id", "text"),
    )

    found = {item.rule: item.message for item in diff(api(spec), api(code))}

    assert set(found) == {
        "drifted-access",
        "drifted-status",
        "drifted-query",
        "drifted-body",
        "drifted-answer",
    }
    assert found["drifted-query"] == (
        "POST /notes takes limit only in the specs, and page only in the code."
    )
    assert "colour only in the specs, and size only in the code" in found["drifted-body"]


def test_a_body_that_lacks_a_missing_column_says_nothing_new() -> None:
    """One cause, one difference."""
    spec = Application(
        entities=table(TEXT, Column(name="colour")).entities,
        endpoints=(Endpoint(method="POST", path="/notes", request=body("text", "colour")),),
    )
    code = Application(
        entities=table(TEXT).entities,
        endpoints=(Endpoint(method="POST", path="/notes", request=body("text")),),
    )

    assert told(diff(spec, code)) == [("missing-column", "Note.colour")]


def test_what_several_endpoints_share_is_said_once() -> None:
    """The same words about several endpoints are folded."""
    spec = api(
        Endpoint(method="GET", path="/notes", response=body("id", "seen")),
        Endpoint(method="GET", path="/notes/{id}", response=body("id", "seen")),
    )
    code = api(
        Endpoint(method="GET", path="/notes", response=body("id")),
        Endpoint(method="GET", path="/notes/{id}", response=body("id")),
    )

    (found,) = diff(spec, code)

    assert found.subject == "GET /notes, GET /notes/{id}"


def test_an_application_has_no_drift_from_itself() -> None:
    """Nothing differs from the same."""
    whole = Application(
        entities=table(TEXT).entities,
        endpoints=(Endpoint(method="POST", path="/notes", request=body("text"), auth=True),),
    )

    assert diff(whole, whole) == ()


def test_choices_bound_a_text() -> None:
    """A length in the specs is no difference where the code lets a few words in alone."""
    code = Column(
        name="text",
        type=Type.ENUM,
        nullable=False,
        constraints=Constraints(choices=("high", "low")),
    )

    assert told(diff(table(TEXT), table(code))) == []


def test_a_route_that_is_answered_twice_is_one_endpoint() -> None:
    """A second handler with a slash at the end is the stated endpoint too, and is judged so."""
    spec = api(Endpoint(method="GET", path="/api/notes", auth=True))
    once = Endpoint(method="GET", path="/api/notes", auth=True)
    closed = Endpoint(method="GET", path="/api/notes/", auth=True)
    open_to_all = Endpoint(method="GET", path="/api/notes/", auth=False)

    assert diff(spec, api(once, closed)) == ()
    assert told(diff(spec, api(once, open_to_all))) == [("drifted-access", "GET /api/notes")]
