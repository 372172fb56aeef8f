"""Writes a run down: one prompt history record, with a table of its orders."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from sdd.names import words
from sdd.records import Evaluation, Links, Outcome, PhrRequest, record_phr
from sdd.records.adr import list_adrs
from sdd.records.suggestions import Answer, Evidence, suggest_adrs
from sdd.speclang import ALL
from sdd.text import decode
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.context import Context, Project
from sdd.workflow.prepare import Understood
from sdd.workflow.report import FileReport, RunReport
from sdd.workflow.specs import concerns

_MOST_FEATURE_WORDS = 4
_SPECS = PurePosixPath("specs")
_DECIDING = frozenset({"research.md", "plan.md"})


def record_run(
    context: Context, project: Project, report: RunReport, answers: Mapping[str, str]
) -> str:
    """Write the record of a run that landed; returns its path.

    Raises:
        SddError: The record could not be written; what landed stays.
    """
    request = context.request
    git = context.ports.git
    recorded = record_phr(
        PhrRequest(
            title=_title(project.feature),
            stage="green" if project.feature != ALL else "general",
            prompt=request.prompt or f"sdd implement {request.feature}",
            response=_response(report, answers),
            feature=project.feature,
            surface="agent",
            model=report.model,
            branch=(git.branch() if git else None) or "none",
            user=request.user or "unknown",
            command=request.prompt or f"sdd implement {request.feature}",
            labels=("implement", project.feature),
            links=Links(spec=project.documents.paths[0] if project.documents.paths else None),
            files=tuple(file.path for file in report.files),
            tests=tuple(
                file.path
                for file in report.files
                if PurePosixPath(file.path).name.startswith("test_")
            ),
            outcome=_outcome(report),
            evaluation=_evaluation(report),
        ),
        store=context.ports.records,
        clock=context.ports.clock,
    )
    return str(recorded.path)


def _title(feature: str) -> str:
    if feature == ALL:
        return "Implement all features from specs"
    short = " ".join(words(feature)[:_MOST_FEATURE_WORDS]) or "feature"
    return f"Implement {short} from specs"


def _outcome(report: RunReport) -> Outcome:
    routes = report.routes
    return Outcome(
        impact=(
            f"{routes.routes} routes checked: {routes.proved} proved, {routes.unknown} not proved, "
            f"{routes.public} public"
        ),
        tests=f"{report.tests_passed} passed, {report.tests_failed} failed",
        files=_counted(report.files),
        next_prompts="; ".join(item.text for item in report.follow_ups[:3]),
        reflection=f"{report.rounds} rounds of repair, {len(report.follow_ups)} follow-ups",
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
