"""Edits of JSON that leave all other bytes alone."""

import json

from hypothesis import given
from hypothesis import strategies as st

from sdd.records.json_text import insert, remove

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
_INDENTS = st.sampled_from([None, 0, 2, 4, "\t"])


@given(st.dictionaries(st.text(), _VALUES, min_size=1), _VALUES, _INDENTS)
def test_what_is_put_into_an_object_comes_out_again(
    loaded: dict[str, object], value: object, indent: int | str | None
) -> None:
    """The value stands under its key, and taking it out restores every byte."""
    key = "".join(loaded) + "new"
    text = json.dumps(loaded, indent=indent) + "\n"

    edited = insert(text, (), value, key=key)

    assert json.loads(edited) == {**loaded, key: value}
    assert remove(edited, (key,)) == text


@given(st.lists(_VALUES, min_size=1), _VALUES, _INDENTS)
def test_what_is_put_into_a_list_comes_out_again(
    items: list[object], value: object, indent: int | str | None
) -> None:
    """The same, in a list inside an object, of which a first one has no effect."""
    text = json.dumps({"a": items, "b": 1}, indent=indent)
    text = text.replace("{", '{"a": [],', 1)

    edited = insert(text, ("a",), value)

    assert json.loads(edited)["a"] == [*items, value]
    assert remove(edited, ("a", len(items))) == text


@given(st.lists(_VALUES, min_size=1), _INDENTS, st.data())
def test_any_item_can_be_taken_out(
    items: list[object], indent: int | str | None, data: st.DataObject
) -> None:
    """The rest keeps its order."""
    at = data.draw(st.integers(0, len(items) - 1))

    assert json.loads(remove(json.dumps(items, indent=indent), (at,))) == [
        *items[:at],
        *items[at + 1 :],
    ]
