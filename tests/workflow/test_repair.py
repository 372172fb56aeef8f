from dataclasses import replace

from fakes import MemoryFiles

from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.text import Span
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.repair import Complaints, faults
from tests.workflow.test_plan import plan_of

QUERY = "backend/app/repositories/task.py"
TEST = "backend/tests/api/test_tasks.py"


def diagnostic(path: str | None, *, related: str | None = None, **values: object) -> Diagnostic:
    """Return an error at a path."""
    return Diagnostic(
        rule="wrong",
        severity=Severity.ERROR,
        message="Wrong.",
        span=Span(path=path, line=7) if path else None,
        related=(Related(span=Span(path=related, line=3), message="raised here"),)
        if related
        else (),
        **values,  # type: ignore[arg-type]
    )


def complaints(
    *found: tuple[str, Diagnostic], stubborn: bool = False, empty: str | None = None
) -> Complaints:
    """Return what is told of a small backend."""
    files = MemoryFiles(
        {
            "backend/app/api/v1/tasks.py": "from app.dependencies import user\n",
            "backend/app/dependencies.py": "from app.auth.jwt import verify\nuser = verify\n",
            "backend/app/auth/jwt.py": "verify = 1\n",
        }
    )
    told = Complaints(
        plan=plan_of(), found=found, files=files, empty=frozenset({empty} if empty else ())
    )
    return replace(told, stubborn=told.fingerprints) if stubborn else told


def errand_ids(gate: str, found: Diagnostic) -> list[list[str]]:
    """Return who is sent to mend, wave by wave."""
    return [[errand.order.id for errand in wave] for wave in complaints((gate, found)).errands(1)]


def test_a_diagnostic_finds_the_agent_of_its_file() -> None:
    """The path alone decides."""
    assert errand_ids("audit", diagnostic(QUERY)) == [["repositories"]]


def test_the_agents_of_related_places_are_asked_too() -> None:
    """A failing test concerns who wrote it and who wrote what it calls, data first."""
    assert errand_ids("audit", diagnostic(TEST, related=QUERY)) == [["repositories"], ["tests"]]


def test_a_gate_that_looks_from_outside_reaches_those_beneath() -> None:
    """The probe sees a handler leak; the query may be at fault."""
    handler = diagnostic("backend/app/api/v1/tasks.py")

    assert errand_ids("isolation probe", handler) == [["repositories"], ["routes"]]
    assert errand_ids("tests", diagnostic(TEST)) == [["repositories"], ["routes"], ["tests"]]


def test_without_a_place_the_gates_own_order_answers() -> None:
    """An unprotected route is the routes' affair, a missing table the models'."""
    assert errand_ids("audit", diagnostic(None)) == [["routes"]]
    assert errand_ids("schema", diagnostic("specs/database/schema.md")) == [["models"]]


def test_the_prompt_says_rule_place_reason_and_remedy() -> None:
    """What the agent needs in order to mend it, once."""
    found = diagnostic(QUERY, related=TEST, reason="Because.", hint="Do this.", route="GET /x")

    waves = complaints(("audit", found), ("audit", found)).errands(2)
    prompt = waves[0][0].prompt

    for part in ("round 2", "`wrong` at `", f"{QUERY}:7", "(GET /x)", "Because.", "Do this."):
        assert part in prompt
    assert prompt.count(f"{QUERY}:7") == 1


def test_only_errors_of_failed_gates_are_faults() -> None:
    """Warnings, notes and gates that passed send nobody back to work."""
    note = Diagnostic(rule="note", severity=Severity.NOTE, message="By the way.")
    reports = [
        GateReport(gate="audit", result=Result.FAILED, diagnostics=(diagnostic(QUERY), note)),
        GateReport(gate="schema", result=Result.PASSED, diagnostics=(diagnostic(QUERY),)),
    ]

    assert [gate for gate, _ in faults(reports)] == ["audit"]


def test_what_stays_wrong_is_told_to_those_beneath() -> None:
    """A route is open because of what it imports: the owner of that is asked in the end."""
    found = diagnostic("backend/app/api/v1/tasks.py", route="GET /api/tasks")
    told = complaints(("audit", found), stubborn=True)

    waves = told.errands(2)

    assert [[errand.order.id for errand in wave] for wave in waves] == [["auth"], ["routes"]]
    assert "in files that import yours" in waves[0][0].prompt
    assert "in files that import yours" not in waves[1][0].prompt
    assert [[item.order.id for item in wave] for wave in told.errands(2, wider=True)] == [["auth"]]


def test_who_wrote_nothing_is_told_so() -> None:
    """An agent that said it was done has its order given back."""
    waves = complaints(("import", diagnostic(None)), empty="models").errands(1)

    assert [errand.order.id for wave in waves for errand in wave] == ["models", "assembly"]
    assert "`nothing-written`" in waves[0][0].prompt
