"""Takes the secrets out of the journal of a run that has ended."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sdd.records.redaction import without_secrets

_MOST_DEPTH = 20
_LONGEST_WAIT = 30.0  # seconds, for what still writes


def seal_journal(path: Path) -> None:
    """Redact all that a journal holds, down to the free pages of its file.

    While a run may go on, its journal must give back every answer as it was; afterwards only
    `replay:RUN` reads it, which works as before where there was no secret. What is no journal, or
    cannot be written, stays as it is.
    """
    if not path.is_file():
        return
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_opened(path)) as journal:
        changes = list(_changes(journal))
        if not changes:
            return
        for table, column, row, text in changes:
            journal.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (text, row))  # noqa: S608 - names from the file's own schema
        # The pages that changes freed and the log of changes still hold what was there. Whoever
        # has the journal open yet, and reads nothing, does not hinder this.
        journal.execute("VACUUM")
        journal.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=_LONGEST_WAIT)


def _changes(journal: sqlite3.Connection) -> Iterator[tuple[str, str, int, str]]:
    """Yield table, column, row and new text of each value with a secret."""
    tables = journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        columns = [row[1] for row in journal.execute(f'PRAGMA table_info("{table}")')]
        for column in columns:
            found = journal.execute(
                f'SELECT rowid, "{column}" FROM "{table}" WHERE typeof("{column}") = \'text\''  # noqa: S608 - as above
            ).fetchall()
            for row, text in found:
                clean = _clean(text)
                if clean != text:
                    yield table, column, row, clean


def _clean(text: str, depth: int = 0) -> str:
    """Redact a text; of JSON the texts in it, which may be JSON again."""
    if depth < _MOST_DEPTH and text[:1] in {"{", "[", '"'}:
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(text)
            clean = _clean_json(value, depth + 1)
            return text if clean == value else json.dumps(clean)
    return without_secrets(text)


def _clean_json(value: Any, depth: int) -> Any:  # noqa: ANN401 - JSON holds anything
    match value:
        case str():
            return _clean(value, depth)
        case list():
            return [_clean_json(item, depth) for item in value]
        case dict():
            return {key: _clean_json(item, depth) for key, item in value.items()}
        case _:
            return value
