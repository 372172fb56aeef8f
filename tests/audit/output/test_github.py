from dataclasses import replace
from pathlib import PurePosixPath

from audit_reports import finding, make_report

from sdd.audit.output.github import github
from sdd.audit.output.view import View
from sdd.diagnostics import Diagnostic, Severity
from sdd.text import Span


def _lines(*items: Diagnostic) -> list[str]:
    view = View(report=make_report(*items), prefix=PurePosixPath("backend"))
    return github(view).splitlines()


def test_a_finding_is_one_line_with_its_place() -> None:
    """File from the top of the repository, title with rule and route, message with reason."""
    (line,) = _lines(finding())

    assert line == (
        "::error file=backend/routes.py,line=8,title=unscoped-read%3A GET /api/notes/{note_id},"
        "col=12::read of Note is not confined to the caller"
        "%0Anothing compares Note.user_id with the signed-in user."
        "%0ACompare the owner with the signed-in user."
    )


def test_what_could_break_the_command_is_escaped() -> None:
    """Per cent, line ends; in properties colons and commas too."""
    item = replace(
        finding(),
        message="100%\r\n::error::x",
        reason=None,
        hint=None,
        span=Span(path="a,b:c%.py", line=1),
    )
    (line,) = _lines(item)

    assert line.startswith("::error file=backend/a%2Cb%3Ac%25.py,line=1,")
    assert line.endswith("::100%25%0D%0A::error::x")


def test_errors_come_first_and_suppressed_ones_not_at_all() -> None:
    """GitHub shows only the first ones."""
    note = replace(finding(), severity=Severity.NOTE, span=None)
    lines = _lines(note, finding(), replace(finding(), suppressed="shared"))

    assert [line.split(" ")[0] for line in lines] == ["::error", "::notice"]
    assert "file=" not in lines[1]
