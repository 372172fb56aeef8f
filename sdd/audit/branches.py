"""Branches: each runs under its condition, and what comes out is joined."""

import ast
from collections.abc import Callable, Sequence

from sdd.audit.conditions import condition
from sdd.audit.engine import Engine
from sdd.audit.logic import NO, YES, Formula, negated
from sdd.audit.narrowing import narrow
from sdd.audit.state import State


def if_statement(engine: Engine, node: ast.If, state: State) -> None:
    """Run the branches that are possible and join what comes out."""
    formula = state.simplify(condition(engine, node.test, state))
    branch_on(
        engine,
        state,
        [
            (formula, lambda branch: _run_branch(engine, node.test, node.body, branch, True)),
            (
                negated(formula),
                lambda branch: _run_branch(engine, node.test, node.orelse, branch, False),
            ),
        ],
    )


def _run_branch(
    engine: Engine,
    test: ast.expr,
    body: list[ast.stmt],
    state: State,
    passed: bool,  # noqa: FBT001
) -> None:
    narrow(engine, test, state, passed=passed)
    engine.execute(body, state)


def branch_on(
    engine: Engine, state: State, branches: Sequence[tuple[Formula, Callable[[State], None]]]
) -> None:
    """Run alternatives, each under its condition, and merge."""
    if not state.alive:
        return
    certain = [run for formula, run in branches if formula == YES]
    if certain:
        certain[0](state)
        return
    base = len(state.facts)
    ended = []
    for formula, run in branches:
        if formula == NO:
            continue
        branch = state.fork()
        branch.assume(formula)
        if branch.alive:
            run(branch)
        ended.append(branch)
    continue_with(state, engine.join(ended, base))


def continue_with(state: State, merged: State | None) -> None:
    """Go on in a state with what its branches were joined to; None ends the path."""
    if merged is None:
        state.alive = False
    else:
        state.become(merged)
