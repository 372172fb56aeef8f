"""Ticks boxes of `tasks.md` when a run lands, on evidence alone."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic
from sdd.ports import ReadableFiles
from sdd.records.convergence import append_findings
from sdd.records.tasks import TaskEvidence, TestChange, tick
from sdd.text import decode
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.context import Project, Work
from sdd.workflow.specs import concerns

_SPECS = PurePosixPath("specs")
_NAME = "tasks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """What is ticked: the new files, the ids by file, and what is to be said about tasks."""

    writes: Mapping[PurePosixPath, bytes] = field(default_factory=dict)
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()


def tick_tasks(
    project: Project, work: Work, reports: Sequence[GateReport], *, append: bool = False
) -> Ticks:
    """Tick the tasks of the feature that this run can prove; without changes, none.

    With `append`, what stays open becomes a task of its own at the end of the file.
    """
    if not work.writes:
        return Ticks()
    overlay = work.overlay(project.base)
    writes: dict[PurePosixPath, bytes] = {}
    ids: dict[str, tuple[str, ...]] = {}
    findings: list[Diagnostic] = []
    for path in project.base.paths(_SPECS):
        if path.name != _NAME or not concerns(project.feature, path):
            continue
        data = project.base.read(path) or b""
        evidence = TaskEvidence(
            touched=[str(name) for name, new in work.writes.items() if new is not None],
            gates={report.gate: report.result is Result.PASSED for report in reports},
            tests=_tests(project.base, overlay, work),
            proved_before=project.manifest.ticked.get(str(path), ()),
            present=[str(name) for name in overlay.paths()],
        )
        ticked = tick(data, evidence, path=str(path))
        findings += ticked.findings
        new = append_findings(ticked.data, ticked.findings) if append else ticked.data
        if new != data:
            writes[path] = new
        if ticked.ids:
            ids[str(path)] = ticked.ids
    return Ticks(writes=writes, ids=ids, findings=tuple(findings))


def _tests(base: ReadableFiles, overlay: ReadableFiles, work: Work) -> dict[str, TestChange]:
    """Return what became of the tests in changed files; the gate has found all of them green."""
    changes: dict[str, TestChange] = {}
    for path, data in work.writes.items():
        if data is None or path.suffix != ".py":
            continue
        before = set(_test_names(base, path))
        for name in _test_names(overlay, path):
            known = TestChange.STILL_GREEN if name in before else TestChange.NEW_GREEN
            changes[f"{path}::{name}"] = known
    return changes


def _test_names(files: ReadableFiles, path: PurePosixPath) -> Iterator[str]:
    data = files.read(path)
    if data is None:
        return
    try:
        tree = ast.parse(decode(str(path), data).text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if name.startswith("test"):
                    yield name
            case _:
                pass
