"""The two laws: code is read back as what it was rendered from, and its audit proves everything."""

import dataclasses
import functools
from collections.abc import Iterator

import pytest
from generate.samples import TREES, tasks_and_comments
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ir.builders import body, column, endpoint, entity, field, key, many, moment, path
from memory_files import MemoryFiles

from sdd.audit import AuditReport, Verdict, audit, lift
from sdd.diagnostics import Severity
from sdd.generate import Options, render, supported
from sdd.generate.layouts import LAYOUTS
from sdd.generate.styles import STYLES
from sdd.ir import (
    Application,
    AuthMode,
    AuthPolicy,
    Column,
    Constraints,
    Endpoint,
    Entity,
    Shape,
    Type,
    surface,
)
from sdd.ir.complete import complete
from sdd.program import Program, load

_WORDS = ("project", "note", "ticket", "recipe", "habit")
_TYPES = (Type.STR, Type.INT, Type.BOOL, Type.FLOAT, Type.DATE, Type.DATETIME)


PLAIN = Options()


def rendered(application: Application, options: Options = PLAIN) -> Program:
    files = {str(item.path): item.content for item in render(application, options)}
    return load(MemoryFiles(files))


@st.composite
def applications(draw: st.DrawFn) -> Application:
    """One or two owned entities, some with a child, each with the usual routes."""
    user = entity(
        "User",
        "users",
        column("id", Type.STR, primary_key=True, nullable=False, max_length=64),
        column("email", Type.STR, nullable=False, unique=True, max_length=255),
        managed_by="Better Auth",
    )
    names = draw(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=2, unique=True))
    entities, endpoints = [user], []
    for name in names:
        own, routes = draw(resources(name))
        entities += own
        endpoints += routes
    return Application(
        title="Drawn",
        base_path="/api",
        entities=tuple(entities),
        endpoints=tuple(endpoints),
        auth=AuthPolicy(mode=draw(st.sampled_from(AuthMode))),
    )


FORMS = st.builds(Options, layout=st.sampled_from(tuple(LAYOUTS)), style=st.sampled_from(STYLES))


@st.composite
def resources(draw: st.DrawFn, name: str) -> tuple[list[Entity], list[Endpoint]]:
    kinds = draw(st.lists(st.sampled_from(_TYPES), min_size=1, max_size=3))
    own = [
        column(f"part_{number}", kind, nullable=draw(st.booleans()), **bounds(draw, kind))
        for number, kind in enumerate(kinds)
    ]
    table = f"{name}s"
    whole = entity(
        name.capitalize(),
        table,
        key(),
        column("user_id", Type.STR, nullable=False, max_length=64, references="users.id"),
        *own,
        moment("created_at"),
        owner_column="user_id",
    )
    return [whole], list(routes_of(name, whole, own))


def bounds(draw: st.DrawFn, kind: Type) -> dict[str, int]:
    return {"max_length": draw(st.integers(1, 500))} if kind is Type.STR else {}


def routes_of(name: str, whole: Entity, own: list[Column]) -> Iterator[Endpoint]:
    row = body(*(field(item.name, item.type, nullable=item.nullable) for item in whole.columns))
    given_fields = body(
        *(field(item.name, item.type, required=True, nullable=item.nullable) for item in own)
    )
    base = f"/api/{name}s"
    one = path(f"{name}_id", Type.INT)
    yield endpoint(f"GET {base}", success_status=200, response=many(row))
    yield endpoint(f"POST {base}", success_status=201, request=given_fields, response=row)
    yield endpoint(f"GET {base}/{{{name}_id}}", one, success_status=200, response=row)
    yield endpoint(
        f"PUT {base}/{{{name}_id}}", one, success_status=200, request=given_fields, response=row
    )
    yield endpoint(f"DELETE {base}/{{{name}_id}}", one, success_status=204)


def comparable(application: Application) -> Application:
    """Take out what code cannot say: other people's tables, list bounds, codes never raised."""
    foreign = {item.table for item in application.entities if item.managed_by}
    plain = surface(application)
    return dataclasses.replace(
        plain,
        entities=tuple(
            dataclasses.replace(
                item,
                columns=tuple(
                    dataclasses.replace(
                        one,
                        foreign_key=None
                        if one.foreign_key and one.foreign_key.table in foreign | {"users"}
                        else one.foreign_key,
                        constraints=Constraints() if one.type is Type.LIST else one.constraints,
                    )
                    for one in item.columns
                ),
            )
            for item in plain.entities
            if not item.managed_by
        ),
        endpoints=tuple(
            dataclasses.replace(item, response=settled(item.response)) for item in plain.endpoints
        ),
        errors=dataclasses.replace(plain.errors, codes=(), path_user_status=None),
    )


def settled(shape: Shape | None) -> Shape | None:
    """A body whose nullability is open is not null."""
    if shape is None or shape.type is Type.NONE:
        return shape
    return dataclasses.replace(shape, nullable=bool(shape.nullable))


def check_reading_back(application: Application, program: Program) -> None:
    wanted = supported(application)
    read = lift(program)

    assert comparable(read) == comparable(wanted)
    codes = {(item.status, item.code) for item in read.errors.codes}
    raised = {401, 404, 422, 500}
    assert {
        (item.status, item.code) for item in wanted.errors.codes if item.status in raised
    } <= codes


def check_audit(report: AuditReport, application: Application) -> None:
    """Every route is proved; only one that the application declares open may be public."""
    wanted = complete(application).endpoints
    open_to_all = {f"{item.method} {item.path}" for item in wanted if item.auth is False}
    for route in report.routes:
        shown = all(access.verdict is Verdict.PROVED for access in route.accesses)
        is_open = route.name in open_to_all and route.auth.verdict is Verdict.PUBLIC and shown
        assert route.is_proved or is_open, (route.name, route.auth, route.accesses)
    assert not [item for item in report.diagnostics if item.severity is Severity.ERROR]


@pytest.mark.slow
@pytest.mark.parametrize("name", TREES)
def test_each_golden_tree_is_proved(name: str) -> None:
    """Law 2 for every tree, whatever its layout, style and mode."""
    sample, options = TREES[name]

    check_audit(audit(rendered(sample(), options)), sample())


@functools.cache
def sample_program() -> Program:
    return rendered(tasks_and_comments())


def test_the_sample_is_read_back_as_it_was_rendered() -> None:
    """Law 1 for the sample with children, pages, filters and statistics."""
    check_reading_back(tasks_and_comments(), sample_program())


def test_the_sample_is_proved_to_keep_users_apart() -> None:
    """Law 2 for the sample: no finding, and every route proved."""
    report = audit(sample_program())

    check_audit(report, tasks_and_comments())
    assert report.summary.proved == report.summary.routes - report.summary.public
    assert report.summary.routes == len(complete(tasks_and_comments()).endpoints)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(applications(), FORMS)
def test_any_rendered_application_is_read_back_and_proved(
    application: Application, form: Options
) -> None:
    """Both laws in any layout, style and mode, on one rendering, which is what takes the time."""
    program = rendered(application, form)

    check_reading_back(application, program)
    check_audit(audit(program), application)
