"""Edits to a text keep what they do not name, byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdd.changes import edited
from sdd.diagnostics import Edit
from sdd.text import Span


def edit(line: int, column: int, end: int, text: str) -> Edit:
    span = Span(path="a.py", line=line, column=column, end_line=line, end_column=end)
    return Edit(span=span, new_text=text)


def test_line_ends_and_the_byte_order_mark_stay() -> None:
    """What is put in takes the line ends of the file."""
    data = "\ufeffa = 1\r\nb = 2\r\n".encode()

    assert edited(data, [edit(2, 5, 6, "3\nc = 4")]) == "\ufeffa = 1\r\nb = 3\r\nc = 4\r\n".encode()


def test_columns_count_characters() -> None:
    """A letter of two bytes is one column."""
    assert edited("ä = b\n".encode(), [edit(1, 5, 6, "c")]) == "ä = c\n".encode()


def test_edits_are_made_from_first_to_last_whatever_their_order() -> None:
    """Their places are those of the text before any of them."""
    edits = [edit(1, 5, 6, "long text"), edit(1, 1, 2, "name")]

    assert edited(b"a = b\n", edits) == b"name = long text\n"


@pytest.mark.parametrize(
    "edits",
    [
        [edit(1, 1, 4, ""), edit(1, 3, 5, "")],
        [edit(9, 1, 1, "")],
        [edit(1, 1, 99, "")],
    ],
    ids=["overlap", "no such line", "no such column"],
)
def test_edits_that_do_not_fit_are_refused(edits: list[Edit]) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"edit|line"):
        edited(b"a = b\n", edits)


@given(st.text(alphabet="aä\n\r ", max_size=30))
def test_no_edits_change_nothing(text: str) -> None:
    """Whatever the line ends."""
    data = text.encode()

    assert edited(data, []) == data
