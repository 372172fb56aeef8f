from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sdd.ir import Constraints, Default, Field, Shape, Type
from sdd.verify.openapi import OpenApi
from sdd.verify.shapes import compare

_BOUNDS = st.builds(
    Constraints,
    min_length=st.none() | st.integers(0, 5),
    max_length=st.none() | st.integers(6, 99),
)
_SCALARS = st.builds(
    Shape,
    type=st.sampled_from([Type.STR, Type.INT, Type.BOOL, Type.DATE, Type.UUID, Type.DECIMAL]),
    nullable=st.booleans(),
    constraints=_BOUNDS,
)


def _objects(inner: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    names = st.sampled_from("abcdef")
    fields = st.lists(
        st.builds(Field, name=names, shape=inner, required=st.booleans()),
        min_size=1,
        unique_by=lambda item: item.name,
    )
    listed = st.builds(lambda item: Shape(type=Type.LIST, nullable=False, item=item), inner)
    return listed | st.builds(
        lambda items: Shape(type=Type.OBJECT, nullable=False, fields=tuple(items)), fields
    )


_SHAPES = st.recursive(_SCALARS, _objects, max_leaves=6)


@given(_SHAPES, st.booleans())
def test_a_shape_does_not_differ_from_itself(shape: Shape, answer: bool) -> None:  # noqa: FBT001
    """Comparison is reflexive."""
    assert list(compare(shape, shape, answer=answer)) == []


@given(_SHAPES)
def test_what_is_open_matches_anything(shape: Shape) -> None:
    """A spec that says nothing is contradicted by nothing."""
    assert list(compare(Shape(), shape)) == []


def _read(schema: dict[str, object]) -> Shape:
    return OpenApi({"components": {"schemas": {"Node": _NODE}}}).shape(schema)


_NODE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "child": {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]},
    },
    "required": ["name"],
}


def test_the_forms_in_which_pydantic_writes_types_are_read() -> None:
    """Each form of JSON schema that FastAPI emits has its type."""
    forms: list[tuple[dict[str, object], Shape]] = [
        ({"type": "string", "format": "date-time"}, Shape(type=Type.DATETIME, nullable=False)),
        (
            {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]},
            Shape(type=Type.STR, nullable=True, constraints=Constraints(max_length=5)),
        ),
        (
            {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^1$"}]},
            Shape(type=Type.DECIMAL, nullable=False),
        ),
        (
            {"type": "string", "pattern": "^(asc|desc)$"},
            Shape(type=Type.ENUM, nullable=False, constraints=Constraints(choices=("asc", "desc"))),
        ),
        (
            {"type": "integer", "exclusiveMinimum": 0},
            Shape(type=Type.INT, nullable=False, constraints=Constraints(minimum=1)),
        ),
        ({"type": "object", "additionalProperties": True}, Shape(type=Type.JSON, nullable=False)),
        ({}, Shape()),
    ]

    assert [_read(schema) for schema, _ in forms] == [shape for _, shape in forms]


def test_an_amount_is_a_text_in_answers_alone() -> None:
    """An exact amount is sent as text; a request may send a number too."""
    want, have = Shape(type=Type.DECIMAL), Shape(type=Type.STR)

    assert list(compare(want, have, answer=True)) == []
    assert list(compare(want, have)) != []


def test_a_schema_that_contains_itself_ends() -> None:
    """Recursive models are read to a depth, not for ever."""
    assert _read({"$ref": "#/components/schemas/Node"}).type is Type.OBJECT


def test_a_convention_is_only_a_warning() -> None:
    """What the specs did not state, but a convention filled in, is marked in the difference."""
    stated = Shape(type=Type.STR, nullable=False)
    assumed = replace(stated, assumed=frozenset({"type"}))
    other = Shape(type=Type.INT, nullable=False)

    assert [item.assumed for item in compare(stated, other)] == [False]
    assert [item.assumed for item in compare(assumed, other)] == [True]


def test_a_default_that_differs_is_told() -> None:
    """Defaults of optional fields are part of the contract; null is not declared."""
    want = Field(name="a", shape=Shape(type=Type.INT), required=False, default=Default(value=3))
    have = replace(want, default=Default(value=4))
    objects = [Shape(type=Type.OBJECT, fields=(item,)) for item in (want, have)]

    (told,) = compare(objects[0], objects[1])

    assert str(told) == "a: has the default 4, not 3"
