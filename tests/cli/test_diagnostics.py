"""How diagnostics look in a terminal."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from sdd.cli.diagnostics import print_diagnostics
from sdd.diagnostics import Diagnostic, Severity
from sdd.text import Span

OUTPUT = "\n".join(
    ["def test_x():", *["    step()"] * 20, ">   assert 1 == 2", "E   assert 1 == 2"]
)


def _printed(*diagnostics: Diagnostic, most: int | None = None) -> str:
    console = Console(file=StringIO(), width=100)
    print_diagnostics(console, diagnostics, most=most)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def _failure(name: str, reason: str = "") -> Diagnostic:
    return Diagnostic(
        rule="tests-failed",
        severity=Severity.ERROR,
        message=f"{name} failed",
        reason=reason or None,
        hint="Run pytest.",
        subject=name,
    )


def test_a_hint_that_fits_several_is_said_once() -> None:
    """What to do next is not lost among its repetitions."""
    text = _printed(_failure("a"), _failure("b"), _failure("c"))

    assert [text.count(f"{name} failed") for name in "abc"] == [1, 1, 1]
    assert text.count("Run pytest.") == 1


def test_a_long_reason_is_cut_to_what_failed() -> None:
    """A terminal shows the line and the error; everything stands in the verbose output."""
    short, whole = _printed(_failure("a", OUTPUT), most=20), _printed(_failure("a", OUTPUT))

    assert "assert 1 == 2" in short
    assert "step()" not in short
    assert "23 lines in all" in short
    assert whole.count("step()") == 20


def test_a_long_reason_of_another_kind_keeps_its_ends() -> None:
    """The beginning says where, the end says what."""
    text = _printed(_failure("a", "\n".join(f"line {number}" for number in range(40))), most=20)

    assert "line 0" in text
    assert "line 39" in text
    assert "line 20" not in text


class _WholeFileInALine(str):
    """A line so long that nothing may walk through it once for each diagnostic."""

    __slots__ = ()

    def strip(self, *_: object) -> str:
        raise AssertionError("the whole line was read")

    rstrip = lstrip = strip

    def __format__(self, _: str) -> str:
        raise AssertionError("the whole line was read")


def test_of_an_endless_line_only_the_shown_part_is_read() -> None:
    """Thousands of diagnostics may point at one line of many megabytes."""
    line = _WholeFileInALine("GET /api/x returns notes. " * 100)
    place = replace(_failure("a"), span=Span(path="specs/api.md", line=5))
    console = Console(file=StringIO(), width=100)

    print_diagnostics(console, [place], lambda *_: line)

    assert isinstance(console.file, StringIO)
    excerpt = console.file.getvalue().splitlines()[1]
    assert excerpt.startswith("  5 │ GET /api/x returns")
    assert excerpt.endswith("…")
    assert len(excerpt) == 100


def test_thousands_of_diagnostics_show_the_gravest_and_say_how_many_more() -> None:
    """An error is not buried under notes, and what is left out is counted."""
    notes = [replace(_failure(f"note {n}"), severity=Severity.NOTE) for n in range(3000)]
    text = _printed(*notes, _failure("zebra"))

    assert "zebra failed" in text
    assert text.count(" failed") == 500
    assert "… and 2501 more (--format json shows all)" in text


def test_what_can_be_read_is_shown_whole() -> None:
    """Nothing is left out of a long list that somebody may still go through."""
    text = _printed(*[_failure(f"number {n}") for n in range(500)])

    assert text.count(" failed") == 500
    assert "more" not in text
