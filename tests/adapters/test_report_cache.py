from pathlib import Path

import pytest

from sdd.adapters.report_cache import ReportCache, program_stamp


def test_what_is_kept_is_loaded(tmp_path: Path) -> None:
    """In `.sdd/cache`, which git does not see."""
    ReportCache(tmp_path, "audit").keep({"a": [1]})

    assert ReportCache(tmp_path, "audit").load() == {"a": [1]}
    assert (tmp_path / ".sdd" / ".gitignore").read_text() == "*\n"
    assert [path.name for path in (tmp_path / ".sdd" / "cache").iterdir()] == ["audit.json"]


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "\x00", "[" * 100_000])
def test_a_damaged_file_counts_as_none(tmp_path: Path, text: str) -> None:
    """Half a file, another form, or too deep to read."""
    cache = ReportCache(tmp_path, "audit")
    cache.keep({})
    (tmp_path / ".sdd" / "cache" / "audit.json").write_text(text)

    assert cache.load() == {}


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A cache is never worth failing for."""
    (tmp_path / ".sdd").write_text("a file where the folder should be")
    ReportCache(tmp_path, "audit").keep({"a": 1})

    assert ReportCache(tmp_path, "audit").load() == {}


def test_the_stamp_is_stable() -> None:
    """The same installation has the same stamp."""
    assert program_stamp() == program_stamp()
