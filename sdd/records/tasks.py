"""Reads tasks.md, checks it, and ticks what is proved."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sdd.diagnostics import Diagnostic, Severity, by_place
from sdd.records.fences import read_fence
from sdd.records.task_paths import find_paths
from sdd.text import SourceText, Span

_TASK = re.compile(r"^[ \t]*[-*+][ \t]+\[(?P<box>[ xX])\][ \t]+(?P<rest>[^\r\n]*)", re.MULTILINE)
_ID = re.compile(
    r"(?:\*\*|`|~~)?(?P<id>T\d+[a-z]?|TASK-?\d+|\d+(?:\.\d+)+)(?:\*\*|`)?[:.)]?(?:\*\*)?\s+"
)
_MARKER = re.compile(r"\[(?P<marker>P|US\d+|[A-Z][A-Za-z]*\d*)\]\s*")
_SKIPPED_START = re.compile(r"^ {0,3}(?P<marks>`{3,}|~{3,})|<!--", re.MULTILINE)
_HEADING = re.compile(r"^(?P<marks>#{1,6})[ \t]+(?P<title>[^\r\n]*?)[ \t]*#*\r?$", re.MULTILINE)
_DEPENDS = re.compile(
    r"\((?:depends on|requires|needs|after|blocked by)\b:?(?P<what>[^)]*)\)", re.IGNORECASE
)
_RANGE = re.compile(r"T(\d+)(?:\s*[-\u2013]\s*T?(\d+))?")
_TEST = re.compile(r"(?:^|/)(?:tests?/|test_|conftest)|_test\.py$|\.(?:test|spec)\.[jt]sx?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskItem:
    """One task.

    Attributes:
        id: As in `T012`; empty in lists whose tasks have none.
        parallel: Whether it is marked `[P]`.
        story: The user story, as in `US1`.
        text: What is to be done, without id and markers.
        paths: The files and folders that the text names.
        depends: Ids of tasks that must be done before.
        phase: The heading of its phase.
        done: Whether its box is ticked.
        span: Its line.
    """

    id: str
    parallel: bool
    story: str | None
    text: str
    paths: tuple[str, ...]
    depends: tuple[str, ...]
    phase: str
    done: bool
    span: Span

    @property
    def tests(self) -> tuple[str, ...]:
        """The named paths that are tests."""
        return tuple(path for path in self.paths if _TEST.search(path))

    @property
    def label(self) -> str:
        """The id, or the text where there is none."""
        return self.id or f"'{self.text[:40]}'"


class TestChange(StrEnum):
    """What became of a test in a run."""

    __test__ = False

    TURNED_GREEN = "turned green"
    NEW_GREEN = "new and green"
    STILL_GREEN = "still green"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvidence:
    """What a run can show.

    Attributes:
        touched: Paths that the landed diff adds or changes.
        gates: Name of each gate to whether it passed; one that was not run did not pass.
        tests: Test id, as in `tests/test_a.py::test_b`, to what became of it.
        proved_before: Ids of tasks that earlier landings have ticked.
        present: All files of the project, when a missing one is to be reported.
    """

    touched: Collection[str] = ()
    gates: Mapping[str, bool] = field(default_factory=dict)
    tests: Mapping[str, TestChange] = field(default_factory=dict)
    proved_before: Collection[str] = ()
    present: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What ticking gave: the new file, the ids that were ticked, and what is to be said."""

    data: bytes
    ids: tuple[str, ...]
    findings: tuple[Diagnostic, ...]


def read_tasks(source: SourceText) -> tuple[TaskItem, ...]:
    """Return the tasks of a tasks.md in order; samples in fences and comments are none.

    Where some tasks have ids, boxes without an id are parts of other tasks and left out.
    """
    return tuple(item for item, _ in _items(source.text, source.path))


