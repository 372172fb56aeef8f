"""Whatever Python a program is made of, the audit ends with a report."""

import ast
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from sdd.audit import AuditReport
from sdd.audit.outcome import Outcome, Policy, outcome

Auditor = Callable[..., AuditReport]
_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
_FILES_A_TIME = 12
_HANDLERS = "\n\nfrom fastapi import FastAPI\napp = FastAPI()\n"
_APP = 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/health")\ndef health():\n'


def sources() -> list[list[Path]]:
    files = sorted(path for path in _LIBRARY.glob("*.py") if path.stat().st_size < 60_000)
    return [files[at : at + _FILES_A_TIME] for at in range(0, len(files), _FILES_A_TIME)]


@pytest.mark.slow
@pytest.mark.parametrize("files", sources(), ids=lambda files: files[0].stem)
def test_the_standard_library_is_run_as_if_it_were_a_backend(
    files: list[Path], audit_files: Auditor
) -> None:
    """Each module makes an app, each of its functions is a handler, and nothing crashes."""
    program = {}
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        names = [
            node.name
            for node in ast.parse(text).body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        routes = "".join(f'app.get("/api/{name}")({name})\n' for name in names)
        program[f"{file.stem}_copy.py"] = text + _HANDLERS + routes

    report = audit_files(program)

    assert report.files == len(files)
    assert not report.unreadable


ODD = {
    "no app": ({"main.py": "x = 1\n"}, Outcome.NO_ROUTES),
    "an empty file": ({"main.py": ""}, Outcome.NO_ROUTES),
    "a syntax error": (
        {"main.py": "from fastapi import FastAPI\napp = FastAPI()\ndef broken(:\n"},
        Outcome.UNREADABLE,
    ),
    "bytes of another encoding": ({"main.py": b"app = '\xff'\n"}, Outcome.NO_ROUTES),
    "a null byte": ({"main.py": "app = 1\x00"}, Outcome.UNREADABLE),
    "imports in a circle": (
        {
            "main.py": "from a import app\n",
            "a.py": "from fastapi import FastAPI\nimport b\napp = FastAPI()\n"
            '@app.get("/health")\ndef health():\n    return b.answer()\n',
            "b.py": "import a\ndef answer():\n    return bool(a.app)\n",
        },
        Outcome.CLEAN,
    ),
    "an old encoding with its cookie": (
        {"main.py": f"# coding: latin-1\n{_APP}    return 'caf\xe9'\n".encode("latin-1")},
        Outcome.CLEAN,
    ),
    "a byte order mark": ({"main.py": f"\ufeff{_APP}    return 1\n"}, Outcome.CLEAN),
    "an unknown encoding": (
        {"main.py": f"# coding: klingon\n{_APP}    return 1\n"},
        Outcome.CLEAN,
    ),
    "nesting that no parser follows": (
        {"main.py": f"{_APP}    return {'-' * 4000}1\n"},
        Outcome.UNREADABLE,
    ),
    "a list that doubles": (
        {"main.py": f"{_APP}    x = [1]\n" + "    x = x + x\n" * 60 + "    return x\n"},
        Outcome.CLEAN,
    ),
    "a text that doubles": (
        {
            "main.py": f"{_APP}    x = 'ab'\n"
            + "    x = f'{x}{x}'\n    x += x\n" * 60
            + "    return x\n"
        },
        Outcome.CLEAN,
    ),
    "calls that double": (
        {
            "main.py": "def f0(x):\n    return x\n"
            + "".join(f"def f{n}(x):\n    return f{n - 1}(f{n - 1}(x))\n" for n in range(1, 30))
            + f"{_APP}    return f29(1)\n"
        },
        Outcome.CLEAN,
    ),
    "a chain of a thousand branches": (
        {
            "main.py": f"{_APP}    x = 0\n    if print():\n        x = 1\n"
            + "".join(f"    elif print({n}):\n        x = {n}\n" for n in range(1000))
            + "    return x\n"
        },
        Outcome.CLEAN,
    ),
    "a module that never ends": (
        {"main.py": f"while True:\n    pass\n{_APP}    return 1\n"},
        Outcome.CLEAN,
    ),
    "classes that inherit from one another": (
        {"main.py": f"class A(B):\n    pass\nclass B(A):\n    pass\n{_APP}    return A()\n"},
        Outcome.CLEAN,
    ),
    "an app that is mounted in itself": (
        {"main.py": f"{_APP}    return 1\napp.mount('/again', app)\n"},
        Outcome.CLEAN,
    ),
    "two apps": (
        dict.fromkeys(("one.py", "two.py"), f"{_APP}    return 1\n"),
        Outcome.CLEAN,
    ),
}


@pytest.mark.parametrize(("files", "expected"), ODD.values(), ids=ODD.keys())
def test_an_odd_program_ends_with_a_clear_word(
    files: dict[str, str | bytes], expected: Outcome, audit_files: Auditor
) -> None:
    """Nothing to read, nothing that can be read, and circles end as what they are."""
    report = audit_files(files)

    assert outcome(report, Policy()) is expected


@pytest.mark.slow
def test_a_file_of_a_hundred_thousand_lines_is_read(audit_files: Auditor) -> None:
    """Length alone is no reason to give up."""
    lines = "\n".join(f"def f{number}():\n    return {number}\n" for number in range(33_000))
    app = f"{_APP}    return f1()\n"

    report = audit_files({"main.py": app + lines})

    assert [route.path for route in report.routes] == ["/health"]


def test_an_app_in_either_branch_is_judged_in_both(audit_files: Auditor, base_file: str) -> None:
    """Which branch runs is the configuration's choice; a hole in one is a hole."""
    code = """
import os
from fastapi import FastAPI
from sqlmodel import select
from base import Note, SessionDep
if os.getenv("STAGE") == "production":
    app = FastAPI(docs_url=None)
else:
    app = FastAPI()
@app.get("/api/notes")
def notes(session: SessionDep):
    return session.exec(select(Note)).all()
"""

    report = audit_files({"main.py": code, "base.py": base_file})

    assert report.routes
    assert all(route.auth.verdict.value == "violated" for route in report.routes)


def test_conditions_of_an_unknown_call_are_not_decided(
    audit_files: Auditor, base_file: str
) -> None:
    """`where(*conditions(user))` may confine the rows or not: that is unknown."""
    code = """
from fastapi import FastAPI
from sqlmodel import select
from policies import conditions
from base import Note, SessionDep, UserId
app = FastAPI()
@app.get("/api/notes")
def notes(session: SessionDep, me: UserId):
    return session.exec(select(Note).where(*conditions(me))).all()
"""

    report = audit_files({"main.py": code, "base.py": base_file})

    assert [route.isolation.value for route in report.routes] == ["unknown"]
