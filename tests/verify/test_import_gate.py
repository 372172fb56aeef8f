from pathlib import Path

import pytest
from verify.harness import Edit, ForkedProcesses, context, line_of, seed

from sdd.adapters.processes import LocalProcesses
from sdd.verify import Result, check_all, check_import, check_isolation


def _fails(
    tmp_path: Path, processes: ForkedProcesses, old: str, new: str, **target: object
) -> tuple[str, int, str]:
    """Return rule, line in `main.py` (0: none) and message of the one diagnostic."""
    place = seed("plain_sync", tmp_path, Edit(old, new))
    report = check_import(context(place, processes, **target))
    assert report.result is Result.FAILED
    (told,) = report.diagnostics
    return told.rule, told.span.line if told.span else 0, told.message


def _line(tmp_path: Path, text: str) -> int:
    return line_of(tmp_path / "plain_sync" / "main.py", text)


def test_a_missing_module_is_named_with_its_line(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """A module that is neither in the backend nor declared is the backend's fault."""
    told = _fails(tmp_path, processes, "import jwt\n", "import jwt\nimport app.nowhere\n")

    line = _line(tmp_path, "import app.nowhere")
    assert told == ("import-missing-module", line, "There is no module app")


def test_an_error_at_import_is_told_at_the_backends_line(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """The innermost line of the backend counts, not the library's."""
    told = _fails(tmp_path, processes, "class Counts(BaseModel):", "class Counts(str, int):")

    assert told[0] == "import-failed"
    assert told[1] == _line(tmp_path, "class Counts(")
    assert told[2].startswith("TypeError: ")


def test_a_syntax_error_is_told(tmp_path: Path, processes: ForkedProcesses) -> None:
    """What Python cannot read has a line too."""
    rule, line, message = _fails(tmp_path, processes, "def health():", "def health(:")

    assert (rule, line) == ("import-failed", _line(tmp_path, "def health(:"))
    assert message.startswith("SyntaxError")


def test_a_backend_that_refuses_to_start_fails(tmp_path: Path, processes: ForkedProcesses) -> None:
    """`sys.exit` at import is an error like any other."""
    told = _fails(tmp_path, processes, "import jwt\n", "import jwt\nraise SystemExit('no')\n")

    assert told[0] == "import-failed"
    assert told[2] == "SystemExit: no"


def test_a_failing_lifespan_is_told(tmp_path: Path, processes: ForkedProcesses) -> None:
    """The application must start, not only import."""
    told = _fails(
        tmp_path,
        processes,
        "    SQLModel.metadata.create_all(engine)\n",
        "    raise RuntimeError('no database')\n",
    )

    assert told[0] == "import-startup-failed"
    assert "RuntimeError: no database" in told[2]


def test_a_backend_that_imports_itself_from_above_is_found(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """`from backend.db import …` works whatever the folder is called here; places stay right."""
    place = seed("plain_sync", tmp_path)
    (place / "settings.py").write_text("import os\nSECRET = os.environ['JWT_SECRET']\n", "utf-8")
    text = (place / "main.py").read_text("utf-8")
    main = text.replace('SECRET = os.environ["JWT_SECRET"]', "from service.settings import SECRET")
    broken = main.replace("    return find_note(note_id, user, session)\n", "    return 1 // 0\n")
    (place / "main.py").write_text(broken, "utf-8")

    report = check_isolation(context(place, processes))

    told = {item.rule: str(item.span) for item in report.diagnostics}
    line = line_of(place / "main.py", "return 1 // 0")
    assert told == {"isolation-server-error": f"main.py:{line}"}


def test_no_application_is_told(tmp_path: Path, processes: ForkedProcesses) -> None:
    """A folder without FastAPI has nothing to judge."""
    (tmp_path / "script.py").write_text("print('hello')\n", "utf-8")

    report = check_import(context(tmp_path, processes))

    assert [item.rule for item in report.diagnostics] == ["import-no-application"]


def test_the_named_application_is_taken(tmp_path: Path, processes: ForkedProcesses) -> None:
    """`module:attribute` wins over looking."""
    rule, _, message = _fails(tmp_path, processes, "import jwt\n", "import jwt\n", app="main:other")

    assert rule == "import-failed"
    assert "other" in message


def test_a_missing_dependency_is_not_the_backends_fault(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """A declared distribution that the interpreter lacks: not run, with what to install."""
    place = seed("plain_sync", tmp_path, Edit("import jwt\n", "import jwt\nimport frobnicate\n"))
    (place / "requirements.txt").write_text("fastapi\nfrobnicate>=1\n", "utf-8")

    report = check_import(context(place, processes))

    assert report.result is Result.NOT_RUN
    assert "pip install frobnicate" in report.reason


def test_a_missing_interpreter_is_not_run(tmp_path: Path) -> None:
    """Every gate says why it did not run; none passes."""
    place = seed("plain_sync", tmp_path)

    reports = check_all(context(place, LocalProcesses(), python="/nowhere/python"))

    assert {report.result for report in reports} == {Result.NOT_RUN}
    assert all(
        "/nowhere/python" in report.reason for report in reports if "specs" not in report.reason
    )


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("import os; os._exit(9)", "verify-crashed"),
        ("while True: pass", "verify-time-limit"),
    ],
)
def test_a_backend_that_never_answers_fails(
    statement: str, rule: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """A crash or an endless loop fails the gate in whose stage it happens."""
    place = seed("plain_sync", tmp_path, Edit("import jwt\n", f"import jwt\n{statement}\n"))

    report = check_import(context(place, processes, timeout=4.0))

    assert report.result is Result.FAILED
    assert [item.rule for item in report.diagnostics] == [rule]


@pytest.mark.slow
def test_a_handler_that_hangs_fails_its_gate_alone(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """What was found before stays; what comes after is not run."""
    place = seed(
        "user_path",
        tmp_path,
        Edit('@router.put("/{id}")\ndef put_todo(', '@router.put("/{id}")\nasync def put_todo('),
        Edit(
            "        todo = mine(session, user, id)\n        for key",
            "        while True: pass\n        for key",
        ),
    )

    reports = check_all(context(place, processes, timeout=6.0))

    results = {report.gate: report.result for report in reports}
    assert results["import"] is Result.PASSED
    assert results["isolation probe"] is Result.FAILED
    assert results["token attacks"] is Result.NOT_RUN
    (told,) = next(item.diagnostics for item in reports if item.gate == "isolation probe")
    assert told.span is not None
    assert told.span.line == line_of(place / "main.py", "while True: pass")


def test_output_of_the_backend_disturbs_nothing(tmp_path: Path, processes: ForkedProcesses) -> None:
    """Whatever a backend prints, results are read."""
    noise = "import jwt\nimport os\nprint('{}' * 99)\nos.write(1, b'\\xff\\n' * 99)\n"
    place = seed("plain_sync", tmp_path, Edit("import jwt\n", noise))

    assert check_import(context(place, processes)).result is Result.PASSED


def test_no_token_accepted_is_not_run(tmp_path: Path, processes: ForkedProcesses) -> None:
    """Where no user can be had, the probe says what it tried and passes nothing."""
    place = seed(
        "plain_sync", tmp_path, Edit("payload = jwt.decode(", "payload = jwt.decode('x' + ")
    )

    report = check_isolation(context(place, processes))

    assert report.result is Result.NOT_RUN
    assert "no token of ours was accepted" in report.reason


def test_a_creation_that_is_refused_is_named(tmp_path: Path, processes: ForkedProcesses) -> None:
    """Without rows nothing can be tried on rows: not a pass, and the operation is named."""
    place = seed(
        "plain_sync",
        tmp_path,
        Edit(
            "    note = Note(owner_id=user",
            "    raise HTTPException(402, 'pay first')\n    note = Note(owner_id=user",
        ),
    )

    report = check_isolation(context(place, processes))

    assert report.result is Result.NOT_RUN
    assert "POST /notes" in report.reason
    assert "pay first" in report.reason
    assert dict(report.counts)["operations_not_probed"] == 4


def test_a_real_child_process_is_judged_too(tmp_path: Path) -> None:
    """With the adapter that runs start in, an interpreter of its own comes to the same verdict."""
    place = seed("plain_sync", tmp_path)

    report, started = (
        check(context(place, LocalProcesses())) for check in (check_isolation, check_import)
    )

    assert (report.result, started.result) == (Result.PASSED, Result.PASSED)
    assert started.summary.endswith(("(process limits only)", "(namespaces)", "(bubblewrap)"))
    assert sorted(path.name for path in place.rglob("*")) == ["main.py"]