def tick(data: bytes, evidence: TaskEvidence, *, path: str = "tasks.md") -> Ticked:
    """Tick the boxes that the evidence proves; every other byte of the file stays.

    A box that is ticked already without evidence is reported and stays ticked.
    """
    text = data.decode("utf-8", "surrogateescape")
    ids: list[str] = []
    findings: list[Diagnostic] = []
    boxes: list[int] = []
    for item, box in _items(text, path):
        lack = lacking(item, evidence)
        if item.done:
            findings += _unproved(item, lack, evidence)
        elif lack is None:
            boxes.append(box)
            ids.append(item.label)
        elif _is_concerned(item, evidence):
            findings.append(_left_open(item, lack))
    for box in boxes:
        text = f"{text[:box]}X{text[box + 1 :]}"
    return Ticked(
        data=text.encode("utf-8", "surrogateescape"), ids=tuple(ids), findings=by_place(findings)
    )


def lacking(task: TaskItem, evidence: TaskEvidence) -> str | None:
    """Return what evidence a task lacks, in a few words; None when it is proved."""
    if not task.paths:
        return "it names no path, so no diff can prove it"
    untouched = [path for path in task.paths if not _matches(path, evidence.touched)]
    if untouched:
        return f"the diff does not touch {', '.join(untouched)}"
    failed = [name for name, passed in evidence.gates.items() if not passed]
    if failed or not evidence.gates:
        return f"gates did not pass: {', '.join(failed)}" if failed else "no gate was run"
    for path in task.tests:
        changes = {change for test, change in evidence.tests.items() if _is_in(test, path)}
        if TestChange.RED in changes:
            return f"a test in {path} is red"
        if not changes & {TestChange.TURNED_GREEN, TestChange.NEW_GREEN}:
            return f"no test in {path} turned green or is new"
    return None


