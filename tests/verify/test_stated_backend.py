"""The backend `declared` against its specs, unharmed and with one difference at a time."""

from dataclasses import replace
from pathlib import Path

import pytest
from verify.harness import Edit, ForkedProcesses, context, seed
from verify.plants import PLANTS

from sdd.diagnostics import Severity, errors
from sdd.ir import AuthPolicy
from sdd.verify import (
    QUICK,
    Result,
    Verification,
    check_contract,
    check_isolation,
    check_schema,
    check_tokens,
)

_CONTRACT = (
    (
        '@router.delete("/{plant_id}", ',
        '@router.delete("/{plant_id}/now", ',
        "contract-missing-operation",
    ),
    (
        '@app.get("/health")',
        '@app.post("/health/deep")\n@app.get("/health")',
        "contract-extra-operation",
    ),
    (
        "limit: int = Query(20, ge=1, le=100)",
        "limit: int = Query(20, ge=1, le=500)",
        "contract-parameter-differs",
    ),
    ("limit: int = Query(20,", "limit: int = Query(50,", "contract-parameter-differs"),
    ("page: int = Query(1, ge=1, le=1000)", "page: str = Query('1')", "contract-parameter-differs"),
    (
        'Literal["name", "created_at"]',
        'Literal["name", "created_at", "id"]',
        "contract-parameter-differs",
    ),
    (
        "    light: Light | None = None,\n",
        "    shade: Light | None = None,\n",
        "contract-parameter-missing",
    ),
    ("le=2147483647)]", "le=99)]", "contract-parameter-differs"),
    (
        "name: str = Field(min_length=1, max_length=80)",
        "name: str = Field(min_length=1, max_length=800)",
        "contract-request-differs",
    ),
    (
        "    name: str = Field(min_length=1",
        "    name: str | None = Field(None, min_length=1",
        "contract-request-differs",
    ),
    (
        "litres: float = Field(gt=0, le=20)",
        "litres: int = Field(gt=0, le=20)",
        "contract-request-differs",
    ),
    (
        "    note: str = Field(default",
        "    depth: int\n    note: str = Field(default",
        "contract-request-differs",
    ),
    ("    price: float | None\n    created_at", "    created_at", "contract-response-differs"),
    (
        "    bought: date | None\n    price",
        "    bought: date\n    price",
        "contract-response-differs",
    ),
    ("    items: list[PlantRead]", "    items: list[dict]", "contract-response-differs"),
    ("response_model=WateringRead, ", "", "contract-response-undeclared"),
    (
        "status_code=201, responses=errors(401, 422)",
        "status_code=200, responses=errors(401, 422)",
        "contract-missing-status",
    ),
    (
        "status_code=204, responses=errors(401, 404, 422)",
        "status_code=204, responses=errors(401, 422)",
        "contract-missing-status",
    ),
    (
        "plant_id: PlantId, user: User):\n    async with sessions() as session:\n        return",
        "plant_id: PlantId, user='a'):\n    async with sessions() as session:\n        return",
        "contract-missing-security",
    ),
    ("async def health() ->", "async def health(user: User) ->", "contract-extra-security"),
)

_SCHEMA = (
    ('__tablename__ = "waterings"', '__tablename__ = "watering"', "schema-missing-table"),
    ("    bought: date | None = None\n", "", "schema-missing-column"),
    (
        "    bought: date | None = None\n",
        "    bought: date | None = None\n    sold: bool = False\n",
        "schema-extra-column",
    ),
    ("    litres: float\n", "    litres: int\n", "schema-type-differs"),
    ("    price: float | None = None", "    price: float = 0", "schema-nullable-differs"),
    (
        "name: str = Field(max_length=80)",
        "name: str = Field(max_length=40)",
        "schema-length-differs",
    ),
    (
        "name: str = Field(max_length=80)",
        "name: str = Field(max_length=80, unique=True)",
        "schema-unique-differs",
    ),
    ("max_length=64, index=True)", "max_length=64)", "schema-index-missing"),
    ('foreign_key="plants.id", ondelete="CASCADE", ', "", "schema-foreign-key-differs"),
    ('ondelete="CASCADE", ', "", "schema-foreign-key-differs"),
    ('    sun = "sun"\n', '    sun = "sun"\n    moon = "moon"\n', "schema-choices-differ"),
)

