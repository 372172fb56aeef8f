import json
from pathlib import PurePosixPath

from fakes import MemoryFiles, ScriptedProcesses, completed

from sdd.verify.target import Target, VerifyContext
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.invented import with_invented

BACKEND = PurePosixPath("backend")
FAILED = GateReport(gate="import", result=Result.NOT_RUN, reason="guards is not installed.")


PASSED = GateReport(gate="import", result=Result.PASSED)


def judged(
    text: str, *, before: str = "", declared: str = "", missing: str, said: GateReport = FAILED
) -> GateReport:
    """Return what the import gate says where the interpreter lacks something."""
    processes = ScriptedProcesses({"importable.py": completed(json.dumps([missing]))})
    context = VerifyContext(
        target=Target(folder="/copy", python="/usr/bin/python3", prefix="backend"),
        application=None,
        processes=processes,
    )
    lists = {"backend/pyproject.toml": f'dependencies = ["{declared}>=1"]\n'}
    files = MemoryFiles({"backend/app/main.py": text, **lists})
    base = MemoryFiles({"backend/app/main.py": before})
    return with_invented(said, context, files, base, BACKEND)


def test_a_package_that_nobody_has_is_told_to_its_author() -> None:
    """It is no missing installation when nothing ever asked for it."""
    report = judged("import os\nimport guards\n", missing="guards")

    (found,) = report.diagnostics
    assert report.result is Result.FAILED
    assert (found.rule, str(found.span)) == ("invented-import", "backend/app/main.py:2")


def test_what_the_application_never_loads_is_asked_for_too() -> None:
    """A migration that cannot run passes a gate that only starts the application."""
    report = judged("import guards\n", missing="guards", said=PASSED)

    assert report.result is Result.FAILED
    assert [item.rule for item in report.diagnostics] == ["invented-import"]


def test_an_import_that_may_fail_is_no_invention() -> None:
    """The code says what it does without the package."""
    text = "try:\n    import guards\nexcept ImportError:\n    guards = None\n"

    assert judged(text, missing="guards", said=PASSED) == PASSED


def test_a_name_that_a_package_does_not_have_is_told() -> None:
    """Whether the package is declared does not matter then."""
    report = judged("from guards import x\n", declared="guards", missing="guards.x")

    assert report.result is Result.FAILED
    assert "guards.x" in report.diagnostics[0].message


def test_what_a_human_has_to_install_stays_so() -> None:
    """A package that is declared, or was imported before the run, is no invention."""
    text = "import guards\n"

    assert judged(text, declared="py-guards", missing="guards") == FAILED
    assert judged(text, before=text, missing="guards") == FAILED
