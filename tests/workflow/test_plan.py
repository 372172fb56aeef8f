from pathlib import PurePosixPath

import pytest
from generate.samples import tasks_and_comments, with_keys
from hypothesis import given
from hypothesis import strategies as st

from sdd.generate import Options, Role, render
from sdd.generate.styles import STYLES
from sdd.workflow.briefing import Briefing, order_prompt
from sdd.workflow.offline.order import parse_order
from sdd.workflow.orders import Form, Plan, Slice
from sdd.workflow.plan import AGENTS, LAYOUTS, ORDER_IDS, make_plan

BACKEND = PurePosixPath("backend")
SLICE = (Slice(path="specs/api/rest-endpoints.md", why="the contract"),)


def plan_of(
    layout: str = "app",
    backend: PurePosixPath = BACKEND,
    style: str = "async",
    tokens: str | None = None,
) -> Plan:
    """Return a plan in which each order reads one document."""
    documents = dict.fromkeys(ORDER_IDS, SLICE)
    form = Form(layout=layout, style=style, tokens=tokens)
    return make_plan(documents, backend, form, {name: name for name in AGENTS})


def briefing(**values: object) -> Briefing:
    """Return a briefing with nothing special in it."""
    defaults: dict[str, object] = {
        "feature": "task-crud",
        "settled": {},
        "answers": {},
        "left_over": (),
    }
    return Briefing(**{**defaults, **values})  # type: ignore[arg-type]


def test_orders_go_from_authentication_to_tests() -> None:
    """The plan keeps the order in which a backend is built."""
    ids = [order.id for order in plan_of().orders]

    assert ids == [
        "auth",
        "models",
        "repositories",
        "schemas",
        "routes",
        "errors",
        "assembly",
        "tests",
    ]


def test_independent_orders_share_a_wave() -> None:
    """Authentication and tables need nothing of each other, nor do queries and schemas."""
    waves = [[order.id for order in wave] for wave in plan_of().waves()]

    assert waves[:2] == [["auth", "models"], ["repositories", "schemas"]]


names = st.sampled_from(
    ["app", "api", "v1", "deps", "models", "schemas", "tests", "core", "error.py", "errors.py"]
)
paths = st.lists(names, min_size=1, max_size=5).map(lambda parts: BACKEND.joinpath(*parts))


@given(paths, st.sampled_from(LAYOUTS))
def test_every_path_of_the_backend_has_exactly_one_order(path: PurePosixPath, layout: str) -> None:
    """No two agents may write one file, and none is left without an agent."""
    owners = [order.id for order in plan_of(layout).orders if order.owns(path)]

    assert len(owners) == 1


def test_nothing_outside_the_backend_is_anybodys() -> None:
    """No order reaches beyond the backend's folder."""
    plan = plan_of()

    assert plan.owner(PurePosixPath("specs/api/rest-endpoints.md")) is None
    assert plan.owner(PurePosixPath("backend2/app/main.py")) is None


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("backend", ["backend", "services/api"])
@pytest.mark.parametrize(("style", "tokens"), [("async", None), ("sync", "jwks")])
def test_the_order_form_is_read_back_as_it_was_written(
    layout: str, backend: str, style: str, tokens: str | None
) -> None:
    """What the model learns from the prompt is what the plan says."""
    plan = plan_of(layout, PurePosixPath(backend), style, tokens)
    for order in plan.orders:
        left = next(path for path in _some_paths(plan) if order.owns(path))
        prompt = order_prompt(
            order, plan, briefing(answers={"q-1": 'say "yes"\n- `x`'}, left_over=[left])
        )

        read = parse_order(prompt)

        assert read is not None
        assert (read.id, read.feature, read.form) == (order.id, "task-crud", plan.form)
        assert read.backend == plan.backend
        assert read.documents == ("specs/api/rest-endpoints.md",)
        assert set(read.may_write) == set(order.may_write)
        assert read.left_over == (str(left),)
        assert read.answers == (("q-1", 'say "yes"\n- `x`'),)


def _some_paths(plan: Plan) -> list[PurePosixPath]:
    names = (
        "pyproject.toml",
        "app/models/a.py",
        "app/repositories/a.py",
        "app/schemas/a.py",
        "app/api/a.py",
        "app/api/v1/endpoints/a.py",
        "app/core/errors.py",
        "app/errors.py",
        "app/main.py",
        "tests/a.py",
    )
    return [plan.backend / name for name in names]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("style", STYLES)
def test_each_file_of_a_layout_has_the_order_of_its_role(layout: str, style: str) -> None:
    """What the generator makes for an order, that order may write."""
    plan = plan_of(layout)

    for item in render(with_keys(tasks_and_comments()), Options(layout=layout, style=style)):
        owner = plan.owner(BACKEND / item.path)
        if item.role not in {Role.PROJECT, Role.ROUTES}:
            assert owner is not None
            assert owner.id == item.role.value, item.path


def test_a_prompt_that_is_no_order_is_none() -> None:
    """Prose is not taken for an order."""
    assert parse_order("Please write a backend.") is None
