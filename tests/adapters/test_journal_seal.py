"""A journal whose run has ended holds no secret, and all else as it was."""

import asyncio
import contextlib
import json
import sqlite3
from pathlib import Path

from sdd.adapters.journal import open_journal, open_replay
from sdd.adapters.journal_seal import seal_journal

_KEY = "AKIA" + "Q3ZK8WXV2LT9RB6N"
_VALUE = "Zk4Qw8Xv2Lt9Rb6Np3Hs7Jd5Gf1Mc0Yx"
_LOUD = json.dumps(
    {
        "text": f"I take {_KEY}.",
        "calls": [{"arguments": json.dumps({"content": f'API_KEY="{_VALUE}"\nDONE = 1\n'})}],
    }
)
_QUIET = '{"text":  "Nothing to hide.", "size": 1.0}'


def _write(path: Path) -> None:
    async def write() -> None:
        async def made(text: str) -> bytes:
            return text.encode()

        async with open_journal(path) as journal:
            await journal.record("auth/0", "loud", lambda: made(_LOUD))
            await journal.record("auth/1", "quiet", lambda: made(_QUIET))

    asyncio.run(write())


def test_a_sealed_journal_holds_no_secret_in_any_byte(tmp_path: Path) -> None:
    """Neither in a value, in JSON within JSON, nor in a free page or a log beside it."""
    path = tmp_path / "journal.db"
    _write(path)
    before = b"".join(file.read_bytes() for file in tmp_path.iterdir())

    seal_journal(path)

    after = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (_KEY.encode(), _VALUE.encode()):
        assert secret in before
        assert secret not in after


def test_a_journal_that_somebody_has_open_yet_is_sealed_too(tmp_path: Path) -> None:
    """Threads of the engine may close it later than the run ends."""
    path = tmp_path / "journal.db"
    _write(path)
    with contextlib.closing(sqlite3.connect(path)) as open_yet:
        open_yet.execute("SELECT count(*) FROM sqlite_master").fetchall()

        seal_journal(path)

        after = b"".join(file.read_bytes() for file in tmp_path.iterdir())

    assert _KEY.encode() not in after


def test_what_holds_no_secret_is_replayed_byte_for_byte(tmp_path: Path) -> None:
    """And of an answer that held one, all else is as it was said."""
    path = tmp_path / "journal.db"
    _write(path)

    seal_journal(path)

    replay = open_replay(path, "run")

    async def never() -> bytes:
        raise AssertionError

    quiet = asyncio.run(replay.record("auth/1", "quiet", never))
    loud = asyncio.run(replay.record("auth/0", "loud", never))
    assert quiet == (_QUIET.encode(), True)
    content = json.loads(json.loads(loud[0])["calls"][0]["arguments"])["content"]
    assert content == 'API_KEY="[REDACTED:secret-value]"\nDONE = 1\n'


def test_only_its_owner_reads_a_journal(tmp_path: Path) -> None:
    """While its run may go on it holds every answer as it was."""
    path = tmp_path / "journal.db"
    _write(path)

    assert path.stat().st_mode & 0o077 == 0


def test_what_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    """A missing file is not made, and one that is no database not touched."""
    path = tmp_path / "journal.db"
    seal_journal(path)
    assert not path.exists()

    path.write_text(f"{_KEY} and no database")
    seal_journal(path)

    assert path.read_text() == f"{_KEY} and no database"


def test_a_journal_without_secrets_is_not_written(tmp_path: Path) -> None:
    """Its bytes stay, so that nothing is risked for nothing."""
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as journal:
        journal.execute("CREATE TABLE answers (text TEXT)")
        journal.execute("INSERT INTO answers VALUES ('quiet')")
    before = path.read_bytes()

    seal_journal(path)

    assert path.read_bytes() == before
