from pathlib import Path

import pytest
from verify.harness import ForkedProcesses, context, seed

from sdd.verify import Result, check_tests


def _with_tests(tmp_path: Path, text: str, configuration: str = "") -> Path:
    place = seed("plain_sync", tmp_path)
    (place / "tests").mkdir()
    (place / "tests" / "test_notes.py").write_text(text, "utf-8")
    if configuration:
        (place / "pyproject.toml").write_text(configuration, "utf-8")
    return place


def test_passing_tests_are_counted(tmp_path: Path, processes: ForkedProcesses) -> None:
    """Tests import the application with the settings that it needs."""
    place = _with_tests(
        tmp_path,
        "from fastapi.testclient import TestClient\nfrom main import app\n\n"
        "def test_health():\n    with TestClient(app) as client:\n"
        "        assert client.get('/health').json() == {'ok': True}\n\n"
        "def test_token():\n    assert TestClient(app).get('/notes').status_code == 401\n",
    )

    report = check_tests(context(place, processes))

    assert (report.result, report.reason) == (Result.PASSED, "")
    assert dict(report.counts) == {"tests_passed": 2, "tests_failed": 0, "tests_skipped": 0}
    assert not list(place.rglob("__pycache__"))
    assert not list(place.rglob(".pytest_cache"))


def test_a_failing_test_is_named_with_its_line(tmp_path: Path, processes: ForkedProcesses) -> None:
    """The diagnostic stands at the assertion, and its message holds pytest's words."""
    place = _with_tests(
        tmp_path, "def check(a):\n    assert a == 2\n\n\ndef test_sum():\n    check(1)\n"
    )

    report = check_tests(context(place, processes, prefix="backend"))

    assert report.result is Result.FAILED
    (told,) = report.diagnostics
    assert told.message.startswith("test_sum: assert 1 == 2")
    assert str(told.span) == "backend/tests/test_notes.py:2"


def test_a_module_that_cannot_be_collected_fails(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """An import error in the tests is told like a failure, with its module."""
    place = _with_tests(tmp_path, "import no_such_module\n")

    report = check_tests(context(place, processes))

    assert report.result is Result.FAILED
    assert "no_such_module" in report.diagnostics[0].message


def test_no_tests_are_no_pass(tmp_path: Path, processes: ForkedProcesses) -> None:
    """A backend without tests is not run."""
    report = check_tests(context(seed("plain_sync", tmp_path), processes))

    assert (report.result, report.reason) == (Result.NOT_RUN, "The backend has no tests.")


def test_the_configuration_of_a_folder_above_is_not_taken(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """Only the backend's own configuration counts."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", "utf-8")
    place = _with_tests(tmp_path, "def test_one():\n    assert True\n")

    report = check_tests(context(place, processes))

    assert report.result is Result.PASSED


def test_an_unusable_configuration_is_told(tmp_path: Path, processes: ForkedProcesses) -> None:
    """When pytest itself gives up, the gate fails with what it said."""
    place = _with_tests(
        tmp_path,
        "def test_one():\n    assert True\n",
        '[tool.pytest.ini_options]\naddopts = "--no-such-option"\n',
    )

    report = check_tests(context(place, processes))

    assert report.result is Result.FAILED
    assert "pytest could not run" in report.diagnostics[0].message


@pytest.mark.slow
def test_tests_that_never_end_are_stopped(tmp_path: Path, processes: ForkedProcesses) -> None:
    """A time limit ends them, and the line where they stood is told."""
    place = _with_tests(tmp_path, "import time\n\n\ndef test_wait():\n    time.sleep(60)\n")

    report = check_tests(context(place, processes, timeout=8.0))

    assert report.result is Result.FAILED
    (told,) = report.diagnostics
    assert told.rule == "verify-time-limit"
    assert str(told.span) == "tests/test_notes.py:5"