def check_tasks(source: SourceText) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the tasks of a file: numbers, dependencies, `[P]` marks."""
    items = read_tasks(source)
    by_id: dict[str, TaskItem] = {}
    found: list[Diagnostic] = []
    for item in items:
        if item.id and item.id in by_id:
            found.append(_task_diagnostic("duplicate-task", f"{item.id} is used twice", item))
        by_id.setdefault(item.id, item)
    for item in items:
        for other in item.depends:
            if other not in by_id:
                message = f"{item.id} depends on {other}, which does not exist"
                found.append(_task_diagnostic("unknown-dependency", message, item))
            elif item.done and not by_id[other].done:
                message = f"{item.id} is ticked, but {other} before it is open"
                found.append(_task_diagnostic("ticked-out-of-order", message, item))
    found += _parallel(items)
    return by_place(found)


def _items(text: str, path: str) -> list[tuple[TaskItem, int]]:
    """Return the tasks, each with the offset of the sign inside its box."""
    found: list[tuple[TaskItem, int]] = []
    phase, line, counted = "", 1, 0
    for match in _lines(text):
        if match.re is _HEADING:
            if len(match["marks"]) == 2 or match["title"].lower().startswith("phase"):  # noqa: PLR2004
                phase = match["title"]
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        found.append((_item(match, Span(path=path, line=line), phase), match.start("box")))
    has_ids = any(item.id for item, _ in found)
    return [(item, box) for item, box in found if item.id or not has_ids]


def _lines(text: str) -> Iterator[re.Match[str]]:
    """Yield headings and boxes in order, without those in fences and comments."""
    marks = sorted(
        [*_HEADING.finditer(text), *_TASK.finditer(text)], key=lambda match: match.start()
    )
    skipped = _skipped(text)
    start, end = next(skipped, (len(text), len(text)))
    for match in marks:
        while match.start() >= end and start < len(text):
            start, end = next(skipped, (len(text), len(text)))
        if not start <= match.start() < end:
            yield match


def _skipped(text: str) -> Iterator[tuple[int, int]]:
    """Yield where fences and comments stand that are closed."""
    position = 0
    unclosed: dict[str, int] = {}  # what begins so is closed by nothing further down
    while match := _SKIPPED_START.search(text, position):
        position = match.end()
        marks = match["marks"] or "<"
        if len(marks) >= unclosed.get(marks[0], len(text) + 1):
            continue
        end = _end_of_skipped(text, match)
        if end is None:
            unclosed[marks[0]] = len(marks)
        else:
            yield match.start(), end
            position = end


def _end_of_skipped(text: str, match: re.Match[str]) -> int | None:
    if match["marks"]:
        block = read_fence(text, match.start())
        return block.end if block else None
    end = text.find("-->", match.end())
    return end + 3 if end >= 0 else None


def _item(match: re.Match[str], span: Span, phase: str) -> TaskItem:
    rest = match["rest"]
    found = _ID.match(rest)
    position = found.end() if found else 0
    markers: list[str] = []
    while marker := _MARKER.match(rest, position):
        markers.append(marker["marker"])
        position = marker.end()
    words = rest[position:].strip()
    return TaskItem(
        id=found["id"] if found else "",
        parallel="P" in markers,
        story=next((marker for marker in markers if marker.startswith("US")), None),
        text=words,
        paths=find_paths(_DEPENDS.sub("", words)),
        depends=tuple(_dependencies(words)),
        phase=phase,
        done=match["box"] in "xX",
        span=span,
    )


def _dependencies(text: str) -> Iterator[str]:
    for match in _DEPENDS.finditer(text):
        for first, last in _RANGE.findall(match["what"]):
            for number in range(int(first), int(last or first) + 1):
                yield f"T{number:0{len(first)}d}"


def _matches(path: str, touched: Collection[str]) -> bool:
    path = path.removeprefix("./")
    if path.endswith("/"):
        return any(_starts_at(other, path) for other in touched)
    return any(
        other == path or other.endswith(f"/{path}") or _starts_at(other, f"{path}/")
        for other in touched
    )


def _starts_at(path: str, folder: str) -> bool:
    return path.startswith(folder) or f"/{folder}" in path


def _is_in(test: str, path: str) -> bool:
    file = test.partition("::")[0]
    # A runner started inside the backend's folder names its tests from there.
    return _matches(path, [file]) or path.endswith(f"/{file}")


def _is_concerned(task: TaskItem, evidence: TaskEvidence) -> bool:
    return any(_matches(path, evidence.touched) for path in task.paths)


def _unproved(task: TaskItem, lack: str | None, evidence: TaskEvidence) -> Iterator[Diagnostic]:
    if lack is None or task.label in evidence.proved_before:
        return
    missing = [
        path
        for path in task.paths
        if evidence.present is not None and not _matches(path, evidence.present)
    ]
    if missing:
        lack = f"{', '.join(missing)} does not exist"
    yield Diagnostic(
        rule="ticked-without-evidence",
        severity=Severity.ERROR if missing else Severity.WARNING,
        message=f"{task.label} is ticked without evidence: {lack}",
        span=task.span,
        hint="Look whether it was done; untick it if not.",
        subject=task.label,
    )


def _left_open(task: TaskItem, lack: str) -> Diagnostic:
    return Diagnostic(
        rule="task-not-proved",
        severity=Severity.NOTE,
        message=f"{task.label} stays open: {lack}",
        span=task.span,
        subject=task.label,
    )


def _task_diagnostic(rule: str, message: str, task: TaskItem) -> Diagnostic:
    return Diagnostic(
        rule=rule, severity=Severity.WARNING, message=message, span=task.span, subject=task.label
    )


def _parallel(items: tuple[TaskItem, ...]) -> Iterator[Diagnostic]:
    """Report tasks marked `[P]` that share a file with an earlier such task of their phase."""
    taken: dict[tuple[str, str], TaskItem] = {}
    for item in items:
        for path in item.paths if item.parallel else ():
            if path.endswith("/"):
                continue
            other = taken.setdefault((item.phase, path), item)
            if other is not item:
                message = f"{item.label} and {other.label} are marked [P] and share {path}"
                yield _task_diagnostic("parallel-conflict", message, item)
