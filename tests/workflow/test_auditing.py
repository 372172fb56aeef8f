from pathlib import PurePosixPath

from fakes import MemoryFiles

from sdd.ir import Application, Endpoint
from sdd.verify.verdict import Result
from sdd.workflow.auditing import audit_gate

BACKEND = PurePosixPath("backend")
MAIN = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
"""


def judge(text: str, *endpoints: Endpoint) -> tuple[Result, list[tuple[str, str]], dict[str, int]]:
    """Return the verdict, rules with places, and counts."""
    files = MemoryFiles({"backend/app/main.py": text})
    report = audit_gate(files, BACKEND, Application(endpoints=endpoints))
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
