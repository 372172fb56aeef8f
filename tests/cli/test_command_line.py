import pytest

from sdd.cli.command_line import as_typed


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (["implement", "task-crud"], "sdd implement task-crud"),
        (["implement", "--project", "/a b/c", "task-crud"], "sdd implement task-crud"),
        (["implement", "task-crud", "--project=/a/b"], "sdd implement task-crud"),
        (["phr", "--title", "two words"], "sdd phr --title 'two words'"),
    ],
)
def test_a_command_is_quoted_and_names_no_place(words: list[str], typed: str) -> None:
    """What a record says can be typed again, on any machine."""
    assert as_typed(words) == typed
