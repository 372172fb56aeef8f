import threading
from pathlib import Path, PurePosixPath

import pytest

from sdd.adapters.event_log import appender, follow

LOG = PurePosixPath("events.jsonl")


def test_lines_of_two_writers_do_not_mix(tmp_path: Path) -> None:
    """Each line is one write at the end of the file."""
    append = appender(tmp_path)

    def write(sign: bytes) -> None:
        for _ in range(200):
            append(LOG, sign * 50 + b"\n")

    threads = [threading.Thread(target=write, args=(sign,)) for sign in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    lines = (tmp_path / LOG).read_bytes().splitlines()
    assert sorted(lines) == [b"a" * 50] * 200 + [b"b" * 50] * 200


def test_a_disk_that_refuses_loses_the_line_alone(tmp_path: Path) -> None:
    """The run that tells of itself goes on."""
    appender(tmp_path / "missing")(LOG, b"x\n")

    assert not (tmp_path / "missing").exists()


def test_following_yields_whole_lines_until_the_writer_has_ended(tmp_path: Path) -> None:
    """A line that is half written is waited for; one that never ends is left out."""
    (tmp_path / LOG).write_bytes(b"one\ntw")
    append = appender(tmp_path)
    looks = iter([b"o\nthree\nhalf", b""])

    def ended() -> bool:
        more = next(looks)
        append(LOG, more)
        return not more

    assert list(follow(tmp_path / LOG, ended)) == [b"one", b"two", b"three"]


def test_what_is_written_between_the_last_look_and_the_end_is_not_lost(tmp_path: Path) -> None:
    """The file is read once more when its writer has ended."""
    append = appender(tmp_path)
    append(LOG, b"first\n")

    def ended() -> bool:
        append(LOG, b"last\n")
        return True

    assert list(follow(tmp_path / LOG, ended)) == [b"first", b"last"]


def test_a_missing_log_is_an_error_of_the_system(tmp_path: Path) -> None:
    """The caller knows what it asked for."""
    with pytest.raises(FileNotFoundError):
        next(follow(tmp_path / LOG, lambda: True))
