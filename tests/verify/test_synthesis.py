import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdd.verify.probe.operations import Document
from sdd.verify.probe.synthesis import Maker
from sdd.verify.probe.world import absent

_MARK = "zqa1b2c3n10"


def _make(schema: dict[str, Any], *, name: str = "", full: bool = True) -> Any:  # noqa: ANN401
    return Maker(Document({})).value(schema, _MARK, name=name, full=full)


@given(st.integers(0, 30), st.integers(0, 30))
def test_texts_keep_their_bounds(least: int, more: int) -> None:
    """Whatever the limits, the text lies between them."""
    text = _make({"type": "string", "minLength": least, "maxLength": least + more})

    assert least <= len(text) <= least + more


@given(st.integers(-99, 99), st.integers(0, 99), st.sampled_from(["integer", "number"]))
def test_numbers_keep_their_bounds(least: int, more: int, kind: str) -> None:
    """Whatever the limits, the number lies between them."""
    value = _make({"type": kind, "minimum": least, "maximum": least + more})

    assert least <= value <= least + more
    assert isinstance(value, int) == (kind == "integer")


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-\d{4}$",
        r"^(low|high)$",
        r"^#[0-9a-fA-F]{6}$",
        r"^\d{4}-\d{2}-\d{2}$",
        r"^[^\s]+$",
        r"^\+?[1-9]\d{6,14}$",
        r"^[a-z]+(?:-[a-z]+)*$",
        r"^\S+@\S+\.\w{2,}$",
    ],
)
def test_texts_match_their_pattern(pattern: str) -> None:
    """A text is built for a pattern that the mark does not match."""
    assert re.search(pattern, _make({"type": "string", "pattern": pattern}))


def test_a_mark_stands_in_every_text_that_lets_it() -> None:
    """The texts of a body can be recognised in answers to others."""
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": 80},
            "email": {"type": "string", "format": "email"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["title"],
    }

    body = _make(schema)

    assert body == {
        "title": _MARK,
        "email": f"{_MARK}@example.com",
        "tags": [_MARK],
        "note": _MARK,
    }
    assert _make(schema, full=False) == {"title": _MARK}


def test_a_schema_that_contains_itself_ends() -> None:
    """Optional parts of themselves are left out at some depth."""
    node = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Node"}}}
    document = Document({"components": {"schemas": {"Node": node}}})

    assert Maker(document).value(node, _MARK)["child"]


@given(st.uuids(version=4) | st.integers(1, 10**6) | st.uuids().map(lambda item: item.hex))
def test_an_absent_id_has_the_form_of_the_one_given(given_id: uuid.UUID | int | str) -> None:
    """A handler that validates ids lets it through, and no row has it."""
    row_id = str(given_id) if isinstance(given_id, uuid.UUID) else given_id

    other = absent(row_id)

    assert other != row_id
    assert type(other) is type(row_id)
    if isinstance(given_id, uuid.UUID):
        assert uuid.UUID(other).version == 4
