"""Work that is spread over the processors."""

import os
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdd.adapters.workers import in_parallel
from sdd.errors import ConfigError


@given(st.lists(st.integers(), max_size=30), st.integers(1, 40))
def test_shares_put_together_are_the_whole_in_order(items: list[int], least: int) -> None:
    """However many copies of the process there are, nothing is lost or done twice."""
    shares = in_parallel(list, items, least=least)

    assert [item for share in shares for item in share] == items


def test_a_share_whose_copy_died_is_done_here() -> None:
    """A killed child costs time and no result."""
    parent = os.getpid()

    def work(share: Sequence[int]) -> list[int]:
        if os.getpid() != parent:
            os._exit(9)
        return list(share)

    shares = in_parallel(work, range(10), least=1)

    assert [item for share in shares for item in share] == list(range(10))


def test_an_error_of_a_copy_is_raised_here() -> None:
    """What a share cannot do, its owner hears of as if nobody had copied anything."""

    def work(share: Sequence[int]) -> int:
        if 9 in share:
            raise ConfigError("Nine.", hint="Take eight.")
        return 0

    with pytest.raises(ConfigError, match="Nine"):
        in_parallel(work, range(10), least=1)
