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
