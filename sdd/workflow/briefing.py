"""Renders the prompts of a run from the template files beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sdd.diagnostics import Diagnostic
from sdd.workflow.globs import EXCEPT
from sdd.workflow.orders import Plan, WorkOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """What every order of a run is told besides its own part.

    Attributes:
        settled: Conventions that fill what the documents leave open, by order id.
        answers: What the human answered, by question id.
        left_over: Files of earlier runs that nobody edited.
    """

    feature: str
    settled: Mapping[str, Sequence[str]]
    answers: Mapping[str, str]
    left_over: Sequence[PurePosixPath]


def order_prompt(
    order: WorkOrder, plan: Plan, briefing: Briefing, remaining: Sequence[Diagnostic] = ()
) -> str:
    """Write a work order out for its agent.

    Args:
        order: The order.
        plan: The plan that it is part of.
        briefing: What every order is told.
        remaining: What is not in the compiled files that stand there already.
    """
    return _render(
        "order.md.jinja",
        order=order,
        feature=briefing.feature,
        backend=plan.backend.as_posix(),
        form=plan.form,
        allowed=[item for item in order.may_write if not item.startswith(EXCEPT)],
        excepted=[item[len(EXCEPT) :] for item in order.may_write if item.startswith(EXCEPT)],
        remaining=[_item(diagnostic) for diagnostic in remaining],
        left_over=[str(path) for path in briefing.left_over if order.owns(path)],
        settled=list(briefing.settled.get(order.id, ())),
        answers=[{"id": key, "text": text} for key, text in sorted(briefing.answers.items())],
    )


def coordination_prompt(orders: Sequence[WorkOrder]) -> str:
    """Write out for the engineer which orders there are to be sent."""
    return _render("coordination.md.jinja", orders=list(orders))


def repair_prompt(
    order: WorkOrder,
    number: int,
    diagnostics: Sequence[Diagnostic],
    elsewhere: Sequence[Diagnostic] = (),
) -> str:
    """Write diagnostics out for the agent whose files they are in.

    Args:
        order: The order to be mended.
        number: The round, from 1.
        diagnostics: What is wrong.
        elsewhere: What is wrong in files that import this order's, and stayed so.
    """
    return _render(
        "repair.md.jinja",
        order=order.id,
        round=number,
        items=[_item(diagnostic) for diagnostic in diagnostics],
        elsewhere=[_item(diagnostic) for diagnostic in elsewhere],
    )


def system_prompt(prompt: str, musts: Sequence[str]) -> str:
    """Join an agent definition's prompt with the rules that hold in every run."""
    return _render("system.md.jinja", prompt=prompt.strip(), musts=list(musts))


def _item(diagnostic: Diagnostic) -> Mapping[str, object]:
    return {
        "rule": diagnostic.rule,
        "place": str(diagnostic.span) if diagnostic.span else "",
        "route": diagnostic.route or "",
        "message": diagnostic.message,
        "reason": diagnostic.reason or "",
        "hint": diagnostic.hint or "",
        "related": [
            {"place": str(related.span), "message": related.message}
            for related in diagnostic.related
        ],
    }


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("sdd.workflow", "prompts"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(default=False),
        keep_trailing_newline=True,
    )
