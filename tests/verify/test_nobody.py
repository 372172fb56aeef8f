"""Backends whose specs give nothing to anybody: public ones, and rows that nobody owns."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fakes import ScriptedProcesses

from sdd.ir import Application, Column, Endpoint, Entity, Type
from sdd.verify import Result, check_isolation, check_tokens
from sdd.verify.observation import Observations
from sdd.verify.target import Target, VerifyContext

OPEN = Application(endpoints=(Endpoint(method="GET", path="/notes", auth=False),))
NOBODY = {"nobody": "no operation needs a user"}


def seen(application: Application | None, **results: Mapping[str, Any]) -> VerifyContext:
    """Return the context of a gate whose child has found this."""
    return VerifyContext(
        target=Target(folder=str(Path("/backend")), python="python"),
        application=application,
        processes=ScriptedProcesses(),
        observations=Observations(results=results),
    )


def test_what_is_public_by_contract_has_nothing_to_isolate() -> None:
    """Where the specs ask for no token anywhere, no user is needed to judge it."""
    context = seen(OPEN, isolation=NOBODY, tokens=NOBODY)

    assert check_isolation(context).result is Result.PASSED
    assert check_tokens(context).result is Result.PASSED


def test_a_backend_that_asks_for_no_token_though_its_specs_do_is_not_passed() -> None:
    """One endpoint that should be protected, or no specs at all, and nobody is a reason again."""
    closed = replace(
        OPEN, endpoints=(*OPEN.endpoints, Endpoint(method="POST", path="/notes", auth=True))
    )

    for application in (closed, None):
        context = seen(application, isolation=NOBODY, tokens=NOBODY)
        assert check_isolation(context).result is Result.NOT_RUN
        assert check_tokens(context).result is Result.NOT_RUN


def test_rows_that_nobody_owns_need_no_second_user() -> None:
    """Where no table of the specs has an owner, shared rows are what was asked for."""
    facts: dict[str, Any] = {
        "operations": 1,
        "probed": [],
        "unprobed": {},
        "checks": 2,
        "findings": [],
        "public": 0,
        "guarded": [],
        "of_shared": ["GET /feeds"],
        "how": "",
    }
    key = Column(name="id", type=Type.INT, primary_key=True)
    shared = Application(
        endpoints=(Endpoint(method="GET", path="/feeds", auth=True),),
        entities=(Entity(name="Feed", columns=(key,)),),
    )
    owned = replace(shared, entities=(Entity(name="Feed", columns=(key,), owner_column="user_id"),))

    assert check_isolation(seen(shared, isolation=facts)).result is Result.PASSED
    assert check_isolation(seen(owned, isolation=facts)).result is Result.NOT_RUN
