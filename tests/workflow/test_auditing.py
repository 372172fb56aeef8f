from datetime import date
from pathlib import PurePosixPath

import pytest
from audit_backend import HOLE
from audit_backend import MAIN as NOTES
from fakes import MemoryFiles

from sdd.audit import AuditSettings
from sdd.ir import Application, Endpoint, Entity
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.auditing import AuditTerms, audit_gate

BACKEND = PurePosixPath("backend")
MAIN = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
"""


UNDECIDED = """

@app.get("/api/odd/{note_id}")
def odd(note_id: int, user: int = Depends(current_user), session: Session = Depends(get_session)):
    note = session.get(Note, note_id)
    if not __import__("checks").may_see(user, note):
        raise HTTPException(404)
    return note
"""
SUPPRESSED = HOLE.replace(
    "    note = session.get(Note, note_id)\n",
    "    # sdd: ignore[unscoped-read] reason=notes are shared here until=2030-01-01\n"
    "    note = session.get(Note, note_id)\n",
)
HEALTH = Endpoint(method="GET", path="/health", auth=False)


def gate(
    text: str,
    *endpoints: Endpoint,
    before: str = "",
    settings: AuditSettings | None = None,
    entities: tuple[Entity, ...] = (),
) -> GateReport:
    """Audit a text in the place of one that stood there before the run."""
    return audit_gate(
        MemoryFiles({"backend/app/main.py": text}),
        BACKEND,
        Application(endpoints=endpoints, entities=entities),
        AuditTerms(
            settings=settings or AuditSettings(),
            base=MemoryFiles({"backend/app/main.py": before}),
            today=date(2026, 1, 2),
        ),
    )


def judge(text: str, *endpoints: Endpoint) -> tuple[Result, list[tuple[str, str]], dict[str, int]]:
    """Return the verdict, rules with places, and counts."""
    report = gate(text, *endpoints)
    found = [(item.rule, str(item.span)) for item in report.diagnostics]
    return report.result, found, dict(report.counts)


def test_what_is_public_by_the_contract_passes() -> None:
    """It is counted as public, never as proved."""
    result, found, counts = judge(MAIN, Endpoint(method="GET", path="/health", auth=False))

    assert (result, found) == (Result.PASSED, [])
    assert (counts["public"], counts["proved"]) == (1, 0)


def test_a_route_without_authentication_fails() -> None:
    """Its place is given relative to the project."""
    result, found, _ = judge(MAIN.replace("/health", "/api/things"))

    assert result is Result.FAILED
    assert {place.split(":")[0] for _, place in found} == {"backend/app/main.py"}


def test_two_handlers_of_one_route_are_found() -> None:
    """Names of parameters make no difference; both places are named."""
    twice = MAIN + '\n\n@app.get("/health")\nasync def again() -> None:\n    return None\n'

    result, found, _ = judge(twice, Endpoint(method="GET", path="/health", auth=False))

    assert result is Result.FAILED
    assert ("duplicate-route", "backend/app/main.py:13") in found


def test_a_route_that_is_not_proved_fails_though_nothing_is_violated() -> None:
    """The doubt is an error here, at its place, so that the agent hears of it."""
    report = gate(NOTES + UNDECIDED, HEALTH)

    assert report.result is Result.FAILED
    assert dict(report.counts)["violated"] == 0
    doubts = [item for item in report.diagnostics if item.rule == "undecided"]
    assert {(item.route, item.severity.value) for item in doubts} == {
        ("GET /api/odd/{note_id}", "error")
    }


def test_every_route_proved_passes() -> None:
    """Nothing else does, but what is public on purpose."""
    assert gate(NOTES, HEALTH).result is Result.PASSED
    assert gate(NOTES + HOLE, HEALTH).result is Result.FAILED


def test_a_suppression_that_people_wrote_before_counts() -> None:
    """What they answer for does not hold up a run."""
    report = gate(NOTES + SUPPRESSED, HEALTH, before=NOTES + SUPPRESSED)

    assert report.result is Result.PASSED, report.diagnostics
    assert [item.suppressed for item in report.diagnostics if item.rule == "unscoped-read"] == [
        "notes are shared here (until 2030-01-01)"
    ]


@pytest.mark.parametrize("before", ["", NOTES + HOLE], ids=["a new file", "an old file"])
def test_a_suppression_that_the_run_wrote_is_a_defect_itself(before: str) -> None:
    """Agents mend; they do not hide."""
    report = gate(NOTES + SUPPRESSED, HEALTH, before=before)

    errors = {item.rule for item in report.diagnostics if item.severity.value == "error"}
    assert report.result is Result.FAILED
    assert errors == {"invalid-suppression", "unscoped-read"}


def test_routes_that_the_settings_declare_public_are_public() -> None:
    """Hand-written routes are in no contract."""
    settings = AuditSettings(public_routes=("GET /api/prices",))
    text = MAIN.replace("/health", "/api/prices")

    assert gate(text).result is Result.FAILED
    assert gate(text, settings=settings).result is Result.PASSED


def test_rows_that_a_human_shared_are_nobodys() -> None:
    """The table is as the specs have it decided, so reading all of it is no finding."""
    before = gate(NOTES + HOLE)
    table = Entity(name="Note", table="note", shared=True)

    shared = gate(NOTES + HOLE, entities=(table,))

    assert "unscoped-read" in {item.rule for item in before.diagnostics}
    assert shared.diagnostics == ()
