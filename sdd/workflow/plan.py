"""Plans a run: the work orders, their waves, their slices of the documents and their paths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.workflow.globs import EXCEPT
from sdd.workflow.orders import Form, Plan, Slice, WorkOrder

ENGINEER = "fastapi-backend-engineer"
BACKEND_AGENT = "fastapi-backend-agent"
CRUD_AGENT = "task-crud-subagent"
ENDPOINT_AGENT = "endpoint-subagent"
TEST_AGENT = "test-subagent"
AGENTS = (ENGINEER, BACKEND_AGENT, CRUD_AGENT, ENDPOINT_AGENT, TEST_AGENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What is the same of an order in every project."""

    id: str
    title: str
    agent: str
    wave: int
    gates: tuple[str, ...]


# Authentication first, then from the data outwards; the engineer joins the parts, and the tests
# come last because they call the whole.
_KINDS = (
    _Kind(
        id="auth",
        title="Project files, settings and token verification",
        agent=BACKEND_AGENT,
        wave=1,
        gates=("import", "audit", "token attacks"),
    ),
    _Kind(
        id="models",
        title="Tables and sessions",
        agent=CRUD_AGENT,
        wave=1,
        gates=("import", "schema"),
    ),
    _Kind(
        id="repositories",
        title="Queries and business rules",
        agent=CRUD_AGENT,
        wave=2,
        gates=("import", "audit", "isolation probe"),
    ),
    _Kind(
        id="schemas",
        title="Requests and responses",
        agent=ENDPOINT_AGENT,
        wave=2,
        gates=("import", "contract"),
    ),
    _Kind(
        id="routes",
        title="Routes",
        agent=ENDPOINT_AGENT,
        wave=3,
        gates=("contract", "audit", "isolation probe"),
    ),
    _Kind(
        id="errors",
        title="Error handling",
        agent=ENDPOINT_AGENT,
        wave=4,
        gates=("import", "contract", "checklist"),
    ),
    _Kind(
        id="assembly",
        title="The application as a whole",
        agent=ENGINEER,
        wave=5,
        gates=("import", "contract", "checklist"),
    ),
    _Kind(
        id="tests",
        title="Tests",
        agent=TEST_AGENT,
        wave=6,
        gates=("tests",),
    ),
)

_PROJECT = (
    "*.toml",
    "*.md",
    ".env.example",
    ".gitignore",
    "better-auth/**",
    "Dockerfile",
    ".dockerignore",
)

# Paths below the backend's folder. What no order claims is the assembly's, so every path has
# exactly one order that may write it.
_PATHS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "app": {
        "auth": (
            *_PROJECT,
            "app/config.py",
            "app/dependencies.py",
            "app/auth/**",
        ),
        "models": ("app/models/**", "app/db/**", "alembic.ini", "alembic/**"),
        "repositories": ("app/repositories/**",),
        "schemas": ("app/schemas/**", "!app/schemas/error*.py"),
        "routes": ("app/api/**", "!app/api/responses.py"),
        "errors": ("app/errors.py", "app/schemas/error*.py", "app/api/responses.py"),
        "tests": ("tests/**",),
    },
    "services": {
        "auth": (
            *_PROJECT,
            "app/core/config.py",
            "app/core/security.py",
            "app/core/keys.py",
            "app/core/passwords.py",
            "app/core/limits.py",
            "app/core/refresh.py",
            "app/api/v1/deps/**",
        ),
        "models": (
            "app/models/**",
            "app/core/database.py",
            "app/core/types.py",
            "alembic.ini",
            "alembic/**",
        ),
        "repositories": ("app/repositories/**", "app/services/**"),
        "schemas": ("app/schemas/**", "!app/schemas/error*.py"),
        "routes": ("app/api/v1/endpoints/**",),
        "errors": ("app/core/errors.py", "app/schemas/error*.py", "app/api/v1/responses.py"),
        "tests": ("tests/**",),
    },
}
LAYOUTS = tuple(_PATHS)


def make_plan(
    documents: Mapping[str, Sequence[Slice]],
    backend: PurePosixPath,
    form: Form,
    agents: Mapping[str, str],
) -> Plan:
    """Plan the orders of a run.

    Args:
        documents: The slice of each order, by order id.
        backend: The backend's folder, relative to the project.
        form: How the backend is built; its layout is one of `LAYOUTS`.
        agents: Which agent stands in for each of `AGENTS`.
    """
    orders = tuple(
        WorkOrder(
            id=kind.id,
            title=kind.title,
            agent=agents[kind.agent],
            wave=kind.wave,
            documents=tuple(documents[kind.id]),
            may_write=_may_write(kind.id, backend, form.layout),
            gates=kind.gates,
        )
        for kind in _KINDS
    )
    return Plan(orders=orders, backend=backend, form=form)


ORDER_IDS = tuple(kind.id for kind in _KINDS)


def _may_write(order_id: str, backend: PurePosixPath, layout: str) -> tuple[str, ...]:
    paths = _PATHS[layout]
    if order_id in paths:
        return tuple(_below(backend, pattern) for pattern in paths[order_id])
    claimed = (
        pattern
        for patterns in paths.values()
        for pattern in patterns
        if not pattern.startswith(EXCEPT)
    )
    return (f"{backend}/**", *(_below(backend, EXCEPT + pattern) for pattern in claimed))


def _below(backend: PurePosixPath, pattern: str) -> str:
    if pattern.startswith(EXCEPT):
        return f"{EXCEPT}{backend}/{pattern.removeprefix(EXCEPT)}"
    return f"{backend}/{pattern}"
