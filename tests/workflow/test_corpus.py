"""Specs of other people: every set is planned, or refused in one sentence."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from sdd.adapters.disk import DiskFiles
from sdd.errors import SpecError
from sdd.workflow.context import Context, Project
from sdd.workflow.prepare import discover, plan_orders, understand
from tests.workflow.test_delegate import context

FOLDER = Path(os.environ.get("SDD_CORPUS_DIR", "/nonexistent")) / "specs"
SETS = sorted(path.name for path in FOLDER.iterdir()) if FOLDER.is_dir() else []
pytestmark = pytest.mark.corpus


def project_of(name: str) -> tuple[Project, Context]:
    """Discover a set, with all of its features."""
    surroundings = context([], feature="all")
    ports = replace(surroundings.ports, files=DiskFiles(FOLDER / name))
    surroundings = replace(surroundings, ports=ports)
    return discover(surroundings), surroundings


@pytest.mark.parametrize("name", SETS or [pytest.param("", marks=pytest.mark.skip("no corpus"))])
def test_every_set_is_planned_or_refused_in_one_sentence(name: str) -> None:
    """Each order has documents to read; a set that cannot be planned says why and what to do."""
    try:
        project, surroundings = project_of(name)
        understood = understand(project, surroundings.request, {}, None)
    except SpecError as error:
        assert error.hint  # noqa: PT017 - most sets are not refused
        return

    plan = plan_orders(surroundings.request, project, understood)

    for order in plan.orders:
        assert order.documents
        assert {item.path for item in order.documents} <= set(project.documents.paths)
