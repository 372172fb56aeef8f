"""Finds imports of packages, or of names in them, that nobody has: models make them up."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Severity
from sdd.names import counted
from sdd.ports import ReadableFiles
from sdd.text import Span, decode
from sdd.verify.importable import missing_imports
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.integrate import ForeignImport, foreign_imports

_WORD = re.compile(r"[A-Za-z][\w.-]*")


def with_invented(
    report: GateReport,
    context: VerifyContext,
    files: ReadableFiles,
    base: ReadableFiles,
    backend: PurePosixPath,
) -> GateReport:
    """Add to an import gate every import that the run itself made up.

    The gate loads what the application loads: a migration or a script that imports what nobody
    has passes it. Where it fails, it names one import at a time, and takes it for a package that
    a human forgot to install. An import that stood there before the run, or whose package the
    backend declares, is for a human to look at, and stays so.

    Args:
        report: What the gate said.
        context: The backend on disk and its interpreter.
        files: The project as it would be after landing.
        base: The project before the run.
        backend: The backend's folder.
    """
    before = {(item.module, item.names) for item in foreign_imports(base, backend)}
    declared = _declared(files, backend)
    new = [
        item for item in foreign_imports(files, backend) if (item.module, item.names) not in before
    ]
    if not new:
        return report
    absent = {
        top for top in {_top(item) for item in new} if not any(top in name for name in declared)
    }
    found = tuple(_diagnostics(context, new, absent))
    if not found:
        return report
    return replace(
        report,
        result=Result.FAILED,
        reason=f"{counted(len(found), 'import')} of what is not installed",
        diagnostics=(*report.diagnostics, *found),
    )


def _top(item: ForeignImport) -> str:
    return _folded(item.module.split(".")[0])


def _declared(files: ReadableFiles, backend: PurePosixPath) -> frozenset[str]:
    """Return the words of the backend's lists of packages, as they are compared."""
    lists = (path for path in files.paths(backend) if path.parent == backend)
    texts = (
        decode(str(path), files.read(path) or b"").text
        for path in lists
        if path.suffix in {".toml", ".txt"} or path.name == "Pipfile"
    )
    return frozenset(_folded(word) for text in texts for word in _WORD.findall(text))


def _folded(name: str) -> str:
    return re.sub(r"[-_.]", "", name.lower())


def _diagnostics(
    context: VerifyContext, imports: Sequence[ForeignImport], absent: Container[str]
) -> Iterator[Diagnostic]:
    """Yield what leads nowhere: packages that are not even declared, names in any package."""
    asked = [(item.module, item.names) for item in imports]
    for item, missing in zip(imports, missing_imports(context, asked), strict=True):
        if missing and (missing != item.module or _top(item) in absent):
            yield Diagnostic(
                rule="invented-import",
                severity=Severity.ERROR,
                message=f"Nothing that is installed is called {missing}.",
                span=Span(path=str(item.path), line=item.line),
                hint="Use what the project's packages offer; a new package is a human's to add.",
                subject=missing,
            )
