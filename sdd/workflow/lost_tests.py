"""Finds tests that a run deleted although what they call is still to be built."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Severity
from sdd.ports import ReadableFiles
from sdd.text import Span, decode
from sdd.workflow.hollow import is_test_file, tests_of
from sdd.workflow.parsing import UNPARSABLE, parsed

_PARAMETER = re.compile(r"\{[^}]*\}")


def lost_tests(
    base: ReadableFiles,
    files: ReadableFiles,
    backend: PurePosixPath,
    deleted: Iterable[PurePosixPath],
    paths: Iterable[str],
) -> Iterator[Diagnostic]:
    """Yield the test files that are gone, and with them tests of paths that the contract has.

    Moving tests to other files is free: a path must have as many tests as before.

    Args:
        base: The project before the run.
        files: The project as it would be after landing.
        backend: The backend's folder.
        deleted: What the run deletes.
        paths: The paths of the contract.
    """
    gone = [path for path in sorted(deleted) if is_test_file(path) and base.read(path) is not None]
    if not gone:
        return
    wanted = frozenset(_PARAMETER.sub("{}", path) for path in paths)
    before, after = _counted(base, backend, wanted), _counted(files, backend, wanted)
    for path in gone:
        lost = [called for called in _calls(base, path, wanted) if after[called] < before[called]]
        if lost:
            yield Diagnostic(
                rule="deleted-test",
                severity=Severity.ERROR,
                message=f"{path.name} is deleted, and with it tests of {min(lost)}.",
                span=Span(path=str(path)),
                hint="Write the file again; what it tests is still asked for.",
                subject=str(path),
            )


def _counted(files: ReadableFiles, backend: PurePosixPath, wanted: frozenset[str]) -> Counter[str]:
    """Count the tests that call each path."""
    return Counter(
        called
        for path in files.paths(backend)
        if is_test_file(path)
        for called in _calls(files, path, wanted)
    )


def _calls(files: ReadableFiles, path: PurePosixPath, wanted: frozenset[str]) -> Iterator[str]:
    """Yield the paths of the contract that each test of a file calls."""
    try:
        tree = parsed(decode(str(path), files.read(path) or b"").text)
    except UNPARSABLE:
        return
    for test in tests_of(tree):
        yield from wanted & {text.partition("?")[0] for text in map(_shape, ast.walk(test)) if text}


def _shape(node: ast.AST) -> str:
    """Return a text with `{}` for what is put into it; empty for what is no text."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_shape(value) or "{}" for value in values)
        case _:
            return ""
