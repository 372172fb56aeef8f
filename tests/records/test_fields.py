"""The fast reader of front matter, held against a whole YAML reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdd.records.fields import read_any_fields, read_fields
from sdd.records.phr import default_template, render_phr
from sdd.records.phr_draft import PhrRequest
from sdd.records.plain_yaml import read_plain_yaml
from sdd.text import split_front_matter

_VALUES = st.one_of(
    st.sampled_from(
        ["", "null", "~", "0010", "2026-01-02", '""', '"null"', "'it''s'", "[]", "[a, 'b']"]
    ),
    st.sampled_from(
        ["a: b", "a:b", "# x", "x # y", "x#y", "- z", "-z", "a, b", "[a", "[a,, b]", "[[a]]"]
    ),
    st.sampled_from(
        ['"\\u00e9\\n"', '"\\ud83d\\ude00"', '"a" # b', "'a'b", "|", "&a b", "*a", "é", "\u2028"]
    ),
    st.text("ab:#'\"-[]{}, \\\t\r\u00a0\ufeff~|>&*!%@`?=", max_size=8),
)
_LINES = st.builds(
    lambda *parts: "".join(parts),
    st.sampled_from(["", "", "", "  ", "  ", "    ", "\t"]),
    st.sampled_from(["a: ", "b: ", "Title: ", "title: ", "a:", "b:", "- ", "-", "# ", "null: "]),
    _VALUES,
    st.sampled_from(["", "", " ", "\r", " # c"]),
)


@given(st.lists(_LINES, min_size=1, max_size=6))
def test_what_is_read_fast_is_what_a_whole_reader_reads(lines: list[str]) -> None:
    """Values, names, lines, quotes: all alike, or the fast reader has left it to the other."""
    yaml = "\n".join(lines)

    if read_plain_yaml(yaml) is not None:
        assert read_fields(yaml) == read_any_fields(yaml)


@pytest.mark.parametrize(
    "yaml",
    [
        "a:\n  - b\n    - c",
        "a: null\n  a: ",
        "a: ~\n  - b",
        "a:\n  b: c\n    d: e",
        "a: b\n  - c",
        "a: []\n  - b",
        "a:\n  []\n  - b",
        "a: 1\na: 2",
        "a: 1\nA: 2",
        'a: "\\ud83d\\ude00"',
        "a: b\tc",
        "a:\n",
        "",
    ],
)
def test_what_needs_a_second_look_is_left_to_a_whole_reader(yaml: str) -> None:
    """Indentation that differs, keys that repeat, signs that YAML treats in its own way."""
    read = read_plain_yaml(yaml)

    assert read is None or read_fields(yaml) == read_any_fields(yaml)


@given(st.lists(st.text(max_size=9), max_size=3).map(tuple))
def test_our_own_records_are_read_fast(files: tuple[str, ...]) -> None:
    """A whole reader is for the records of others: ours need it only for rare signs."""
    request = PhrRequest(title="Add the list", stage="general", prompt="Do.", files=files)
    data = render_phr(request, "0001", "2026-01-02", default_template())
    yaml = split_front_matter(data.decode()).yaml or ""
    rare = not all(text.isprintable() for text in files)

    assert rare or read_plain_yaml(yaml) is not None
