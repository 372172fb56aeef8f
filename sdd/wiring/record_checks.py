"""Checks all records of a project: what has changed since the last time, on all processors."""

import sys
from collections.abc import Sequence
from pathlib import PurePosixPath

from sdd.adapters.report_cache import ReportCache, program_stamp
from sdd.adapters.workers import in_parallel
from sdd.diagnostics import Diagnostic
from sdd.records.flawless import recognise
from sdd.records.kept_checks import content_hash, kept_data, kept_record
from sdd.records.library import only_records
from sdd.records.library_checking import CheckedRecord, check_record, check_together, with_folders
from sdd.records.reading import read_phr
from sdd.wiring.history import History

_LEAST_KEPT = 200
_LEAST_SHARE = 500
_Read = tuple[PurePosixPath, bytes]


def check_records(
    history: History, *, least_kept: int = _LEAST_KEPT
) -> tuple[int, tuple[Diagnostic, ...]]:
    """Return how many records there are, and what is wrong with them.

    What was found in a record is kept in `.sdd/cache` with the hash of its bytes; from
    `least_kept` records on, below which a file of ours in the project is not worth it.
    """
    paths = history.store.paths()
    read = ((path, history.store.read(path)) for path in only_records(paths))
    found = [(path, data) for path, data in read if data is not None]
    if len(found) < least_kept:
        checked = _check(found)
    else:
        checked = _check_with(ReportCache(history.root, "records"), found)
    return len(found), check_together(checked, with_folders(paths))


def _check_with(cache: ReportCache, found: Sequence[_Read]) -> list[CheckedRecord]:
    kept = cache.load()
    stamp = [program_stamp(), sys.version]
    records = kept.get("records") if kept.get("stamp") == stamp else None
    records = records if isinstance(records, dict) else {}
    hashes = {path: content_hash(data) for path, data in found}
    known = {path: kept_record(records, path, content) for path, content in hashes.items()}
    fresh = {
        record.path: record for record in _check([item for item in found if not known[item[0]]])
    }
    checked = [known[path] or fresh[path] for path, _ in found]
    if fresh or len(records) != len(found):
        pairs = ((hashes[record.path], record) for record in checked)
        cache.keep({"stamp": stamp, "records": kept_data(pairs)})
    return checked


def _check(found: Sequence[_Read]) -> list[CheckedRecord]:
    shares = in_parallel(_check_share, found, least=_LEAST_SHARE)
    return [record for share in shares for record in share]


def _check_share(share: Sequence[_Read]) -> list[CheckedRecord]:
    return [recognise(data, path) or check_record(read_phr(data, path)) for path, data in share]
