from pathlib import Path

import pytest

from sdd.errors import ConfigError, SpecError
from sdd.wiring.project import find_project


@pytest.mark.parametrize("mark", ["specs", ".specify"])
def test_the_nearest_folder_with_specs_is_the_project(tmp_path: Path, mark: str) -> None:
    """A command works from any folder below the project's root."""
    (tmp_path / mark).mkdir()
    below = tmp_path / "backend" / "app"
    below.mkdir(parents=True)

    assert find_project(below) == tmp_path


def test_a_folder_without_project_says_what_to_do(tmp_path: Path) -> None:
    """The hint names the next command."""
    with pytest.raises(SpecError) as raised:
        find_project(tmp_path, explicit=True)

    assert "sdd init" in (raised.value.hint or "")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """`--project` must exist."""
    with pytest.raises(ConfigError, match="nowhere"):
        find_project(tmp_path / "nowhere", explicit=True)


def test_specs_in_folders_below_are_named(tmp_path: Path) -> None:
    """Whoever stands above two projects is told which there are."""
    for name in ("phase one", "phase-2", "frontend"):
        (tmp_path / name).mkdir()
    (tmp_path / "phase one" / "specs").mkdir()
    (tmp_path / "phase-2" / ".specify").mkdir()

    with pytest.raises(SpecError) as raised:
        find_project(tmp_path, explicit=True)

    hint = raised.value.hint or ""
    assert "--project 'phase one', --project phase-2" in hint
    assert "frontend" not in hint
