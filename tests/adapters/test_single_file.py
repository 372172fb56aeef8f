from pathlib import Path

import pytest

from sdd.adapters.single_file import replace_file
from sdd.errors import WorkspaceError


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """No half file and no leftovers; the mode stays."""
    place = tmp_path / "a.txt"
    place.write_text("old")
    place.chmod(0o600)

    replace_file(place, "new\n")

    assert place.read_text() == "new\n"
    assert place.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is written."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    replace_file(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.parametrize("name", ["missing/a.txt", "folder"])
def test_a_place_that_cannot_hold_it_is_one_sentence(tmp_path: Path, name: str) -> None:
    """A missing folder, or a folder instead of a file."""
    (tmp_path / "folder").mkdir()

    with pytest.raises(WorkspaceError, match=name):
        replace_file(tmp_path / name, "x")


def test_a_device_is_written_in_place(tmp_path: Path) -> None:
    """`--output /dev/null` must not replace the device."""
    replace_file(Path("/dev/null"), "x")

    assert Path("/dev/null").is_char_device()
