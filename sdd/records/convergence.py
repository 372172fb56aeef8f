"""Appends to a tasks.md what a landing left open, for people who agreed to it."""

import re
from collections.abc import Iterable

from sdd.diagnostics import Diagnostic
from sdd.records.tasks import read_tasks
from sdd.text import SourceText

_PHASE = "Convergence"
_NUMBER = re.compile(r"\bT(\d+)\b")
_SETTLES = re.compile(r"Settle (\S+):")
_LEAST_WIDTH = 3


def append_findings(data: bytes, findings: Iterable[Diagnostic]) -> bytes:
    """Append a task for each finding about a task; numbers continue, other bytes stay.

    A task that has a finding already gets no second one, and a finding gets none itself; without
    new ones nothing changes.
    """
    text = data.decode("utf-8", "surrogateescape")
    tasks = read_tasks(SourceText(path="", text=text))
    settled = {match[1] for task in tasks if (match := _SETTLES.match(task.text))}
    settled |= {task.label for task in tasks if task.phase.endswith(_PHASE)}
    wanted = {
        finding.subject: f"Settle {finding.subject}: {_reason(finding)} ({finding.rule})"
        for finding in findings
        if finding.subject and finding.subject not in settled
    }
    if not wanted:
        return data
    numbers = _NUMBER.findall(text)
    highest = max(map(int, numbers), default=0)
    width = max(map(len, numbers), default=_LEAST_WIDTH)
    lines = [
        f"- [ ] T{number:0{width}d} {line}"
        for number, line in enumerate(wanted.values(), start=highest + 1)
    ]
    end = "\r\n" if "\r\n" in text else "\n"
    if text and not text.endswith("\n"):
        text += end
    if not (tasks and tasks[-1].phase.endswith(_PHASE)):
        phases = re.findall(r"(?im)^##[ \t]+phase (\d+)", text)
        heading = f"## Phase {max(map(int, phases), default=0) + 1}: {_PHASE}"
        text += f"{end if text.strip() else ''}{heading}{end}{end}"
    return f"{text}{end.join(lines)}{end}".encode("utf-8", "surrogateescape")


def _reason(finding: Diagnostic) -> str:
    return finding.message.partition(": ")[2] or finding.message
