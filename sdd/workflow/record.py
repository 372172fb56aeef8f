"""Says what the record of a run will say: one prompt history record, with a table of its orders."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from sdd.names import counted, words
from sdd.records.adr import Adr, list_adrs
from sdd.records.phr_draft import Evaluation, Links, Outcome, PhrDraft, PhrRequest, draft_phr
from sdd.records.suggestions import Answer, Evidence, suggest_adrs
from sdd.speclang import ALL
from sdd.speclang.documents import numbered_name
from sdd.text import decode
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.context import Context, Project
from sdd.workflow.prepare import Understood
from sdd.workflow.report import FileReport, RunReport
from sdd.workflow.specs import concerns
from sdd.workflow.ticks import Ticks

_MOST_FEATURE_WORDS = 4
_NUMBERED = re.compile(r"[A-Z]{2,4}-\d+$")
_SPECS = PurePosixPath("specs")
_DECIDING = frozenset({"research.md", "plan.md"})


def draft_record(
    context: Context,
    project: Project,
    report: RunReport,
    understood: Understood,
    ticks: Ticks,
) -> PhrDraft:
    """Say what the record of a run will say, once its files have landed.

    Raises:
        SddError: It cannot be recorded.
    """
    request = context.request
    git = context.ports.git
    branch = f"sdd/{report.run_id}" if request.commit else git.branch() if git else None
    decisions = _decisions(project)
    return draft_phr(
        PhrRequest(
            title=_title(project.feature),
            stage="green" if project.feature != ALL else "general",
            prompt=request.prompt or f"sdd implement {request.feature}",
            response=_response(report, understood.answers),
            feature=project.feature,
            surface="agent",
            model=report.model,
            branch=branch or "none",
            user=request.user or "unknown",
            command=request.prompt or f"sdd implement {request.feature}",
            labels=("implement", project.feature),
            links=Links(
                spec=project.documents.paths[0] if project.documents.paths else None,
                adr=", ".join(str(adr.path) for adr in decisions) or None,
            ),
            files=tuple(file.path for file in report.files),
            tests=tuple(
                file.path
                for file in report.files
                if PurePosixPath(file.path).name.startswith("test_")
            ),
            outcome=_outcome(report, _linked(understood, ticks)),
            evaluation=_evaluation(report),
        ),
        store=context.ports.records,
        clock=context.ports.clock,
    )


def _decisions(project: Project) -> tuple[Adr, ...]:
    """Return the decision records that were made for a feature and still count."""
    return tuple(
        adr
        for adr in list_adrs(project.base)
        if adr.status not in {"Superseded", "Rejected"}
        and (numbered_name(adr.feature) or adr.feature) == project.feature
    )


def _linked(understood: Understood, ticks: Ticks) -> str:
    """Return what a reader can go on to by name: ticked tasks, and requirements worked from."""
    ticked = [name for ids in ticks.ids.values() for name in ids]
    stated = [item.id for item in understood.application.requirements if _NUMBERED.match(item.id)]
    kinds = (("ticked", ticked), ("worked from", list(dict.fromkeys(stated))))
    return "".join(f"; {kind} {', '.join(names)}" for kind, names in kinds if names)


def _title(feature: str) -> str:
    if feature == ALL:
        return "Implement all features from specs"
    short = " ".join(words(feature)[:_MOST_FEATURE_WORDS]) or "feature"
    return f"Implement {short} from specs"


def _outcome(report: RunReport, linked: str) -> Outcome:
    routes = report.routes
    return Outcome(
        impact=(
            f"{counted(routes.routes, 'route')} checked: "
            f"{routes.proved} proved, {routes.unknown} not proved, "
            f"{routes.public} public{linked}"
        ),
        tests=f"{report.tests_passed} passed, {report.tests_failed} failed",
        files=_counted(report.files),
        next_prompts="; ".join(item.text for item in report.follow_ups[:3]),
        reflection=(
            f"{counted(report.rounds, 'round')} of repair, "
            f"{counted(len(report.follow_ups), 'follow-up')}"
        ),
    )


def _counted(files: Sequence[FileReport]) -> str:
    actions = ("created", "changed", "deleted")
    counts = {name: sum(file.action == name for file in files) for name in actions}
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "none"


def _evaluation(report: RunReport) -> Evaluation:
    return Evaluation(
        failure_modes="gates failed before repair" if report.rounds else "",
        graders="; ".join(f"{gate.gate}: {_result(gate)}" for gate in report.gates),
        prompt_variant="sdd/workflow/prompts",
    )


def _result(gate: GateReport) -> str:
    return {Result.PASSED: "PASS", Result.FAILED: "FAIL", Result.NOT_RUN: "not run"}[gate.result]


def _response(report: RunReport, answers: Mapping[str, str]) -> str:
    orders = _table(
        ("Order", "Agent", "Model", "Rounds", "Ending", "Files", "Tokens"),
        (
            (
                order.order,
                order.agent,
                order.model,
                order.rounds,
                order.ending,
                len(order.files),
                order.usage.input_tokens + order.usage.output_tokens,
            )
            for order in report.orders
        ),
    )
    gates = _table(
        ("Gate", "Result", "What was looked at"),
        ((gate.gate, _result(gate), gate.summary or gate.reason) for gate in report.gates),
    )
    parts = [report.answer, f"### Orders\n\n{orders}", f"### Gates\n\n{gates}"]
    if answers:
        given = "\n".join(f"- `{name}`: {text}" for name, text in sorted(answers.items()))
        parts.append(f"### Answers of the human\n\n{given}")
    if report.follow_ups:
        listed = "\n".join(
            f"- {item.kind}: {item.text}" + (f" ({item.place})" if item.place else "")
            for item in report.follow_ups
        )
        parts.append(f"### Follow-ups\n\n{listed}")
    return "\n\n".join(parts)


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def suggestions_for(project: Project, understood: Understood) -> tuple[str, ...]:
    """Return decisions that deserve a record, to the letter; none is ever written here."""
    answers = understood.answers
    deciding = tuple(
        decode(str(path), project.base.read(path) or b"")
        for path in project.base.paths(_SPECS)
        if path.name in _DECIDING and concerns(project.feature, path)
    )
    asked = tuple(
        Answer(
            question=question.text,
            answer=answers[question.id],
            options=question.choices,
            span=question.places[0] if question.places else None,
        )
        for question in understood.specs.questions
        if question.id in answers
    )
    evidence = Evidence(
        feature=project.feature,
        documents=deciding,
        answers=asked,
        existing=list_adrs(project.base),
    )
    return tuple(suggestion.text for suggestion in suggest_adrs(evidence))
