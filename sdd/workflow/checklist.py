"""The agents' quality list: each item answered by a gate or a look, or named as unchecked."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Severity
from sdd.ports import ReadableFiles
from sdd.records.redaction import redact
from sdd.text import Span, decode
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.literal_secrets import literal_secrets
from sdd.workflow.parsing import UNPARSABLE, parsed

NAME = "checklist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What is looked at; `ours` are the files that runs wrote, which they answer for."""

    files: ReadableFiles
    folder: PurePosixPath
    ours: frozenset[PurePosixPath] = frozenset()

    def sources(self, *, tests: bool) -> Iterator[tuple[PurePosixPath, str]]:
        """Yield the backend's files as text, with or without its tests."""
        for path in self.files.paths(self.folder):
            below = path.relative_to(self.folder)
            if tests or "tests" not in below.parts:
                source = decode(str(path), self.files.read(path) or b"")
                if "binary" not in source.notes:
                    yield path, source.text


Look = Callable[[Backend], Iterator[Diagnostic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One promise of the list.

    Attributes:
        gates: The gates that answer it, all of them.
        look: A check of our own instead.
    """

    promise: str
    gates: tuple[str, ...] = ()
    look: Look | None = None


def hardcoded_secrets(backend: Backend) -> Iterator[Diagnostic]:
    """Find secrets in files that would be tracked by git; tests make up their own.

    In a file of the user's it is a remark: no run may mend it.
    """
    for path, text in backend.sources(tests=False):
        _, redactions = redact(text)
        found = {item.line: item.kind for item in redactions}
        if path.suffix == ".py":
            found = {
                **{line: f"the value of {name}" for line, name in literal_secrets(text)},
                **found,
            }
        for line, kind in sorted(found.items()):
            yield Diagnostic(
                rule="hardcoded-secret",
                severity=Severity.ERROR if path in backend.ours else Severity.WARNING,
                message=f"This looks like a secret: {kind}.",
                span=Span(path=str(path), line=line),
                hint="Read it from the environment, without a default.",
                subject=f"{path}:{kind}",
            )


def missing_type_hints(backend: Backend) -> Iterator[Diagnostic]:
    """Find functions of the application without types of arguments or result."""
    for path, text in backend.sources(tests=False):
        if path.suffix != ".py" or "alembic" in path.parts:
            continue
        try:
            tree = parsed(text)
        except UNPARSABLE:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _typed(node):
                yield Diagnostic(
                    rule="missing-type-hint",
                    severity=Severity.NOTE,
                    message=f"{node.name} lacks types of arguments or result.",
                    span=Span(path=str(path), line=node.lineno),
                    subject=node.name,
                )


def _typed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    ours = [item for item in named if item.arg not in {"self", "cls"}]
    return function.returns is not None and all(item.annotation for item in ours)


ITEMS = (
    Item(promise="Every route verifies the token", gates=("audit", "token attacks")),
    Item(promise="Every query is confined to the user", gates=("audit", "isolation probe")),
    Item(promise="Paths, methods and statuses are those of the contract", gates=("contract",)),
    Item(promise="Requests and responses are validated by schemas", gates=("contract",)),
    Item(promise="The OpenAPI document is complete", gates=("contract",)),
    Item(promise="The tables are those of the schema", gates=("schema",)),
    Item(promise="The application starts and its parts fit together", gates=("import",)),
    Item(promise="The tests pass", gates=("tests",)),
    Item(promise="No secret stands in the code", look=hardcoded_secrets),
    Item(promise="Types are complete", look=missing_type_hints),
    Item(promise="Error messages show no internals"),
    Item(promise="Sessions are closed on every path"),
    Item(promise="Input and output never block the event loop"),
)


def checklist(
    backend: Backend, reports: Sequence[GateReport], items: Sequence[Item] = ITEMS
) -> GateReport:
    """Answer each item; those that nothing answers are named, and count neither way."""
    results = {report.gate: report.result for report in reports}
    diagnostics: list[Diagnostic] = []
    counts = {"answered": 0, "failed": 0, "unchecked": 0}
    for item in items:
        answer, found = _answer(item, results, backend)
        counts[answer] += 1
        diagnostics += found
    failed = any(found.severity is Severity.ERROR for found in diagnostics)
    return GateReport(
        gate=NAME,
        result=Result.FAILED if failed else Result.PASSED,
        summary=f"{counts['answered']} of {len(items)} promises hold, "
        f"{counts['unchecked']} were not checked",
        reason="" if not failed else "A promise of the list does not hold.",
        diagnostics=tuple(diagnostics),
        counts=tuple(counts.items()),
    )


def _answer(
    item: Item, results: Mapping[str, Result], backend: Backend
) -> tuple[str, list[Diagnostic]]:
    if item.look is not None:
        found = list(item.look(backend))
        failed = any(diagnostic.severity is Severity.ERROR for diagnostic in found)
        return "failed" if failed else "answered", found
    judged = [results.get(gate, Result.NOT_RUN) for gate in item.gates]
    if Result.FAILED in judged:
        return "failed", []  # the gate itself says where
    if judged and all(result is Result.PASSED for result in judged):
        return "answered", []
    return "unchecked", [
        Diagnostic(
            rule="unchecked-promise",
            severity=Severity.NOTE,
            message=f"Not checked by any gate: {item.promise}.",
            subject=item.promise,
        )
    ]
