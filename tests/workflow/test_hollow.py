from pathlib import PurePosixPath

import pytest
from fakes import MemoryFiles

from sdd.workflow.hollow import hollow_tests

BACKEND = PurePosixPath("backend")
TESTS = PurePosixPath("backend/tests/test_things.py")
SUPPORT = "backend/tests/support.py"


def faults(text: str, *, support: str = "", written: bool = True) -> list[str]:
    """Return what is said of a file of tests."""
    files = MemoryFiles({str(TESTS): text, SUPPORT: support})
    paths = frozenset({TESTS} if written else ())
    return [item.message for item in hollow_tests(files, BACKEND, paths)]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("    client.get('/x')", "asserts nothing"),
        ("    assert True", "asserts nothing"),
        ("    assert answer == answer", "asserts nothing"),
        ("    assert answer or True", "asserts nothing"),
        ("    return\n    assert answer == 1", "ends before it asserts anything"),
        ("    pytest.skip()\n    assert answer == 1", "ends before it asserts anything"),
    ],
)
def test_a_test_that_cannot_fail_is_named(body: str, fault: str) -> None:
    """Whatever the backend does, it would pass."""
    assert faults(f"def test_it(client, answer):\n{body}\n") == [
        f"test_it {fault}, so it passes whatever the backend does."
    ]


def test_a_skipped_test_and_a_file_without_tests_are_named() -> None:
    """Neither is ever run."""
    assert faults("@pytest.mark.skip\ndef test_it():\n    assert f() == 1\n") != []
    assert faults("") == ["test_things.py holds no test, so it passes whatever the backend does."]


@pytest.mark.parametrize(
    "body",
    [
        "    assert client.get('/x').status_code == 401",
        "    with pytest.raises(ValueError):\n        f()",
        "    expect_not_found(client)",
        "    mock.assert_called_once()",
        "    for item in items:\n        assert item.ok",
    ],
)
def test_a_test_that_can_fail_is_left_alone(body: str) -> None:
    """Helpers count that assert something themselves, or through others."""
    support = (
        "def expect(answer, status):\n    assert answer.status_code == status\n"
        "def expect_not_found(client):\n    expect(client.get('/x'), 404)\n"
    )

    assert faults(f"def test_it(client, items):\n{body}\n", support=support) == []


def test_the_tests_of_people_are_theirs() -> None:
    """What the run did not write is not judged."""
    assert faults("def test_it():\n    pass\n", written=False) == []
