"""Holds ticked tasks against the files that they name, whoever has ticked them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Severity
from sdd.ports import ReadableFiles
from sdd.records.tasks import TaskItem, read_tasks
from sdd.text import SourceText

_TAKES_AWAY = re.compile(r"(?i)\b(?:remov|delet|drop|renam|mov|replac|clean)\w*\b")
_FILE = re.compile(r"(?:^|/)\w[^/]*\.\w+$|(?:^|/)\.\w[^/]*$|(?:^|/)Dockerfile$")
_UNCOMMITTED = re.compile(r"^@|(?:^|/)(?:\.env(?:\.local)?$|_[^_/][^/]*$|\.?venv/|node_modules/)")
_MAY_BE_EMPTY = frozenset({"__init__.py", ".gitkeep", "py.typed"})
_TEST = re.compile(rb"\bdef test|\b(?:it|test|describe)\s*[.(]")


def check_ticks(source: SourceText, files: ReadableFiles) -> Iterator[Diagnostic]:
    """Yield the ticked tasks of a list whose files are missing, empty, or tests without a test.

    A list none of whose ticked tasks names a file of the project is about files elsewhere.
    """
    by_name: dict[str, list[PurePosixPath]] = defaultdict(list)
    for path in files.paths():
        by_name[path.name].append(path)
    done = [task for task in read_tasks(source) if task.done]
    places = {task: [(name, _find(name, by_name)) for name in _files(task)] for task in done}
    if not any(found for named in places.values() for _, found in named):
        return
    for task, named in places.items():
        for name, found in named:
            lack = _lack(name, found, files)
            if lack:
                yield _unproved(task, f"{name} {lack}")
                break


def _files(task: TaskItem) -> Sequence[str]:
    """Return the files that must be there; what a task takes away need not be.

    Nor what nobody commits: folders as such, packages of others, a machine's own settings.
    """
    if _TAKES_AWAY.search(task.text):
        return ()
    return [path for path in task.paths if _FILE.search(path) and not _UNCOMMITTED.search(path)]


def _find(name: str, by_name: Mapping[str, list[PurePosixPath]]) -> Sequence[PurePosixPath]:
    wanted = PurePosixPath(name.removeprefix("./"))
    size = len(wanted.parts)
    return [path for path in by_name.get(wanted.name, ()) if path.parts[-size:] == wanted.parts]


def _lack(name: str, found: Sequence[PurePosixPath], files: ReadableFiles) -> str:
    if not found:
        return "does not exist"
    texts = [(files.read(path) or b"").strip() for path in found]
    if not any(texts) and found[0].name not in _MAY_BE_EMPTY:
        return "is empty"
    is_test = re.search(r"(?:^|/)test_[^/]*\.py$|\.(?:test|spec)\.[jt]sx?$", name)
    return "holds no test" if is_test and not any(map(_TEST.search, texts)) else ""


def _unproved(task: TaskItem, lack: str) -> Diagnostic:
    return Diagnostic(
        rule="ticked-without-evidence",
        severity=Severity.WARNING,
        message=f"{task.label} is ticked without evidence: {lack}",
        span=task.span,
        hint="Look whether it was done; untick it if not.",
        subject=task.label,
    )
