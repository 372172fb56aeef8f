"""Finds tests that cannot fail: nothing asserted, nothing reached, or skipped altogether."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Severity
from sdd.ports import ReadableFiles
from sdd.text import Span, decode
from sdd.workflow.parsing import UNPARSABLE, parsed

Function = ast.FunctionDef | ast.AsyncFunctionDef

_SKIPS = frozenset({"skip", "xfail", "fail", "exit"})
_EXPECTS = frozenset({"raises", "warns", "deprecated_call"})


def hollow_tests(
    files: ReadableFiles, backend: PurePosixPath, written: frozenset[PurePosixPath]
) -> Iterator[Diagnostic]:
    """Yield the tests of a run that hold nothing; those that a human wrote are left alone.

    Args:
        files: The project as it would be after landing.
        backend: The backend's folder.
        written: What the run writes.
    """
    trees = dict(_trees(files, backend))
    checking = _checking(trees)
    for path in sorted(written & trees.keys()):
        if not is_test_file(path):
            continue
        tests = list(tests_of(trees[path]))
        if not tests:
            yield _hollow(path, 1, path.name, "holds no test")
        for test in tests:
            fault = _fault(test, checking)
            if fault:
                yield _hollow(path, test.lineno, test.name, fault)


def _trees(
    files: ReadableFiles, backend: PurePosixPath
) -> Iterator[tuple[PurePosixPath, ast.Module]]:
    for path in files.paths(backend):
        if path.suffix == ".py" and "test" in str(path.relative_to(backend)):
            try:
                yield path, parsed(decode(str(path), files.read(path) or b"").text)
            except UNPARSABLE:
                continue  # told by the gate itself


def is_test_file(path: PurePosixPath) -> bool:
    """Tell a file that test runners look into."""
    return path.name.startswith("test_") or path.name.endswith("_test.py")


def tests_of(tree: ast.Module) -> Iterator[Function]:
    """Yield the tests of a file."""
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name.startswith("test"):
            yield node


def _checking(trees: Mapping[PurePosixPath, ast.Module]) -> frozenset[str]:
    """Return the names of helpers that assert something, themselves or through others."""
    functions = [
        node
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, Function) and not node.name.startswith("test")
    ]
    known: frozenset[str] = frozenset()
    while True:
        more = frozenset(item.name for item in functions if _checks(item.body, known))
        if more <= known:
            return known
        known |= more


def _fault(test: Function, checking: frozenset[str]) -> str:
    if any(_is_skip(decorator) for decorator in test.decorator_list):
        return "is skipped"
    for number, statement in enumerate(test.body):
        if isinstance(statement, ast.Return | ast.Raise) or (
            isinstance(statement, ast.Expr) and _is_skip(statement.value)
        ):
            reached = test.body[:number]
            return "" if _checks(reached, checking) else "ends before it asserts anything"
    return "" if _checks(test.body, checking) else "asserts nothing"


def _is_skip(node: ast.expr) -> bool:
    """Tell `pytest.skip()`, `@pytest.mark.skip` and their like; `skipif` has a condition."""
    target = node.func if isinstance(node, ast.Call) else node
    return isinstance(target, ast.Attribute) and target.attr in _SKIPS


def _checks(body: list[ast.stmt], checking: frozenset[str]) -> bool:
    return any(_asserts(node, checking) for item in body for node in ast.walk(item))


def _asserts(node: ast.AST, checking: frozenset[str]) -> bool:
    match node:
        case ast.Assert(test=condition):
            return _can_fail(condition)
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name in _EXPECTS or name in checking or name.startswith("assert")
        case _:
            return False


def _can_fail(condition: ast.expr) -> bool:
    """Tell a claim from `assert True` and `assert x == x`."""
    match condition:
        case ast.Constant(value=value):
            return not value
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            return ast.dump(left) != ast.dump(right)
        case ast.BoolOp(op=ast.Or(), values=values):
            return all(_can_fail(value) for value in values)
        case _:
            return True


def _hollow(path: PurePosixPath, line: int, name: str, fault: str) -> Diagnostic:
    return Diagnostic(
        rule="hollow-test",
        severity=Severity.ERROR,
        message=f"{name} {fault}, so it passes whatever the backend does.",
        span=Span(path=str(path), line=line),
        hint="Let it call the backend and assert what the documents say.",
        subject=name,
    )
