from pathlib import PurePosixPath

from fakes import MemoryFiles

from sdd.verify.verdict import GateReport, Result
from sdd.workflow.checklist import ITEMS, Backend, Item, checklist

TYPED = "def main(port: int) -> None:\n    pass\n"


def backend(texts: dict[str, str], *ours: str) -> Backend:
    """Return a backend of these files, some of them written by runs."""
    return Backend(
        files=MemoryFiles(texts),
        folder=PurePosixPath("backend"),
        ours=frozenset(map(PurePosixPath, ours)),
    )


def passed(*gates: str) -> list[GateReport]:
    """Return gates that passed."""
    return [GateReport(gate=gate, result=Result.PASSED) for gate in gates]


def test_an_item_is_answered_by_its_gates() -> None:
    """All gates of an item must have passed for it to hold."""
    item = Item(promise="p", gates=("audit", "tests"))

    report = checklist(backend({}), passed("audit", "tests"), [item])

    assert report.result is Result.PASSED
    assert dict(report.counts) == {"answered": 1, "failed": 0, "unchecked": 0}


def test_a_gate_that_did_not_run_answers_nothing() -> None:
    """The item is named as not checked, never as held."""
    item = Item(promise="Every route verifies the token", gates=("audit", "token attacks"))

    report = checklist(backend({}), passed("audit"), [item])

    assert dict(report.counts)["unchecked"] == 1
    assert [note.message for note in report.diagnostics] == [
        "Not checked by any gate: Every route verifies the token."
    ]


def test_a_secret_in_the_code_fails_the_list() -> None:
    """The place is named; a test's own secret is none, and one of the user's is a remark."""
    secret = 'KEY = "AKIA' + 'Q7X2M4R8T6W3Z5Y9"\n'
    texts = {"backend/app/config.py": secret, "backend/tests/test_x.py": secret}

    report = checklist(backend(texts, "backend/app/config.py"), [], ITEMS)
    theirs = checklist(backend(texts), [], ITEMS)

    assert report.result is Result.FAILED
    assert theirs.result is Result.PASSED
    secrets = [item for item in report.diagnostics if item.rule == "hardcoded-secret"]
    assert [str(item.span) for item in secrets] == ["backend/app/config.py:1"]


def test_missing_types_are_noted_and_do_not_fail() -> None:
    """They are worth a look, not worth a failed run."""
    texts = {"backend/app/a.py": TYPED, "backend/app/b.py": "def f(x):\n    return x\n"}

    report = checklist(backend(texts), [], ITEMS)

    notes = [item for item in report.diagnostics if item.rule == "missing-type-hint"]
    assert [str(item.span) for item in notes] == ["backend/app/b.py:1"]
    assert report.result is Result.PASSED
