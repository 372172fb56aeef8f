"""Which test files a generated backend has."""

from collections.abc import Mapping
from typing import Any

from sdd.generate import naming
from sdd.generate.checks.cases import Case, cases, example_path, isolation_cases
from sdd.generate.checks.scenes import factory_name, factory_plan
from sdd.generate.checks.sessions import session_values
from sdd.generate.domain import Domain
from sdd.generate.files import Role
from sdd.generate.plans import FilePlan
from sdd.generate.project import ProjectPlan
from sdd.generate.routes import HandlerPlan, RouterPlan

_SUPPORT = ("ALICE", "BOB", "SECRET", "Fetch", "Row", "Rows", "Store", "as_json", "bearer", "token")
_KEYS = ("PRIVATE_KEY", "KEY_ID", "Issuer", "published")


def check_symbols(domain: Domain) -> dict[str, str]:
    """Return where the names of the test files come from."""
    found = dict.fromkeys((*_SUPPORT, *_KEYS), "tests.support")
    found |= {factory_name(table): "tests.factories" for table in domain.tables.values()}
    return found


def check_files(
    domain: Domain, project: ProjectPlan, routers: tuple[RouterPlan, ...]
) -> list[FilePlan]:
    """Plan every test file."""
    handlers = tuple(handler for router in routers for handler in router.handlers)
    files = [
        _file(
            "tests/__init__.py",
            "Tests; they run with a secret of their own.",
            "test_package.py",
            project,
        ),
        _file("tests/api/__init__.py", "Tests of the endpoints.", "package.py", project),
        _file("tests/auth/__init__.py", "Tests of who gets in.", "package.py", project),
        _file(
            "tests/support.py",
            "Users, tokens and the forms of fixtures.",
            "test_support.py",
            project,
        ),
        _conftest(domain, project),
        _file(
            "tests/auth/test_jwt.py",
            "Forged, expired and missing tokens.",
            "test_auth.py",
            project,
            protected=[
                (handler.method.upper(), example_path(handler.operation))
                for handler in handlers
                if handler.operation.endpoint.auth
            ],
        ),
        _file(
            "tests/test_migrations.py",
            "Migrations, up and down.",
            "test_migrations.py",
            project,
        ),
        _file("tests/api/test_errors.py", "The form of errors.", "test_errors.py", project),
    ]
    if domain.tables:
        files.append(_factories(domain, project))
    files += [item for router in routers for item in _router_file(domain, project, router)]
    isolation = [case for handler in handlers for case in isolation_cases(domain, handler)]
    if isolation:
        files.append(
            _cases(
                "test_isolation", "Every operation with another user's token.", isolation, project
            )
        )
    sessions = session_values(domain, handlers) if domain.own_users else None
    if sessions is not None:
        files.append(
            _file(
                "tests/auth/test_sessions.py",
                "Registration and login.",
                "test_sessions.py",
                project,
                **sessions,
            )
        )
    return files


def _file(
    path: str,
    purpose: str,
    template: str,
    project: ProjectPlan,
    **values: Any,  # noqa: ANN401
) -> FilePlan:
    return FilePlan(
        path=path,
        template=template,
        role=Role.TESTS,
        purpose=purpose,
        header=project.header(purpose),
        values={"project": project, **values},
    )


def _conftest(domain: Domain, project: ProjectPlan) -> FilePlan:
    table = domain.user if domain.own_users else None
    user: Mapping[str, str] | None = None
    if table is not None:
        user = {"factory": factory_name(table), "key": table.attributes[table.key.name]}
    purpose = "The application under test, and what tests do to its database."
    return _file("tests/conftest.py", purpose, "test_conftest.py", project, user=user)


def _factories(domain: Domain, project: ProjectPlan) -> FilePlan:
    plans = [factory_plan(domain, table) for table in domain.tables.values()]
    purpose = "Rows that are valid, for tests to store."
    return _file("tests/factories.py", purpose, "test_factories.py", project, factories=plans)


def _router_file(domain: Domain, project: ProjectPlan, router: RouterPlan) -> list[FilePlan]:
    found = [case for handler in router.handlers for case in _handler_cases(domain, handler)]
    if not found:
        return []
    return [_cases(f"test_{router.module}", f"The endpoints of {router.tag}.", found, project)]


def _handler_cases(domain: Domain, handler: HandlerPlan) -> tuple[Case, ...]:
    return cases(domain, handler)


def _cases(name: str, purpose: str, found: list[Case], project: ProjectPlan) -> FilePlan:
    distinct: dict[str, Case] = {}
    for case in found:
        distinct[naming.unique(case.name, distinct)] = case
    listed = [{"case": case, "name": name} for name, case in distinct.items()]
    return _file(
        f"tests/api/{name}.py", naming.sentence(purpose), "test_api.py", project, cases=listed
    )
