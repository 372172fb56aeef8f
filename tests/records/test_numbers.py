"""Numbers that are never given twice."""

from collections.abc import Sequence
from pathlib import PurePosixPath

import pytest
from record_fakes import MemoryStore

from sdd.records.store import claimed_number, number_of

_FOLDER = PurePosixPath("history/prompts/general")


def test_a_claim_is_held_only_as_long_as_it_is_needed(store: MemoryStore) -> None:
    """The first number is one, and nothing is left behind."""
    with claimed_number(store, _FOLDER) as number:
        assert number == 1
        assert len(store.files) == 1

    assert not store.files


def test_a_claim_is_freed_when_writing_fails(store: MemoryStore) -> None:
    """An error inside gives the number back."""
    with pytest.raises(ValueError, match="no"), claimed_number(store, _FOLDER):
        raise ValueError("no")

    assert not store.files


def test_two_claims_at_once_differ(store: MemoryStore) -> None:
    """While one holds a number, another gets the next."""
    with claimed_number(store, _FOLDER) as first, claimed_number(store, _FOLDER) as second:
        assert (first, second) == (1, 2)


def test_a_claim_of_the_dead_leaves_a_gap(store: MemoryStore) -> None:
    """A number that somebody claimed and never used is not given again."""
    store.create_exclusive(PurePosixPath(".sdd/claims") / _FOLDER / "0001", b"")

    with claimed_number(store, _FOLDER) as number:
        assert number == 2


class _Late(MemoryStore):
    """Shows a record only after the first look, as when another process was quicker."""

    looks = 0

    def names(self, folder: PurePosixPath) -> Sequence[str]:
        """Return nothing at first, then one record."""
        self.looks += 1
        return [] if self.looks == 1 else ["0001-quick.general.prompt.md"]


def test_a_number_that_was_used_between_look_and_claim_is_not_given() -> None:
    """After claiming, the folder is looked at again."""
    store = _Late()

    with claimed_number(store, _FOLDER) as number:
        assert number == 2
    assert not store.files


@pytest.mark.parametrize(
    ("name", "number"),
    [("0012-a.md", 12), ("7-a.md", 7), ("12345-a.md", 12345), ("a-1.md", None), ("2026.md", None)],
)
def test_numbers_are_read_from_names(name: str, number: int | None) -> None:
    """One to five digits before a hyphen."""
    assert number_of(name) == number