_PROBED = (
    (
        'raise Failure(404, "not_found")',
        'raise Failure(403, "forbidden")',
        "isolation-foreign-status",
    ),
    (
        "    if plant is None:\n",
        (
            "    if await session.get(Plant, plant_id) and plant is None:\n"
            "        raise Failure(403, 'forbidden')\n    if plant is None:\n"
        ),
        "isolation-foreign-status",
    ),
    (
        '        raise Failure(401, "unauthorized")\n    try',
        '        raise Failure(403, "unauthorized")\n    try',
        "isolation-anonymous-status",
    ),
)


def _some_slow(cases: tuple[tuple[str, str, str], ...]) -> list[object]:
    """Keep every fourth case quick."""
    return [
        pytest.param(*case, marks=pytest.mark.slow if number % 4 else ())
        for number, case in enumerate(cases)
    ]


@pytest.mark.parametrize(("old", "new", "rule"), _some_slow(_CONTRACT))
def test_a_difference_from_the_contract_is_told(
    old: str, new: str, rule: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """Each way in which OpenAPI can depart from the specs has its rule, with route and place."""
    place = seed("declared", tmp_path, Edit(old, new))

    report = check_contract(context(place, processes, PLANTS))

    found = errors(report.diagnostics)
    assert report.result is Result.FAILED
    assert rule in {item.rule for item in found}
    assert all(item.route for item in found)
    assert all(item.span for item in found if item.rule != "contract-missing-operation")


@pytest.mark.parametrize(("old", "new", "rule"), _some_slow(_SCHEMA))
def test_a_difference_from_the_schema_is_told(
    old: str, new: str, rule: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """Each way in which the tables can depart from the specs has its rule and its line."""
    place = seed("declared", tmp_path, Edit(old, new))

    report = check_schema(context(place, processes, PLANTS, prefix="backend"))

    found = errors(report.diagnostics)
    assert report.result is Result.FAILED
    assert rule in {item.rule for item in found}
    places = {item.span.path for item in found if item.span}
    assert places <= {"backend/app/models.py"}


@pytest.mark.parametrize(("old", "new", "rule"), _PROBED)
def test_statuses_are_held_to_the_specs(
    old: str, new: str, rule: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """Where specs state the status for foreign rows and missing tokens, no other will do."""
    place = seed("declared", tmp_path, Edit(old, new))

    report = check_isolation(context(place, processes, PLANTS))

    assert rule in {item.rule for item in errors(report.diagnostics)}


def test_a_refusal_without_the_stated_error_body_is_told(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """401 carries the fields and the code that the specs state."""
    place = seed("declared", tmp_path, Edit('"error_code": code}', '"code": code}'))

    report = check_tokens(context(place, processes, PLANTS))

    assert {item.rule for item in errors(report.diagnostics)} == {"tokens-error-schema"}


def test_a_stated_issuer_is_held_to(tmp_path: Path, processes: ForkedProcesses) -> None:
    """Where the specs state issuer and audience, tokens of others are refused."""
    place = seed(
        "declared", tmp_path, Edit('options={"require"', 'audience="api", options={"require"')
    )
    auth = AuthPolicy(issuer="https://auth.example", audience="api", subject="sub")

    report = check_tokens(context(place, processes, replace(PLANTS, auth=auth)))

    ignored = [item for item in errors(report.diagnostics) if item.rule == "tokens-claims-ignored"]
    assert ignored
    assert all("issuer" in item.message for item in ignored)


def test_every_gate_passes_on_what_keeps_the_specs(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """With specs too, nothing is reported on a backend that does what they state."""
    verification = Verification(context(seed("declared", tmp_path), processes, PLANTS))

    reports = [verification.check(gate) for gate in QUICK if gate.name != "tests"]

    told = [item for report in reports for item in report.diagnostics]
    assert [item for item in told if item.severity is not Severity.NOTE] == []
    assert {report.result for report in reports} == {Result.PASSED}
