"""The backend's own tests, run by its own pytest, with each failure's place and words."""

import importlib.metadata
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from . import places, sources

_NO_TESTS = 5
_LONGEST = 1500
_CONFIGURATION = ("pytest.toml", ".pytest.toml", "pytest.ini", "tox.ini", "setup.cfg")


class Watcher:
    """A pytest plugin that counts outcomes and keeps failures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.passed = 0
        self.skipped = 0
        self.failures: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note one phase of one test."""
        if report.failed:
            self._fail(report, report.nodeid)
        elif report.skipped:
            self.skipped += 1
        elif report.when == "call":
            self.passed += 1

    def pytest_collectreport(self, report: Any) -> None:
        """Note a module that could not be collected."""
        if report.failed:
            self._fail(report, report.nodeid or "collection")

    def _fail(self, report: Any, node: str) -> None:
        crash = getattr(report.longrepr, "reprcrash", None)
        text = str(getattr(report, "longreprtext", ""))
        message = getattr(crash, "message", "") or (text.strip().splitlines() or [""])[-1]
        test_file = self._folder / str(node).partition("::")[0]
        file = places.relative(str(test_file), self._folder)
        line = _line_in(report, test_file)
        self.failures.append(
            {
                "node": node,
                "when": getattr(report, "when", "collect"),
                "file": file,
                "line": line,
                "message": message.splitlines()[0] if message else "failed",
                "text": text[-_LONGEST:],
            }
        )


def _line_in(report: Any, file: Path) -> int:
    """Find the innermost line of the test's own file in the traceback."""
    line = 0
    for entry in getattr(getattr(report.longrepr, "reprtraceback", None), "reprentries", []):
        place = getattr(entry, "reprfileloc", None)
        if place is not None and Path(str(place.path)).name == file.name:
            line = place.lineno
    if not line:
        location = getattr(report, "location", None)
        line = (location[1] or 0) + 1 if location else 1
    return line


def run(folder: Path) -> dict[str, Any]:
    """Run the tests below the folder; return counts and failures."""
    if importlib.util.find_spec("pytest") is None:
        return {"missing": "pytest"}
    import pytest  # noqa: PLC0415 - of the backend's interpreter

    os.environ["PYTEST_ADDOPTS"] = ""
    sys.path.insert(0, str(folder))
    arguments = ["-q", "-p", "no:cacheprovider", "--rootdir", str(folder), *_configuration(folder)]
    for plugin in _unwanted_plugins(folder):
        arguments += ["-p", f"no:{plugin}"]
    watcher = Watcher(folder)
    status = int(pytest.main([*arguments, str(folder)], plugins=[watcher]))
    return {
        "status": status,
        "passed": watcher.passed,
        "skipped": watcher.skipped,
        "failures": watcher.failures[:50],
        "failed": len(watcher.failures),
        "empty": status == _NO_TESTS,
    }


def _configuration(folder: Path) -> list[str]:
    """Keep pytest from taking the configuration of a project above."""
    if any((folder / name).is_file() for name in _CONFIGURATION):
        return []
    if "[tool.pytest" in sources.read(folder / "pyproject.toml"):
        return []
    return ["-c", os.devnull]


def _unwanted_plugins(folder: Path) -> list[str]:
    """Name the installed plugins that the backend never mentions: they cost time."""
    tests = [path for path in folder.rglob("*.py") if "test" in path.as_posix()]
    files = [*tests, *folder.glob("*.toml"), *folder.glob("*.txt"), *folder.glob("*.ini")]
    text = "\n".join(sources.read(file) for file in files if "site-packages" not in file.parts)
    return [
        entry.name
        for entry in importlib.metadata.entry_points(group="pytest11")
        if not any(word and word in text for word in _words(entry))
    ]


def _words(entry: importlib.metadata.EntryPoint) -> set[str]:
    distribution = entry.dist.name if entry.dist else ""
    short = distribution.lower().removeprefix("pytest-").replace("-", "_")
    return {entry.name.removeprefix("pytest_").removeprefix("pytest-"), distribution, short}
