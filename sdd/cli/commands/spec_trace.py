"""`sdd spec show --trace`: from each requirement to endpoints, columns, rules, tests and code."""

from pathlib import Path

from rich.text import Text

from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.streams import write
from sdd.errors import ExitCode
from sdd.names import counted
from sdd.speclang.tracing import Trace
from sdd.wiring.tracing import trace_project


def trace_command(feature: str, project: Path | None, output_format: Format) -> int:
    """Print what answers each requirement, and which ones nothing answers."""
    traces = trace_project(project, feature)
    open_ = [item for item in traces if not item.is_answered]
    if output_format is Format.JSON:
        write(
            dumps(
                {
                    "schema_version": 1,
                    "requirements": [_data(item) for item in traces],
                    "unanswered": [item.requirement.id for item in open_],
                }
            )
        )
        return ExitCode.CLEAN
    out = make_output().out
    for item in traces:
        out.print(
            Text.assemble((item.requirement.id, "bold"), f"  {item.requirement.text[:110]}"),
            soft_wrap=True,
        )
        for name, answers in _answers(item):
            out.print(Text(f"  {name:<9} {', '.join(answers)}", style="dim"), soft_wrap=True)
        if not item.is_answered:
            out.print(Text("  nothing answers it", style="yellow"))
    tested = sum(bool(item.tests) for item in traces)
    out.print(
        f"{counted(len(traces), 'requirement')}: "
        f"{len(traces) - len(open_)} answered, {tested} named by a "
        f"test, {len(open_)} that nothing answers"
        + (f": {', '.join(item.requirement.id for item in open_)}." if open_ else ".")
    )
    return ExitCode.CLEAN


def _answers(item: Trace) -> list[tuple[str, list[str]]]:
    found = [
        ("endpoints", [endpoint.name for endpoint in item.endpoints]),
        ("columns", [f"{entity.name}.{column.name}" for entity, column in item.columns]),
        ("queries", [f"{endpoint.name}?{name}" for endpoint, name in item.parameters]),
        ("policies", list(item.policies)),
        ("rules", [rule.id for rule in item.rules]),
        ("tests", [str(span) for span in item.tests]),
        ("code", [str(span) for span in item.code]),
    ]
    return [(name, answers) for name, answers in found if answers]


def _data(item: Trace) -> dict[str, object]:
    return {
        "id": item.requirement.id,
        "kind": item.requirement.kind,
        "text": item.requirement.text,
        "source": item.requirement.span,
        "answered": item.is_answered,
        "endpoints": [
            {"endpoint": endpoint.name, "source": endpoint.span} for endpoint in item.endpoints
        ],
        "columns": [
            {"column": f"{entity.name}.{column.name}", "source": column.span}
            for entity, column in item.columns
        ],
        "parameters": [
            {"endpoint": endpoint.name, "parameter": name} for endpoint, name in item.parameters
        ],
        "policies": item.policies,
        "rules": [{"id": rule.id, "source": rule.span} for rule in item.rules],
        "tests": item.tests,
        "code": item.code,
    }
