"""Loading a program: what belongs to it, what is unreadable, how imports are found."""

import ast
import gc

import pytest
from memory_files import MemoryFiles

from sdd.program import Module, Unreadable, load, parse_module
from sdd.text import SourceText


def test_virtual_environments_tests_and_migrations_are_left_out() -> None:
    """What is not the running program is not loaded, wherever it lies."""
    program = load(
        MemoryFiles(
            {
                "app/main.py": "x = 1",
                "tools/env311/pyvenv.cfg": "",
                "tools/env311/lib/thing.py": "x = 1",
                "node_modules/a.py": "",
                "tests/test_main.py": "",
                "app/test_thing.py": "",
                "alembic/versions/1.py": "",
                ".hidden/template.py": "",
            }
        )
    )

    assert list(program.modules) == ["app/main.py"]
    assert program.files == 1


@pytest.mark.parametrize("text", ["def broken(:\n", "x = '\x00'\n", "(" * 5000])
def test_what_cannot_be_parsed_is_listed(text: str) -> None:
    """A file is never skipped in silence."""
    program = load(MemoryFiles({"a.py": text, "b.py": "x = 1"}))

    assert [item.path for item in program.unreadable] == ["a.py"]
    assert list(program.modules) == ["b.py"]
    assert program.files == 2


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("try:\n    pass\nexcept A, B:\n    x = 1\n", "except without parentheses"),
        ("def f[T](x: T) -> T:\n    return x\n", "type parameters"),
        ("class A[\n    T,\n](B):\n    x = 1\n", "type parameters"),
        ("type Id = int | str\nx = 1\n", "type alias"),
        ('x = f"{d["key"]}"\ny = 2\n', "f-string"),
        ("x = f'''\n{f'{a or 'b'}'}\n'''\ny = 2\n", "f-string"),
    ],
)
def test_syntax_newer_than_the_interpreter_is_rewritten(text: str, form: str) -> None:
    """The tree is there, and every statement stands on the line where it was written."""
    module = parse_module(SourceText(path="a.py", text=text))

    assert isinstance(module, Module)
    if module.rewritten:  # an interpreter that knows the syntax needs no rewriting
        assert form in module.rewritten
    last = module.tree.body[-1]
    assert text.split("\n")[last.lineno - 1].lstrip().startswith(ast.unparse(last).split()[0])


def test_a_file_that_no_version_reads_says_where() -> None:
    """The reason names the error, and the line is known."""
    problem = parse_module(SourceText(path="a.py", text="x = 1\ny = = 2\n"))

    assert isinstance(problem, Unreadable)
    assert problem.line == 2
    assert "syntax error" in problem.reason


def test_absolute_imports_start_where_most_of_them_resolve() -> None:
    """`backend/` is found as import root, though a nearer folder has a file of that name."""
    program = load(
        MemoryFiles(
            {
                "backend/main.py": "from auth import verify\nfrom routes import auth",
                "backend/auth.py": "",
                "backend/routes/__init__.py": "",
                "backend/routes/auth.py": "",
                "backend/routes/tasks.py": "from auth import verify\nfrom db import session",
                "backend/db.py": "",
            }
        )
    )
    tasks = program.modules["backend/routes/tasks.py"]

    assert program.find(tasks, "auth") == "backend/auth.py"
    assert program.find(tasks, "auth", 1) == "backend/routes/auth.py"
    assert program.find(tasks, "db") == "backend/db.py"
    assert program.find(tasks, "", 2) == "backend/"


def test_a_library_is_never_taken_for_a_file_of_the_project() -> None:
    """`import jwt` inside `middleware/jwt.py` is the library."""
    program = load(MemoryFiles({"middleware/jwt.py": "import jwt\nimport types", "types.py": ""}))
    module = program.modules["middleware/jwt.py"]

    assert program.find(module, "jwt") is None
    assert program.find(module, "types") is None


def test_the_collector_runs_again_afterwards() -> None:
    """Loading leaves the interpreter as it was."""
    load(MemoryFiles({"a.py": "x = 1"}))

    assert gc.isenabled()
