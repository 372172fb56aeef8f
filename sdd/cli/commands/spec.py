"""`sdd spec`: what the specs say, and what is wrong with them."""

from pathlib import Path

from rich.table import Table
from rich.text import Text

from sdd.cli.diagnostics import print_diagnostics
from sdd.cli.excerpts import read_lines_below
from sdd.cli.formats import Format, SpecFormat
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.questions import question_text
from sdd.cli.streams import write
from sdd.diagnostics import Severity
from sdd.diagnostics.github import github_commands
from sdd.diagnostics.rules import descriptors
from sdd.diagnostics.sarif import Tool, sarif_log
from sdd.errors import ConfigError, ExitCode
from sdd.ir import Application, Column, Endpoint
from sdd.names import counted, nearest
from sdd.speclang import application_json
from sdd.speclang.rules import SPEC_RULES
from sdd.wiring.specs import ReadProject, read_project

_ENDPOINT_COLUMNS = 5


def check_command(
    feature: str, project: Path | None, output_format: SpecFormat, *, fail_on: Severity
) -> int:
    """Print what is wrong with the specs; ends 1 on errors, 3 on open questions."""
    found = read_project(project, feature)
    severities = [item.severity for item in found.diagnostics if not item.suppressed]
    questions = found.reading.application.questions
    match output_format:
        case SpecFormat.JSON:
            data = {
                "schema_version": 1,
                "documents": [info.path for info in found.reading.documents],
                "questions": questions,
                "diagnostics": found.diagnostics,
            }
            write(dumps(data))
        case SpecFormat.SARIF:
            tool = Tool(
                name="sdd spec check",
                rules=descriptors(SPEC_RULES),
                path=lambda span: span.path,
            )
            write(sarif_log(tool, found.diagnostics))
        case SpecFormat.GITHUB:
            write(github_commands(found.diagnostics, lambda span: span.path))
        case _:
            _print_check(found)
    levels = list(Severity)
    if any(levels.index(severity) <= levels.index(fail_on) for severity in severities):
        return ExitCode.FINDINGS
    if any(question.blocking for question in questions):
        return ExitCode.NEEDS_HUMAN
    return ExitCode.CLEAN


def _print_check(found: ReadProject) -> None:
    output = make_output()
    application = found.reading.application
    severities = [item.severity for item in found.diagnostics if not item.suppressed]
    print_diagnostics(output.out, found.diagnostics, read_lines_below(found.root))
    for question in application.questions:
        output.out.print(question_text(question), soft_wrap=True)
    counts = ", ".join(counted(severities.count(level), level.value) for level in Severity)
    output.out.print(
        f"{counted(len(found.reading.documents), 'document')}, "
        f"{counted(len(application.endpoints), 'endpoint')}, "
        f"{counted(len(application.entities), 'entity')}: "
        f"{counts}, {counted(len(application.questions), 'open question')}."
    )


def list_command(rule: str | None, output_format: SpecFormat) -> int:
    """Print the checks there are, or what one of them is about."""
    known = {item.id: item for item in SPEC_RULES}
    if rule is not None and rule not in known:
        near = nearest(rule, known)
        raise ConfigError(
            f"There is no check '{rule}'.",
            hint=f"Did you mean '{near[0]}'?" if near else "sdd spec check --list names them.",
        )
    shown = SPEC_RULES if rule is None else (known[rule],)
    if output_format is SpecFormat.JSON:
        write(dumps({"schema_version": 1, "rules": shown}))
        return ExitCode.CLEAN
    out = make_output().out
    for item in shown:
        out.print(Text.assemble((item.id, "bold"), f" ({item.severity.value})"), soft_wrap=True)
        out.print(Text(f"  {item.title}. {item.remedy}"), soft_wrap=True)
    return ExitCode.CLEAN


def show_command(feature: str, project: Path | None, output_format: Format) -> int:
    """Print what was understood, before conventions fill what is open."""
    found = read_project(project, feature)
    if output_format is Format.JSON:
        write(dumps(application_json(found.reading)))
        return ExitCode.CLEAN
    out = make_output().out
    application = found.reading.application
    out.print(_endpoints(application))
    for entity in application.entities:
        managed = f", managed by {entity.managed_by}" if entity.managed_by else ""
        owner = f", owner {entity.owner_column}" if entity.owner_column else ""
        title = f"\n{entity.name} (table {entity.table or 'not said'}{owner}{managed})"
        out.print(Text(title, style="bold"))
        table = Table.grid(padding=(0, 2))
        for column in entity.columns:
            table.add_row(f"  {column.name}", *map(Text, _column(column)))
        out.print(table)
    out.print(
        f"\n{counted(len(application.requirements), 'requirement')}, "
        f"{counted(len(application.questions), 'open question')}, "
        f"{counted(len(found.diagnostics), 'diagnostic')} "
        "(`sdd spec check` shows them)."
    )
    return ExitCode.CLEAN


def _endpoints(application: Application) -> Table:
    table = Table.grid(padding=(0, 2))
    for _ in range(_ENDPOINT_COLUMNS):
        table.add_column(no_wrap=True, overflow="fold")
    for endpoint in application.endpoints:
        table.add_row(*map(Text, _endpoint(endpoint)))
    return table


def _endpoint(endpoint: Endpoint) -> tuple[str, ...]:
    auth = {True: "auth", False: "public", None: "auth not said"}[endpoint.auth]
    success = str(endpoint.success_status) if endpoint.success_status else "status not said"
    place = str(endpoint.span) if endpoint.span else ""
    return endpoint.method, endpoint.path, auth, success, place


def _column(column: Column) -> tuple[str, str]:
    kind = column.type.value if column.type else "type not said"
    marks = [
        "key" if column.primary_key else "",
        {True: "nullable", False: "not null", None: ""}[column.nullable],
        "unique" if column.unique else "",
        f"max {column.constraints.max_length}" if column.constraints.max_length else "",
        f"-> {column.foreign_key.table}.{column.foreign_key.column}" if column.foreign_key else "",
        f"one of {'|'.join(column.constraints.choices)}" if column.constraints.choices else "",
    ]
    return kind, ", ".join(filter(None, marks))
