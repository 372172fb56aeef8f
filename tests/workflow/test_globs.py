from pathlib import PurePosixPath

import pytest

from sdd.workflow.globs import covers, matches


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("backend/app/**", "backend/app/main.py", True),
        ("backend/app/**", "backend/app/api/v1/tasks.py", True),
        ("backend/app/**", "backend/application/main.py", False),
        ("backend/*.toml", "backend/pyproject.toml", True),
        ("backend/*.toml", "backend/deep/pyproject.toml", False),
        ("backend/**/test_*.py", "backend/test_a.py", True),
        ("backend/**/test_*.py", "backend/tests/api/test_a.py", True),
        ("backend/app.py", "backend/appxpy", False),
    ],
)
def test_a_star_stays_in_one_name_and_two_cross_folders(
    pattern: str,
    path: str,
    expected: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    """`*` never crosses a slash, `**` does, and a dot is a dot."""
    assert matches(PurePosixPath(path), pattern) is expected


def test_an_exclamation_mark_takes_paths_out() -> None:
    """What `!` names is not covered, wherever it stands in the list."""
    patterns = ("!app/schemas/error.py", "app/schemas/**")

    assert covers(patterns, PurePosixPath("app/schemas/task.py"))
    assert not covers(patterns, PurePosixPath("app/schemas/error.py"))
