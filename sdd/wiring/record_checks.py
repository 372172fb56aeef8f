"""Checks all records of a project on all processors of the machine."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from sdd.adapters.workers import in_parallel
from sdd.diagnostics import Diagnostic
from sdd.records.library import only_records, read_phrs
from sdd.records.library_checking import CheckedShare, check_share, join_shares, with_folders
from sdd.wiring.history import History

_LEAST_SHARE = 500


def check_records(history: History) -> tuple[int, tuple[Diagnostic, ...]]:
    """Return how many records there are, and what is wrong with them."""
    paths = history.store.paths()
    known = with_folders(paths)

    def check(share: Sequence[PurePosixPath]) -> CheckedShare:
        return check_share(read_phrs(history.store, share), known)

    shares = in_parallel(check, only_records(paths), least=_LEAST_SHARE)
    return sum(share.records for share in shares), join_shares(shares)
