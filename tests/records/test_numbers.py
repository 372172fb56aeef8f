"""Numbers that are never given twice."""

from pathlib import PurePosixPath

import pytest
from record_fakes import MemoryStore

from sdd.records.store import next_number, number_of

_FOLDER = PurePosixPath("history/prompts/general")


def test_numbers_begin_at_one_and_follow_the_highest(store: MemoryStore) -> None:
    """A gap stays a gap: what was spoken of by its number is not another record later."""
    first = next_number(store, _FOLDER)
    store.create_exclusive(_FOLDER / "0007-a-b-c.general.prompt.md", b"")
    store.create_exclusive(_FOLDER / "readme.md", b"")

    assert (first, next_number(store, _FOLDER)) == (1, 8)


@pytest.mark.parametrize(
    ("name", "number"),
    [("0012-a.md", 12), ("7-a.md", 7), ("12345-a.md", 12345), ("a-1.md", None), ("2026.md", None)],
)
def test_numbers_are_read_from_names(name: str, number: int | None) -> None:
    """One to five digits before a hyphen."""
    assert number_of(name) == number
